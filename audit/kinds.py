"""Every kind of audit entry, past tense. Each stands in docs/glossary.md (tests/test_house.py compares)."""

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
collision.quarantined collision.released collision.reopened
warning_list.proposed warning_list.approved warning_list.refused warning_list.in_force warning_list.retired
warning_list.applied
hold.reviewed hold.released hold.kept digest.delisted digest.freed
rule.proposed rule.switched_on rule.refused run.started run.finished run.failed run.pruned
watch.changed
webhook.created webhook.changed webhook.disabled webhook.secret_rotated webhook.replayed
report.read audit.read
key.rotation_begun key.resealed key.rotation_finished
"""

KINDS: dict[str, str] = {name: name for name in _NAMES.split()}
