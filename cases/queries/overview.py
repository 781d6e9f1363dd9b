"""What the list of cases and the page of one show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.models import Case, Participant
from cases.queries.cases import cases_for, participants_of
from cases.sealing import unseal
from kit.actor import Actor


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case of the list."""

    ref: UUID
    title: str
    typology: str
    state: str
    lead: str
    opened_at: datetime


def cases_listed(actor: Actor) -> list[CaseRow]:
    """The cases the actor may see, newest first. Raises Forbidden."""
    found = cases_for(actor).select_related("lead").order_by("-opened_at", "-pk")
    return [_row(case) for case in found]


def participants_listed(actor: Actor, case: Case) -> Sequence[Participant]:
    """Who takes part in a case that was fetched for the actor."""
    return list(participants_of(case))


def _row(case: Case) -> CaseRow:
    title = unseal(case.title, "case/title", case.ref)
    return CaseRow(case.ref, title, case.typology, case.state, str(case.lead), case.opened_at)
