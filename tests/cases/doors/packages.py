"""Who may do what there. Packages."""

import json
from dataclasses import replace

from cases.services.packages import build_package
from tests.cases import Story
from tests.cast import Cast, actor
from tests.permission_table import ANALYSTS, FULL, OF_A, OF_CASE, OFFICERS, Route, act, reads

IN_CASES = ANALYSTS | OFFICERS
REASON = json.dumps({"fingerprints": [], "reason": "no"})

ROUTES: tuple[Route, ...] = (
    reads("cases:packages", IN_CASES, "case", OF_CASE),
    act("cases:package-build", IN_CASES, "case", OF_CASE),
    reads("cases:package-detail", IN_CASES, "package", OF_A),
    replace(act("cases:package-values", IN_CASES, "package", OF_A), body="reason=no"),
    reads("cases:package-contents", IN_CASES, "package", OF_A),
    reads("cases:package-documents", IN_CASES, "package", OF_A),
    Route("api:packages", {"GET": FULL, "POST": FULL}, "case", OF_CASE),
    reads("api:package-contents", FULL, "package", OF_A),
    replace(act("api:package-values", FULL, "package", OF_A), body=REASON),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    built = build_package(actor(cast.north_analyst), story.case.ref)
    return {"package": {"ref": story.case.ref, "package": built.ref}}
