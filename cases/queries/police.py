"""What the police made of cases: a unit's own by clock, and a case's proceedings for those who take part in it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cases.models import Case, Participant
from cases.queries.cases import cases_for
from cases.sealing import unseal
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case on a unit's desk."""

    ref: UUID
    title: str
    typology: str
    lead: str
    instrument: str
    joined_at: datetime
    is_closed: bool
    due_on: date | None


def desk(actor: Actor) -> list[DeskRow]:
    """The cases the actor's unit takes part in, the one whose clock runs out first on top. Raises Forbidden."""
    actor.require(Capability.INVESTIGATE)
    cases = {case.pk: case for case in cases_for(actor).select_related("lead")}
    parts = Participant.objects.filter(case__in=cases, institution_id=actor.own_institution(), left_at=None)
    rows = [_row(part, cases[part.case_id]) for part in parts]
    return sorted(rows, key=lambda row: (row.is_closed, row.due_on or date.max, row.joined_at))


def _row(part: Participant, case: Case) -> DeskRow:
    return DeskRow(
        ref=case.ref,
        title=unseal(case.title, "case/title", case.ref),
        typology=str(name_of(case.typology)),
        lead=str(case.lead),
        instrument=part.instrument,
        joined_at=part.joined_at,
        is_closed=case.state == Case.State.CLOSED,
        due_on=None,
    )
