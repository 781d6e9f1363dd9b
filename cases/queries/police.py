"""What the police made of cases: a unit's own by clock, and a case's proceedings for those who take part in it.

A measure is in here for police units alone until it is released; the name of the person, and the number by which the
police tell the persons of the case apart, are for them for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.documents import today
from cases.models import Case, Evidence, EvidenceRequest, Measure, Outcome, Participant, StatusEntry
from cases.police_status import STEPS, TERM_OF, Branch, Status, Term
from cases.queries.cases import case_to_change, cases_for, is_police, own_participant
from cases.rights import Right
from cases.sealing import unseal
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a proceeding, as those who take part in the case read it."""

    ref: UUID
    status: str
    label: str
    branch: str
    document: str
    on: date
    term: Term | None
    due_on: date | None
    note: str
    recorded_at: datetime
    corrected: bool

    @property
    def days_left(self) -> int | None:
        """Days until its clock runs out, less than 0 once it has; None without one. Later steps are not asked here."""
        return None if self.due_on is None else (self.due_on - today()).days

    @property
    def has_passed(self) -> bool:
        """Whether its clock has run out."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_overdue(self) -> bool:
        """Whether somebody owes what it was for: a right that was not used lapses, and is owed by nobody."""
        return self.has_passed and not (self.term is not None and self.term.lapses)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure against a person. `name` is empty for those who are not police.

    `person` is the number its reader knows the person by: the police's own, or `shown_as`, the members', None while
    nothing was released.
    """

    ref: UUID
    unit: int
    person: int
    shown_as: int | None
    name: str
    kind: str
    document: str
    on: date
    ended_on: date | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What one unit made of the case: its steps oldest first, measures that the reader may see, the newest outcome."""

    participant: Participant
    unit: str
    is_own: bool
    steps: Sequence[Step]
    measures: Sequence[MeasureRow]
    outcome: Outcome | None

    @property
    def current(self) -> Step | None:
        """The step it is at; None before the first."""
        return next((step for step in reversed(self.steps) if not step.corrected), None)

    @property
    def next_steps(self) -> list[tuple[str, str]]:
        """The statuses that may follow, with their names."""
        at = self.current.status if self.current else ""
        return [(status, str(Status(status).label)) for status in STEPS[at]]

    @property
    def branch(self) -> str:
        """The law it goes by, as a word; empty while undecided."""
        return str(Branch(self.current.branch).label) if self.current and self.current.branch else ""


def live_steps(participants: Collection[int]) -> QuerySet[StatusEntry]:
    """The steps of these participants (primary keys) that no other entry corrects, oldest first."""
    steps = StatusEntry.objects.filter(participant__in=participants, corrected_by=None)
    return steps.select_related("corrected_by").order_by("pk")


def proceeding_to_change(actor: Actor, ref: UUID) -> tuple[Case, Participant]:
    """The case, locked, and the actor's unit in it. A proceeding goes on after the members close their case.

    Raises Forbidden for who is no officer, NotFound for a case the unit takes no part in.
    """
    actor.require(Capability.INVESTIGATE)
    case = case_to_change(actor, ref, Right.CONTRIBUTE, closed=True)
    unit = own_participant(actor, case)
    if not unit.is_police:
        raise Forbidden
    return case, unit


def proceedings(actor: Actor, case: Case) -> list[Proceeding]:
    """What each unit that takes or took part made of the case, which was fetched for the actor."""
    police = is_police(actor)
    units = Participant.objects.filter(case=case, is_police=True).select_related("institution")
    units = units.filter(Q(left_at=None) | Q(statuses__isnull=False)).distinct().order_by("joined_at", "pk")
    keys = [unit.pk for unit in units]
    steps = StatusEntry.objects.filter(participant__in=keys).select_related("corrected_by").order_by("pk")
    outcomes = {one.participant_id: one for one in Outcome.objects.filter(participant__in=keys).order_by("pk")}
    measures = measures_in(actor, case)
    return [
        Proceeding(
            unit,
            str(unit.institution),
            police and unit.institution_id == actor.institution and unit.left_at is None,
            [_step(step) for step in steps if step.participant_id == unit.pk],
            [row for row in measures if row.unit == unit.pk],
            outcomes.get(unit.pk),
        )
        for unit in units
    ]


def measures_in(actor: Actor, case: Case) -> list[MeasureRow]:
    """The measures of the case that the actor may see: a member those that were released, without the name."""
    police = is_police(actor)
    found = Measure.objects.filter(participant__case=case)
    if police:
        found = found.order_by("person", "on", "pk")
    else:
        found = found.exclude(released_at=None).order_by("shown_as", "on", "released_at")
    return [_measure(one, police) for one in found]


def requests_in(actor: Actor, case: Case) -> QuerySet[EvidenceRequest]:
    """The evidence requests of the case that the actor may see: police all, a member those addressed to it."""
    found = EvidenceRequest.objects.filter(participant__case=case).order_by("-pk")
    found = found.select_related("participant__institution", "to").prefetch_related("evidence")
    return found if is_police(actor) else found.filter(to_id=actor.institution)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request with its texts opened, for who may see it."""

    request: EvidenceRequest
    items: str
    answer: str
    titles: Sequence[str]
    is_to_us: bool
    is_ours: bool

    @property
    def is_overdue(self) -> bool:
        """Whether an answer is owed since a day that has passed."""
        return self.request.state == EvidenceRequest.State.OPEN and self.request.due_on < today()


def request_rows(actor: Actor, case: Case) -> list[RequestRow]:
    """`requests_in`, as a page shows them, the newest first."""
    return [_request(actor, one) for one in requests_in(actor, case)]


def request_for(actor: Actor, case: Case, ref: UUID) -> RequestRow:
    """One request of the case that the actor may see. Raises NotFound."""
    found = requests_in(actor, case).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return _request(actor, found)


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that the reader's institution owes to a unit."""

    case: UUID
    request: UUID
    title: str
    unit: str
    document: str
    due_on: date

    @property
    def is_overdue(self) -> bool:
        """Whether that day has passed."""
        return self.due_on < today()


def owed_answers(actor: Actor | None) -> list[Owed]:
    """The open requests to the actor's institution in cases it takes part in, the first due on top; else none."""
    if actor is None or actor.institution is None or not actor.may(Capability.WORK_CASES) or is_police(actor):
        return []
    asked = EvidenceRequest.objects.filter(to_id=actor.institution, state=EvidenceRequest.State.OPEN)
    found = asked.filter(participant__case__in=cases_for(actor)).select_related(
        "participant__case", "participant__institution"
    )
    return [
        Owed(
            one.participant.case.ref,
            one.ref,
            unseal(one.participant.case.title, "case/title", one.participant.case.ref),
            str(one.participant.institution),
            one.document,
            one.due_on,
        )
        for one in found.order_by("due_on", "pk")
    ]


def unanswering_evidence(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """The references and titles of the actor's own evidence in the case that answers no request yet."""
    own = Evidence.objects.filter(case=case, institution_id=actor.own_institution(), request=None, erased_at=None)
    return [(str(one.ref), unseal(one.title, "evidence/title", one.ref)) for one in own.order_by("pk")]


def _request(actor: Actor, one: EvidenceRequest) -> RequestRow:
    return RequestRow(
        one,
        unseal(one.items, "request/items", one.ref),
        unseal(one.answer, "request/answer", one.ref),
        [unseal(item.title, "evidence/title", item.ref) for item in one.evidence.all()],
        one.to_id == actor.institution,
        one.participant.institution_id == actor.institution,
    )


def _step(entry: StatusEntry) -> Step:
    return Step(
        entry.ref,
        entry.status,
        str(Status(entry.status).label),
        entry.branch,
        entry.document,
        entry.on,
        TERM_OF.get(entry.term),
        entry.due_on,
        unseal(entry.note, "status/note", entry.ref),
        entry.recorded_at,
        hasattr(entry, "corrected_by"),
    )


def _measure(one: Measure, police: bool) -> MeasureRow:
    name = unseal(one.name, "measure/name", one.ref) if police else ""
    return MeasureRow(
        ref=one.ref,
        unit=one.participant_id,
        person=person_of(one, police=police),
        shown_as=one.shown_as,
        name=name,
        kind=str(Measure.Kind(one.kind).label),
        document=one.document,
        on=one.on,
        ended_on=one.ended_on,
        released_at=one.released_at,
    )


def person_of(measure: Measure, *, police: bool) -> int:
    """The number by which its reader knows the person of a measure that they may see."""
    return measure.person if police or measure.shown_as is None else measure.shown_as


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case on a unit's desk: where its proceeding is, when the clock runs out, what it still waits for."""

    ref: UUID
    title: str
    typology: str
    lead: str
    instrument: str
    joined_at: datetime
    is_closed: bool
    step: Step | None
    waiting: int
    waiting_until: date | None

    @property
    def due_on(self) -> date | None:
        """When the clock of the step it is at runs out; None for one that has lapsed."""
        lapsed = self.step is not None and self.step.has_passed and not self.step.is_overdue
        return self.step.due_on if self.step and not lapsed else None

    @property
    def is_overdue(self) -> bool:
        """Whether that day has passed."""
        return self.step is not None and self.step.is_overdue


def desk(actor: Actor) -> list[DeskRow]:
    """The cases the actor's unit takes part in, the one whose clock runs out first on top. Raises Forbidden."""
    actor.require(Capability.INVESTIGATE)
    cases = {case.pk: case for case in cases_for(actor).select_related("lead")}
    parts = list(Participant.objects.filter(case__in=cases, institution_id=actor.own_institution(), left_at=None))
    at = {entry.participant_id: entry for entry in live_steps([part.pk for part in parts])}
    asked = EvidenceRequest.objects.filter(participant__in=parts, state=EvidenceRequest.State.OPEN)
    waiting: dict[int, list[date]] = {}
    for participant, due in asked.values_list("participant", "due_on"):
        waiting.setdefault(participant, []).append(due)
    rows = [_row(part, cases[part.case_id], at, waiting.get(part.pk, [])) for part in parts]
    # What has no clock yet is new and waits for its first step: it stands before what runs later than any clock.
    return sorted(rows, key=lambda row: (row.is_closed, row.due_on or _no_clock(row), row.joined_at))


def _no_clock(row: DeskRow) -> date:
    return today() if row.step is None else date.max


def _row(part: Participant, case: Case, at: Mapping[int, StatusEntry], waiting: list[date]) -> DeskRow:
    entry = at.get(part.pk)
    return DeskRow(
        ref=case.ref,
        title=unseal(case.title, "case/title", case.ref),
        typology=name_of(case.typology),
        lead=str(case.lead),
        instrument=part.instrument,
        joined_at=part.joined_at,
        is_closed=case.state == Case.State.CLOSED,
        step=_step(entry) if entry else None,
        waiting=len(waiting),
        waiting_until=min(waiting, default=None),
    )


def history(unit: Participant) -> list[StatusEntry]:
    """The live steps of a unit's proceeding, oldest first, for services that add to it."""
    return list(live_steps([unit.pk]))


def status_facts(entry: StatusEntry) -> dict[str, Any]:
    """What the log and the timeline say of a step: codes and days, no person's words."""
    facts = {"status": entry.status, "branch": entry.branch, "on": entry.on.isoformat()}
    return facts | ({"due": entry.due_on.isoformat()} if entry.due_on else {})
