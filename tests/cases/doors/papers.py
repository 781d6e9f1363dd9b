"""Who may do what there. Certificate checks, and seized lists."""

import json
import random
import uuid
from dataclasses import replace
from datetime import date

from cases.models import PaperCheck, Participant, SeizedFinding, SeizedList, SeizedRow
from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import (
    ANALYST_A,
    ANALYSTS,
    CLERK,
    CREDENTIAL_A,
    FULL,
    LEAD_A,
    OFFICERS,
    POLICE,
    Route,
    act,
    form,
    reads,
)

SIDES = ANALYSTS | OFFICERS | {CLERK}
ANSWERERS = OFFICERS | {CLERK}
WORKERS = ANALYSTS | OFFICERS
OF_CHECK = frozenset({ANALYST_A, LEAD_A, CLERK})
OF_FINDING = frozenset({ANALYST_A, LEAD_A})
API_OF_A = frozenset({CREDENTIAL_A})

ROUTES: tuple[Route, ...] = (
    reads("cases:papers", SIDES),
    form("cases:paper-ask", ANALYSTS),
    reads("cases:paper-detail", SIDES, "paper check", OF_CHECK),
    act("cases:paper-facts", SIDES, "paper check", OF_CHECK),
    act("cases:paper-answer", ANSWERERS, "paper check", frozenset({CLERK})),
    reads("cases:seized-findings", WORKERS),
    form("cases:seized-file", OFFICERS, "case", frozenset({POLICE})),
    act("cases:seized-open", WORKERS, "finding", OF_FINDING),
    replace(act("cases:seized-decide", WORKERS, "finding", OF_FINDING), body="state=contacted"),
    reads("api:issuers", FULL),
    Route("api:papers", {"GET": FULL, "POST": FULL}, body="{}"),
    reads("api:paper", FULL, "paper check", API_OF_A),
    act("api:paper-facts", FULL, "paper check", API_OF_A),
    reads("api:seized-findings", FULL),
    replace(
        act("api:seized-finding", FULL, "finding", API_OF_A),
        body=json.dumps({"state": "contacted"}),
    ),
    act("api:seized-person", FULL, "finding", API_OF_A),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    check = PaperCheck.objects.create(
        asker=cast.north, issuer=cast.clinic, paper="diagnosis", asked_by=cast.north_analyst, due_on=date(2099, 1, 1)
    )
    unit = Participant.objects.get(case=story.case, institution=cast.police)
    filed = SeizedList.objects.create(
        ref=uuid.uuid4(), participant=unit, instrument="扣字7号", found_on=date(2026, 11, 1), rows=1
    )
    row = SeizedRow.objects.create(list=filed, number=random.randrange(1, 2**31), kind=1, lender=cast.north)
    finding = SeizedFinding.objects.create(row=row, institution=cast.north)
    return {"paper check": {"ref": check.ref}, "finding": {"ref": finding.ref}}
