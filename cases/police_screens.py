"""What the pages of the police's part show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.forms.police import StepChoice
from cases.models import Case
from cases.police_status import STEPS, Status
from cases.queries.cases import case_for, is_police, participants_of, rights_on
from cases.queries.police import (
    MeasureRow,
    Proceeding,
    RequestRow,
    proceedings,
    request_for,
    request_rows,
    unanswering_evidence,
)
from cases.queries.routing import has_places, suggestions
from cases.rights import Right
from cases.screens import case_page
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden, NotFound


def police_page(actor: Actor, ref: UUID) -> dict[str, Any]:
    """The tab: each unit's proceeding, and the evidence requests the reader may see."""
    case = case_for(actor, ref)
    found = proceedings(actor, case)
    shown = {
        "units": found,
        "requests": request_rows(actor, case),
        "police": is_police(actor),
        "may_request": case.state == Case.State.OPEN and any(one.is_own for one in found),
        **routed(actor, case),
    }
    return case_page(actor, case, "police", **shown)


def routed(actor: Actor, case: Case) -> dict[str, Any]:
    """The units with jurisdiction over a case, for `cases/_suggestions.html`: to the members, who look for one."""
    if is_police(actor):
        return {}
    may_invite = case.state == Case.State.OPEN and Right.MANAGE in rights_on(actor, case)
    return {"suggestions": suggestions(actor, case), "has_places": has_places(case), "may_invite": may_invite}


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer's form is about: the case's page, and the own unit's proceeding."""

    case: Case
    own: Proceeding
    measures: Sequence[MeasureRow]


def own_desk(actor: Actor, ref: UUID) -> Desk:
    """Raises Forbidden for who is no officer, NotFound for a case their unit takes no part in."""
    actor.require(Capability.INVESTIGATE)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    found = proceedings(actor, case)
    own = next((one for one in found if one.is_own), None)
    if own is None:
        raise NotFound
    return Desk(case, own, [row for unit in found for row in unit.measures])


def form_page(actor: Actor, case: Case, **context: Any) -> dict[str, Any]:
    """A form of the tab: `heading`, `lead`, `form` and `act`, the words of its button."""
    return case_page(actor, case, "police", **context)


def steps_after(own: Proceeding, *, instead: bool = False) -> list[tuple[str, str]]:
    """The steps that may follow the newest one; `instead`: that may stand in its place."""
    live = [step for step in own.steps if not step.corrected]
    before = live[: -1 if instead else None]
    return [(step, str(Status(step).label)) for step in STEPS[before[-1].status if before else ""]]


def step_of(request: HttpRequest) -> str:
    """The step that the address names; empty if none."""
    return StepChoice(request.GET).chosen()


def last_document(own: Proceeding) -> str:
    """The document of the newest step: an investigation goes on under the one it was filed with."""
    return own.current.document if own.current else ""


def addressees(case: Case) -> list[tuple[str, str]]:
    """Who may be asked for evidence: the members of the case."""
    members = participants_of(case).filter(is_police=False)
    return [(str(one.institution.ref), str(one.institution)) for one in members]


@dataclass(frozen=True, slots=True)
class Question:
    """A request to the reader's institution that waits for its answer."""

    case: Case
    items: str
    evidence: list[tuple[str, str]]


def question(actor: Actor, ref: UUID, request: UUID) -> Question:
    """Raises Forbidden for an officer, NotFound for a request that is not addressed to the actor's institution."""
    if is_police(actor):
        raise Forbidden
    case = case_for(actor, ref, Right.CONTRIBUTE)
    return Question(case, asked_of_us(actor, case, request).items, unanswering_evidence(actor, case))


def asked_of_us(actor: Actor, case: Case, request: UUID) -> RequestRow:
    """The request, if it is addressed to the actor's institution. Raises NotFound."""
    row = request_for(actor, case, request)
    if not row.is_to_us:
        raise NotFound
    return row


def own_step(actor: Actor, ref: UUID, entry: UUID) -> Desk:
    """`own_desk`, if the step is one of the own unit's. Raises what that raises."""
    found = own_desk(actor, ref)
    if not any(step.ref == entry for step in found.own.steps):
        raise NotFound
    return found


def own_measure(actor: Actor, ref: UUID, measure: UUID) -> Desk:
    """`own_desk`, if the measure is one of the own unit's. Raises what that raises."""
    found = own_desk(actor, ref)
    if not any(row.ref == measure for row in found.own.measures):
        raise NotFound
    return found


def persons(desk: Desk) -> list[int]:
    """The numbers of the persons of the case."""
    return [row.person for row in desk.measures]


def said_of(step: str) -> str:
    """The heading of the form for a step."""
    return _("Set the status: %(status)s") % {"status": Status(step).label}
