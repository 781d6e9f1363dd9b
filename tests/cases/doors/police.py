"""Who may do what there. The police's part: units, invitations, status, measures, requests, outcomes."""

from dataclasses import replace

from cases.documents import today
from cases.services.measures import record_measure
from cases.services.requests import request_evidence
from cases.services.status import set_status
from tests.cases import Story
from tests.cast import Cast, actor
from tests.permission_table import (
    ANALYST_A,
    ANALYSTS,
    FULL,
    LEAD_A,
    OF_CASE,
    OFFICERS,
    POLICE,
    SYSTEM,
    Route,
    act,
    form,
    reads,
)

INVOLVED = ANALYSTS | OFFICERS
UNIT = frozenset({POLICE})
ASKED = frozenset({ANALYST_A, LEAD_A})

ROUTES: tuple[Route, ...] = (
    reads("cases:police-home", OFFICERS),
    reads("cases:units", INVOLVED | {SYSTEM}),
    form("cases:unit-change", frozenset({SYSTEM}), "police unit", frozenset({SYSTEM})),
    reads("cases:police", INVOLVED, "case", OF_CASE),
    form("cases:status-set", OFFICERS, "case", UNIT),
    form("cases:status-correct", OFFICERS, "status entry", UNIT),
    form("cases:measure-record", OFFICERS, "case", UNIT),
    form("cases:measure-end", OFFICERS, "measure", UNIT),
    act("cases:measure-release", OFFICERS, "measure", UNIT),
    form("cases:outcome-record", OFFICERS, "case", UNIT),
    form("cases:request-ask", OFFICERS, "case", UNIT),
    replace(form("cases:request-answer", ANALYSTS, "request", ASKED), body="answer=none"),
    act("cases:request-withdraw", OFFICERS, "request", UNIT),
    reads("api:police-units", FULL),
    reads("api:case-police", FULL, "case", OF_CASE),
    reads("api:case-police-suggestions", FULL, "case", OF_CASE),
    replace(act("api:request-answer", FULL, "request", OF_CASE), body='{"answer": "none"}'),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    officer, ref, day = actor(cast.police_officer), story.case.ref, today()
    entry = set_status(officer, ref, status="accepted", document="受1", on=day)
    measure = record_measure(officer, ref, kind="summons", document="传1", on=day)
    asked = request_evidence(officer, ref, to=cast.north.ref, document="调1", dated_on=day, items="录音", due_on=day)
    return {
        "police unit": {"ref": cast.police.ref},
        "status entry": {"ref": ref, "entry": entry.ref},
        "measure": {"ref": ref, "measure": measure.ref},
        "request": {"ref": ref, "asked": asked.ref},
    }
