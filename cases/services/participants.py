"""Who takes part, with which rights, and how a part ends: by leaving, or by removal. Both end everything at once.

One commit takes the rights (every page, the API, every file asks for them), the grants of the case's key, the values it
was given, and what is still on its way to it: notices, mail, deliveries to its webhooks. What it read before, it read.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.models import Case, Participant, StatusEntry
from cases.queries.cases import case_to_change, own_participant, participants_of
from cases.rights import OFFERED, Right
from cases.sealing import seal
from cases.services.closing import drop_hand_over
from cases.services.disclosures import end_disclosures_of
from cases.services.grants import end_grants
from cases.services.invitations import NO_PART, require_answerer
from cases.services.rights import grant_rights, take_rights
from cases.services.telling import happened
from cases.words import LONGEST_COMMENT, checked_words
from kit.actor import Actor
from kit.errors import Conflict, Invalid, NotFound
from notices.services.events import NewEvent, publish
from notices.services.recall import recall


def change_part(actor: Actor, *, case: UUID, participant: UUID, part: str) -> None:
    """Give another member that takes part the rights of `part`, a name of `OFFERED`, from now on.

    Raises NotFound, Forbidden, Invalid, Conflict for the lead, a police unit or in a closed case.
    """
    if part not in OFFERED:
        raise Invalid(NO_PART, errors={"part": [NO_PART]})
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        found = _participant(row, participant)
        if found.institution_id == row.lead_id or found.is_police:
            raise Conflict(_("The rights of the lead and of the police are fixed."), code="rights_fixed")
        grant_rights(row, found.institution_id, OFFERED[part])
        happened(actor, row, "case.part_changed", found.ref, part=part)


def leave_case(actor: Actor, *, case: UUID, reason: str) -> None:
    """End one's own institution's or unit's part, in a closed case too.

    A member's lead decides it, and any officer of a unit. Raises NotFound, Forbidden, Invalid without a reason,
    Conflict for the lead institution, which hands over first.
    """
    said = checked_words(reason, "reason", LONGEST_COMMENT)
    require_answerer(actor)
    with transaction.atomic():
        row = case_to_change(actor, case, Right.VIEW, closed=True)
        own = own_participant(actor, row)
        if own.institution_id == row.lead_id:
            raise Conflict(_("Hand the lead over first: a case has one."), code="leads")
        _end(actor, row, own, said)


def remove_participant(actor: Actor, *, case: UUID, participant: UUID, reason: str) -> None:
    """End another's part, in a closed case too. It is told that, not why.

    A police unit that has begun a proceeding here leaves by itself. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    said = checked_words(reason, "reason", LONGEST_COMMENT)
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE, closed=True)
        found = _participant(row, participant)
        if found.institution_id == row.lead_id:
            raise Conflict(_("Hand the lead over first: a case has one."), code="leads")
        if found.is_police and StatusEntry.objects.filter(participant=found).exists():
            raise Conflict(
                _("This unit has begun a proceeding: it leaves by itself, and nobody removes it."), code="proceeding"
            )
        _end(actor, row, found, said)
        publish([NewEvent(found.institution_id, "case.removed", row.ref)])


def _participant(case: Case, ref: UUID) -> Participant:
    found = participants_of(case).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return found


def _end(actor: Actor, case: Case, part: Participant, reason: str) -> None:
    """Everything that a part holds open is shut here, in the caller's transaction, the case's row locked."""
    institution = part.institution_id
    part.left_at = timezone.now()
    part.leave_reason = seal(reason, "participant/leave_reason", part.ref)
    part.save(update_fields=["left_at", "leave_reason"])
    take_rights(case, institution)
    end_disclosures_of(actor, case, institution)
    end_grants(case, institution)
    drop_hand_over(actor, case, institution)
    recall(institution, case.ref)
    kind = "case.left" if institution == actor.institution else "case.participant_removed"
    happened(actor, case, kind, part.ref, event="case.left")
