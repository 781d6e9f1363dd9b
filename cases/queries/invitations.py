"""Invitations: those of one's own institution, as much of the case as they show; and those a lead has sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case, CaseCollision, Invitation
from cases.rights import Right, part_of
from cases.sealing import unseal
from intel.queries.in_cases import own_among
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation, as its sender and whoever it is for see it."""

    ref: UUID
    case: UUID
    institution: str
    invited_by: str
    typology: str
    part: str
    """A name of `OFFERED`."""
    is_police: bool
    instrument: str
    instrument_on: date | None
    state: str
    """A value of Invitation.State, or "expired"."""
    invited_at: datetime
    expires_at: datetime
    message: str

    @property
    def stands(self) -> bool:
        """Whether it may be answered now."""
        return self.state == Invitation.State.SENT


def invitation_for(actor: Actor, ref: UUID) -> Invitation:
    """An invitation to the actor's own institution. Raises Forbidden; NotFound for any other."""
    found = _to(actor).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return found


def invitations_for(actor: Actor) -> Sequence[InvitationRow]:
    """The invitations to the actor's institution that may be answered now, newest first; none without VIEW_CASES."""
    if actor.institution is None or not actor.may(Capability.VIEW_CASES):
        return []
    standing = _to(actor).filter(
        state=Invitation.State.SENT, expires_at__gt=timezone.now(), case__state=Case.State.OPEN
    )
    return [invitation_row(one) for one in standing.order_by("-invited_at", "-pk")]


def invitations_sent(actor: Actor, case: Case) -> Sequence[InvitationRow]:
    """What the actor's institution has sent of a case fetched for it, newest first, but what was accepted: that is a
    participant.

    Not what a former lead has sent: a name that was opened to that one is not the next one's to read.
    """
    sent = case.invitations.filter(invited_by_id=actor.institution).exclude(state=Invitation.State.ACCEPTED)
    rows = sent.select_related("institution", "invited_by", "case").order_by("-invited_at", "-pk")
    return [invitation_row(one) for one in rows]


def shared_collisions(actor: Actor, invitation: Invitation) -> frozenset[UUID]:
    """References of the collisions the inviting institution put into the case that are the reader's own as well.

    No others: what a third institution put there would tell that it holds it. Those that stood there when it invited,
    and none once the invitation stands no more: whoever declined, or was removed, reads nothing of the case by it.
    """
    is_open = invitation.case.state == Case.State.OPEN and invitation.expires_at > timezone.now()
    if invitation.state != Invitation.State.SENT or not is_open:
        return frozenset()
    theirs = CaseCollision.objects.filter(
        case_id=invitation.case_id, added_by_id=invitation.invited_by_id, added_at__lte=invitation.invited_at
    )
    return own_among(actor, list(theirs.values_list("collision", flat=True)))


def invitation_row(one: Invitation) -> InvitationRow:
    """The row of an invitation with its case and institutions loaded."""
    over = one.state == Invitation.State.SENT and one.expires_at <= timezone.now()
    return InvitationRow(
        ref=one.ref,
        case=one.case.ref,
        institution=str(one.institution),
        invited_by=str(one.invited_by),
        typology=name_of(one.case.typology),
        part=part_of([Right(right) for right in one.rights]),
        is_police=one.is_police,
        instrument=one.instrument,
        instrument_on=one.instrument_on,
        state="expired" if over else one.state,
        invited_at=one.invited_at,
        expires_at=one.expires_at,
        message=unseal(one.message, "invitation/message", one.ref),
    )


def _to(actor: Actor) -> QuerySet[Invitation]:
    actor.require(Capability.VIEW_CASES)
    rows = Invitation.objects.filter(institution_id=actor.own_institution())
    return rows.select_related("case", "institution", "invited_by")
