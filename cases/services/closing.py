"""The end of a case, its beginning again, and its lead's going over to another participant."""

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.models import Case, HandOver, Invitation
from cases.queries.cases import case_to_change, participants_of
from cases.rights import OF_LEAD, OF_MEMBER, Right
from cases.sealing import seal
from cases.services.opening import digests_of, settle_digests
from cases.services.rights import grant_rights
from cases.services.telling import happened
from cases.words import LONGEST_COMMENT, checked_words
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, NotFound

NO_REASON = _("Choose why the case is closed.")


def close_case(actor: Actor, *, case: UUID, reason: str, note: str = "") -> None:
    """Close a case: nothing is added to it any more, and everybody in it goes on reading it.

    Invitations and an offer of the lead that stand are withdrawn. No complaint is touched by it. Raises NotFound,
    Forbidden, Invalid, Conflict for a closed one.
    """
    if reason not in Case.Reason.values:
        raise Invalid(NO_REASON, errors={"reason": [NO_REASON]})
    note = checked_words(note, "note", LONGEST_COMMENT) if note.strip() else ""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        row.state, row.closed_at, row.close_reason = Case.State.CLOSED, timezone.now(), reason
        row.close_note = seal(note, "case/close_note", row.ref) if note else None
        row.save(update_fields=["state", "closed_at", "close_reason", "close_note"])
        _withdraw_offers(actor, row)
        happened(actor, row, "case.closed", row.ref, event="case.closed", reason=reason)
        settle_digests(actor, digests_of(row))


def reopen_case(actor: Actor, *, case: UUID) -> None:
    """Open a closed case again, for what came after. Raises NotFound, Forbidden, Conflict for an open one."""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE, closed=True)
        if row.state == Case.State.OPEN:
            raise Conflict(_("This case is open."), code="case_open")
        row.state, row.closed_at, row.close_reason, row.close_note = Case.State.OPEN, None, "", None
        row.save(update_fields=["state", "closed_at", "close_reason", "close_note"])
        happened(actor, row, "case.reopened", row.ref)
        settle_digests(actor, digests_of(row))


def offer_hand_over(actor: Actor, *, case: UUID, participant: UUID) -> HandOver:
    """Offer the lead to another member (reference of its participant); nothing changes until that one's lead accepts.

    Raises NotFound for the case or participant, Forbidden, Conflict where an offer stands or the unit is of the police.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.HAND_OVER)
        to = participants_of(row).filter(ref=participant).first()
        if to is None:
            raise NotFound
        if to.is_police or to.institution_id == actor.institution:
            raise Conflict(_("Another member leads a case; a police unit takes part."), code="cannot_lead")
        if row.hand_overs.filter(state=HandOver.State.OFFERED).exists():
            raise Conflict(_("The lead is offered to somebody already: withdraw that first."), code="offer_stands")
        offer = HandOver.objects.create(
            ref=uuid4(), case=row, giver_id=row.lead_id, to_id=to.institution_id, offered_by_id=actor.user
        )
        happened(actor, row, "case.hand_over_offered", offer.ref)
        return offer


def withdraw_hand_over(actor: Actor, *, case: UUID) -> None:
    """Take the standing offer of the lead back. Raises NotFound without one, Forbidden, Conflict."""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.HAND_OVER)
        offer = _standing(row)
        _decide(actor, offer, HandOver.State.WITHDRAWN)
        happened(actor, row, "case.hand_over_withdrawn", offer.ref)


def answer_hand_over(actor: Actor, *, case: UUID, accept: bool) -> None:
    """Take the offered lead, or decline it, for the institution it is offered to.

    The one that gave it stays as a member. Raises NotFound where nothing is offered to the actor's institution,
    Forbidden, Conflict.
    """
    actor.require(Capability.MANAGE_CASES)
    with transaction.atomic():
        row = case_to_change(actor, case, Right.VIEW)
        offer = _standing(row)
        if offer.to_id != actor.own_institution():
            raise NotFound
        _decide(actor, offer, HandOver.State.ACCEPTED if accept else HandOver.State.DECLINED)
        if not accept:
            happened(actor, row, "case.hand_over_declined", offer.ref)
            return
        _withdraw_offers(actor, row)
        row.lead_id = offer.to_id
        row.save(update_fields=["lead"])
        grant_rights(row, offer.giver_id, OF_MEMBER)
        grant_rights(row, offer.to_id, OF_LEAD)
        happened(actor, row, "case.handed_over", offer.ref)


def drop_hand_over(actor: Actor, case: Case, institution: int) -> None:
    """Withdraw an offer of the lead to an institution whose part ends; the case's row is locked."""
    for offer in case.hand_overs.filter(state=HandOver.State.OFFERED, to_id=institution):
        _decide(actor, offer, HandOver.State.WITHDRAWN)


def _withdraw_offers(actor: Actor, case: Case) -> None:
    decided = {"decided_at": timezone.now(), "decided_by_id": actor.user}
    case.hand_overs.filter(state=HandOver.State.OFFERED).update(state=HandOver.State.WITHDRAWN, **decided)
    case.invitations.filter(state=Invitation.State.SENT).update(state=Invitation.State.WITHDRAWN, **decided)


def _standing(case: Case) -> HandOver:
    offer = case.hand_overs.filter(state=HandOver.State.OFFERED).first()
    if offer is None:
        raise NotFound
    return offer


def _decide(actor: Actor, offer: HandOver, state: str) -> None:
    offer.state, offer.decided_at, offer.decided_by_id = state, timezone.now(), actor.user
    offer.save(update_fields=["state", "decided_at", "decided_by"])
