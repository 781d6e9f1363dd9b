"""Every kind of audit entry, past tense. Each stands in docs/glossary.md (tests/test_house.py compares)."""

import hashlib
from uuid import UUID

_NAMES = """
institution.created institution.suspended institution.reinstated
circle.created circle.changed circle.joined circle.left voice_library.registered
user.invited user.enrolled user.changed user.disabled user.enabled user.invitation_renewed
session.started session.refused session.ended mfa.enrolled mfa.removed password.changed
credential.created credential.revoked
signing_key.registered signing_key.revoked
budget.requested budget.approved budget.granted budget.refused
evaluation.relayed evaluation.refused
submission.received submission.refused submission.matched submission.failed submission.retried
submission.held submission.released submission.declined
clue.approved clue.refused clue.suspended clue.resumed clue.expired clue.erased clue.withdrawn
opinion.given opinion.changed opinion.withdrawn collision.disputed collision.settled
handshake.offered handshake.withdrawn handshake.opened
quality.banded institution.four_eyes_changed
collision.triaged collision.exported saved_view.saved saved_view.deleted
collision.found collision.widened collision.narrowed collision.dissolved
collision.quarantined collision.released collision.reopened collision.entered_case collision.left_case
warning_list.proposed warning_list.approved warning_list.refused warning_list.in_force warning_list.retired
warning_list.applied
hold.reviewed hold.released hold.kept digest.delisted digest.freed
rule.proposed rule.switched_on rule.refused run.started run.finished run.failed run.pruned
watch.changed
webhook.created webhook.changed webhook.disabled webhook.secret_rotated webhook.replayed
case.opened case.described case.collisions_added case.collision_dissolved case.place_added case.place_removed
case.closed case.reopened case.hand_over_offered case.hand_over_withdrawn case.hand_over_declined case.handed_over
case.part_changed case.left case.participant_removed case.link_offered case.link_agreed case.link_declined
invitation.sent invitation.withdrawn invitation.accepted invitation.declined
case.commented case.task_added case.task_given case.task_done case.task_dropped case.task_reopened
case.customers_marked customer.marked customer.mark_taken_back customer.redressed
customer.complaint_opened customer.complaint_answered
paper.asked paper.answered paper.opened paper.refused
seized.filed seized.opened seized.refused seized.decided
evidence.upload_begun evidence.received evidence.refused evidence.dropped evidence.viewed evidence.copied
evidence.handed_over evidence.sealed evidence.held evidence.hold_released evidence.erased evidence.custody_broken
disclosure.asked disclosure.proposed disclosure.approved disclosure.refused disclosure.withdrawn disclosure.expired
disclosure.unmasked disclosure.checked disclosure.altered disclosure.exported
police.status_set police.status_corrected police.measure_recorded police.measure_ended police.measure_released
police.evidence_requested police.request_answered police.request_withdrawn police.outcome_recorded police_unit.changed
package.built package.downloaded package.refused
report.read audit.read
case.key_made case.key_granted case.key_dropped case.key_refused case.key_renewed
public_key.published public_key.revoked
key.rotation_begun key.resealed key.rotation_finished
"""

KINDS: dict[str, str] = {name: name for name in _NAMES.split()}

_OF_SEVERAL = (
    *("collision.", "opinion.", "hold.", "digest."),
    *("case.", "invitation.", "disclosure.", "evidence.", "police.", "package.", "paper.", "seized.", "customer."),
)
_OF_ONE = frozenset({"collision.exported"})


def subject_of(kind: str, subject: object, institution: int | None) -> str:
    """What an entry of this kind, made by somebody of the institution (its key) or by the platform, names as subject.

    The reference of a collision, or of a case and what is in it, is the same for all who have part in it: entries under
    it would tell the reader of the log which institutions they are. So each institution's entries of one share a name
    that no other's have, and of the platform's own those of one kind do. Who knows the reference can work each name
    out: a reference is random and stands nowhere in the log.
    """
    if not kind.startswith(_OF_SEVERAL) or kind in _OF_ONE:
        return str(subject)
    whose = kind if institution is None else f"institution:{institution}"
    return str(UUID(bytes=hashlib.sha256(f"alliance-log/1|{whose}|{subject}".encode()).digest()[:16]))
