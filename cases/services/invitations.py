"""Inviting into a case, by name or by a collision whose handshake is open, and the answer of whoever is invited.

Until it accepts, an invited institution is nobody to the other participants: they see no name and no invitation of
another's. Where a handshake opened a name, it opened it to one institution, and only that one invites by it.
"""

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.documents import checked_day, checked_number
from cases.models import Case, Invitation, Participant
from cases.queries.cases import case_to_change, participants_of
from cases.queries.invitations import invitation_for
from cases.rights import OF_POLICE, OFFERED, Right
from cases.sealing import seal
from cases.services.rights import grant_rights
from cases.services.telling import happened
from cases.words import LONGEST_COMMENT, checked_words
from intel.queries.in_cases import opened_among
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.queries.acquaintances import acquaintance_for, police_unit
from notices.services.events import NewEvent, publish

STANDS = timedelta(days=14)
NO_PART = _("Choose what the institution may do: read, contribute or disclose.")
NOBODY = _("Choose an institution that shares a circle with yours, or whose name a handshake opened to you.")


def invite_member(
    actor: Actor,
    *,
    case: UUID,
    institution: UUID | None = None,
    collision: UUID | None = None,
    label: str = "",
    part: str,
    message: str = "",
) -> Invitation:
    """Invite a member: `institution` (a reference) by name, or whoever is under `label` in a `collision` of the case.

    `part` is a name of `OFFERED`. Raises NotFound for the case, Forbidden, Conflict in a closed case or for one that
    takes part or is invited, Invalid, in the same words, for an institution one may not know and for none.
    """
    if part not in OFFERED:
        raise Invalid(NO_PART, errors={"part": [NO_PART]})
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        invited = _acquaintance(actor, institution) if collision is None else _behind(actor, row, collision, label)
        return _invite(
            actor, row, invited, message=message, collision=collision, rights=sorted(OFFERED[part]), is_police=False
        )


def invite_police(
    actor: Actor, *, case: UUID, unit: UUID, instrument: str, instrument_on: date, message: str = ""
) -> Invitation:
    """Invite a police unit (its institution's reference) under a legal instrument. Raises as `invite_member`."""
    number = checked_number(instrument, "instrument")
    checked_day(instrument_on, "instrument_on")
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        invited = police_unit(unit).pk
        return _invite(
            actor,
            row,
            invited,
            message=message,
            is_police=True,
            rights=sorted(OF_POLICE),
            instrument=number,
            instrument_on=instrument_on,
        )


def withdraw_invitation(actor: Actor, *, case: UUID, invitation: UUID) -> None:
    """Take an invitation of the case back. Raises NotFound, Forbidden, Conflict for one that was answered."""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        found = row.invitations.filter(ref=invitation).first()
        if found is None:
            raise NotFound
        if found.state != Invitation.State.SENT:
            raise Conflict(_("This invitation was answered, or withdrawn."), code="not_standing")
        _decide(actor, found, Invitation.State.WITHDRAWN)
        audit.record(actor, "invitation.withdrawn", found.ref)


def accept_invitation(actor: Actor, *, ref: UUID) -> Case:
    """Take part in the case, with the rights of the invitation: every participant then sees the institution's name.

    A member's lead accepts, and any officer of a police unit. Raises Forbidden, NotFound for another's invitation,
    Conflict for one that does not stand any more.
    """
    with transaction.atomic():
        case, found = _to_answer(actor, ref)
        institution = actor.own_institution()
        _decide(actor, found, Invitation.State.ACCEPTED)
        Participant.objects.create(
            case=case, institution_id=institution, is_police=found.is_police, instrument=found.instrument
        )
        grant_rights(case, institution, [Right(one) for one in found.rights])
        happened(actor, case, "invitation.accepted", found.ref, event="case.joined", police=found.is_police)
        return case


def decline_invitation(actor: Actor, *, ref: UUID) -> None:
    """Say no. Only the lead learns of it. Raises as `accept_invitation`."""
    with transaction.atomic():
        case, found = _to_answer(actor, ref)
        _decide(actor, found, Invitation.State.DECLINED)
        # Not in the case's timeline: the other participants never learn who was invited.
        audit.record(actor, "invitation.declined", found.ref)
        publish([NewEvent(found.invited_by_id, "case.changed", case.ref)])


def may_answer(actor: Actor) -> bool:
    """Whether the actor may say for its institution or unit that it takes part, or no longer."""
    return actor.may(Capability.MANAGE_CASES) or actor.may(Capability.INVESTIGATE)


def require_answerer(actor: Actor) -> None:
    """Raise Forbidden unless `may_answer`."""
    if not may_answer(actor):
        actor.require(Capability.MANAGE_CASES)


def _acquaintance(actor: Actor, ref: UUID | None) -> int:
    try:
        if ref is None:
            raise NotFound
        return acquaintance_for(actor, ref).pk
    except NotFound:
        raise Invalid(NOBODY, errors={"institution": [NOBODY]}) from None


def _behind(actor: Actor, case: Case, collision: UUID, label: str) -> int:
    if case.collisions.filter(collision=collision).exists():
        for one in opened_among(actor, [collision]):
            if one.label == label:
                return one.institution
    raise Invalid(NOBODY, errors={"institution": [NOBODY]})


def _invite(
    actor: Actor,
    case: Case,
    invited: int,
    *,
    message: str,
    is_police: bool,
    rights: list[str],
    collision: UUID | None = None,
    instrument: str = "",
    instrument_on: date | None = None,
) -> Invitation:
    said = checked_words(message, "message", LONGEST_COMMENT) if message.strip() else ""
    if participants_of(case).filter(institution_id=invited).exists():
        raise Conflict(_("It takes part in this case already."), code="takes_part")
    now, ref = timezone.now(), uuid4()
    standing = case.invitations.filter(institution_id=invited, state=Invitation.State.SENT)
    if standing.filter(expires_at__gt=now).exists():
        raise Conflict(_("It is invited already."), code="is_invited")
    standing.update(state=Invitation.State.WITHDRAWN, decided_at=now)
    found = Invitation.objects.create(
        ref=ref,
        case=case,
        institution_id=invited,
        is_police=is_police,
        collision=collision,
        instrument=instrument,
        instrument_on=instrument_on,
        rights=rights,
        message=seal(said, "invitation/message", ref) if said else None,
        invited_by_id=actor.own_institution(),
        invited_by_user_id=actor.user,
        expires_at=now + STANDS,
    )
    # Without the instrument: its number begins with the unit's name, and the log would tell who invites whom.
    happened(actor, case, "invitation.sent", ref, event="", police=is_police)
    publish([NewEvent(invited, "case.invited", ref)])
    return found


def _to_answer(actor: Actor, ref: UUID) -> tuple[Case, Invitation]:
    """The case and the invitation to the actor's institution, both as they are once the case's row is locked."""
    require_answerer(actor)
    seen = invitation_for(actor, ref)
    case = Case.objects.select_for_update(no_key=True).get(pk=seen.case_id)
    found = Invitation.objects.get(pk=seen.pk)
    if found.state != Invitation.State.SENT or found.expires_at <= timezone.now() or case.state != Case.State.OPEN:
        raise Conflict(_("This invitation does not stand any more."), code="not_standing")
    if participants_of(case).filter(institution_id=found.institution_id).exists():
        raise Conflict(_("It takes part in this case already."), code="takes_part")
    if found.is_police and not actor.may(Capability.INVESTIGATE):
        raise Forbidden(_("An officer of the unit answers it."), code="not_an_officer")
    return case, found


def _decide(actor: Actor, found: Invitation, state: str) -> None:
    found.state, found.decided_at, found.decided_by_id = state, timezone.now(), actor.user
    found.save(update_fields=["state", "decided_at", "decided_by"])
