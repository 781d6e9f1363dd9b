"""Certificate checks: those an institution asked for, and those an issuer is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.documents import today
from cases.models import Case, PaperCheck, PaperSeal
from cases.queries.cases import rights_on
from cases.queries.keys import Recipient, recipients_at, serving_keys
from cases.sealing import unseal
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden, NotFound
from members.queries.institutions import issuers

MOST = 200
"""Checks that a list shows, the newest ones."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One check in a list. `side` is the reader's: "asker", "issuer", or "" for a participant of the case alone."""

    ref: UUID
    side: str
    code: str
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
    return PaperCheck.objects.filter(sides).select_related("asker", "issuer", "case")


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
    return not check.answer and check.due_on < today()


def _side(actor: Actor, check: PaperCheck) -> str:
    if check.asker_id == actor.institution and actor.may(Capability.ASK_ISSUERS):
        return "asker"
    return "issuer" if check.issuer_id == actor.institution and actor.may(Capability.ANSWER_PAPERS) else ""


def _row(actor: Actor, check: PaperCheck) -> PaperRow:
    return PaperRow(
        ref=check.ref,
        side=_side(actor, check),
        code=check.paper,
        paper=check.get_paper_display(),
        asker=check.asker,
        issuer=check.issuer,
        asked_at=check.asked_at,
        due_on=check.due_on,
        answer=check.answer,
        answered_at=check.answered_at,
        is_overdue=is_overdue(check),
    )


@dataclass(frozen=True, slots=True)
class Issuer:
    """An office that papers are said to come from, with the live keys that facts are sealed to."""

    ref: UUID
    name: str
    kind: str
    keys: Sequence[Recipient]


def issuers_for(actor: Actor) -> list[Issuer]:
    """Every office that may be asked, for who may ask. Raises Forbidden."""
    actor.require(Capability.ASK_ISSUERS)
    offices = list(issuers())
    keys: dict[UUID, list[Recipient]] = {}
    for one in recipients_at(actor, [office.pk for office in offices]):
        keys.setdefault(one.institution, []).append(one)
    return [
        Issuer(one.ref, str(one), str(one.get_kind_display()), keys.get(one.ref, []))
        for one in offices
        if one.pk != actor.institution
    ]


def own_recipients(actor: Actor) -> list[Recipient]:
    """The live keys of the actor's own institution: it reads again what it asked."""
    return recipients_at(actor, [actor.own_institution()])


@dataclass(frozen=True, slots=True)
class PaperDetail:
    """One check as a side sees it. `note` is the issuer's; `case` is named to an asker that still takes part in it."""

    check: PaperCheck
    side: str
    is_overdue: bool
    note: str
    case: UUID | None
    may_answer: bool
    may_open: bool


def paper_detail_for(actor: Actor, ref: UUID) -> PaperDetail:
    """One check with what its page shows. Raises Forbidden, NotFound; SealError if the note was moved or changed."""
    check = paper_check_for(actor, ref)
    is_asker = check.asker_id == actor.institution
    return PaperDetail(
        check=check,
        side="asker" if is_asker else "issuer",
        is_overdue=is_overdue(check),
        note=unseal(check.answer_note, "papercheck/answer_note", check.ref),
        case=check.case.ref if is_asker and check.case is not None and rights_on(actor, check.case) else None,
        may_answer=not is_asker and not check.answer,
        may_open=PaperSeal.objects.filter(paper_check=check, key__in=serving_keys(actor)).exists(),
    )


def papers_of(actor: Actor, case: Case) -> list[PaperRow]:
    """The checks that were asked in a case which was fetched for its reader, newest first: never the facts."""
    found = PaperCheck.objects.filter(case=case).select_related("asker", "issuer").order_by("-asked_at", "-pk")
    return [_row(actor, one) for one in found]


def waiting_for(actor: Actor) -> int:
    """How many checks wait for an answer of the actor's own office."""
    if actor.institution is None or not actor.may(Capability.ANSWER_PAPERS):
        return 0
    return PaperCheck.objects.filter(issuer_id=actor.institution, answer="").count()
