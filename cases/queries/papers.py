"""Certificate checks: those an institution asked for, and those an issuer is asked about."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.models import PaperCheck
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden, NotFound

MOST = 200
"""Checks that a list shows, the newest ones."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One check in a list. `side` is the reader's: "asker" or "issuer"."""

    ref: UUID
    side: str
    paper: str
    asker: object
    issuer: object
    asked_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None
    is_overdue: bool


def paper_checks_for(actor: Actor) -> QuerySet[PaperCheck]:
    """The checks in which the actor's institution asks or is asked, as far as its capabilities reach.

    Raises Forbidden for an actor that may neither ask nor answer.
    """
    asks, answers = actor.may(Capability.ASK_ISSUERS), actor.may(Capability.ANSWER_PAPERS)
    if not asks and not answers:
        actor.require(Capability.ASK_ISSUERS)
    institution = actor.institution
    if institution is None:
        raise Forbidden(code="no_institution", detail="Only an institution that takes part can do this.")
    sides = Q(pk__in=[])
    if asks:
        sides |= Q(asker_id=institution)
    if answers:
        sides |= Q(issuer_id=institution)
    return PaperCheck.objects.filter(sides).select_related("asker", "issuer")


def paper_rows(actor: Actor) -> list[PaperRow]:
    """The newest MOST checks of the actor's institution; those without an answer first, the earliest due day on top."""
    found = paper_checks_for(actor).order_by("-asked_at", "-pk")[:MOST]
    rows = [_row(actor, one) for one in found]
    return sorted(rows, key=lambda row: (bool(row.answer), row.due_on if not row.answer else date.min))


def paper_check_for(actor: Actor, ref: UUID) -> PaperCheck:
    """One check. Raises Forbidden; NotFound for one in which the actor's institution has no part."""
    found = paper_checks_for(actor).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return found


def is_overdue(check: PaperCheck) -> bool:
    """Whether the day by which an answer is due is over, in China's zone, without one."""
    return not check.answer and check.due_on < timezone.localdate()


def _row(actor: Actor, check: PaperCheck) -> PaperRow:
    return PaperRow(
        ref=check.ref,
        side="asker" if check.asker_id == actor.institution else "issuer",
        paper=check.get_paper_display(),
        asker=check.asker,
        issuer=check.issuer,
        asked_at=check.asked_at,
        due_on=check.due_on,
        answer=check.answer,
        answered_at=check.answered_at,
        is_overdue=is_overdue(check),
    )
