"""Who may do what there. Evidence and its custody."""

import json
from dataclasses import replace

from tests.cases import Story
from tests.cases.lockers import begin, upload
from tests.cast import Cast, actor
from tests.permission_table import ANALYSTS, FULL, LEADS, OF_A, OF_CASE, OFFICERS, Route, act, reads

IN_CASES = ANALYSTS | OFFICERS
BYTES = "A" * 43
BEGIN = json.dumps(
    {
        "name": "no.png",
        "size": 1,
        "sha256": BYTES,
        "sm3": BYTES,
        "salt": BYTES,
        "generation": 9,
        "evidence": None,
        "about": {"kind": "letter", "title": "no", "source": None, "acquired_on": None, "request": None},
    }
)
SUMS = json.dumps({"sha256": BYTES, "sm3": BYTES})
PURPOSE = json.dumps({"act": "viewed", "reason": ""})
HOLD = "instrument=no&until=2026-01-01&reason=no"

ROUTES: tuple[Route, ...] = (
    reads("cases:evidence", IN_CASES, "case", OF_CASE),
    reads("cases:evidence-add", IN_CASES, "case", OF_CASE),
    reads("cases:evidence-item", IN_CASES, "evidence", OF_CASE),
    reads("cases:evidence-version-add", IN_CASES, "evidence", OF_A),
    replace(act("cases:evidence-seal", IN_CASES, "evidence", OF_CASE), body="reason=no"),
    replace(act("cases:evidence-hold", LEADS | OFFICERS, "evidence", OF_CASE), body=HOLD),
    act("cases:evidence-release", IN_CASES, "evidence", OF_CASE),
    act("cases:evidence-hand-over", IN_CASES, "evidence", OF_CASE),
    act("cases:evidence-verify", IN_CASES, "evidence", OF_CASE),
    replace(act("cases:evidence-uploads", IN_CASES, "case", OF_CASE), body=BEGIN),
    reads("cases:evidence-resume", IN_CASES, "upload", OF_A),
    reads("cases:evidence-upload", IN_CASES, "upload", OF_A),
    Route("cases:evidence-upload-part", {"PUT": IN_CASES}, "upload part", OF_A),
    replace(act("cases:evidence-arrival", IN_CASES, "upload", OF_A), body=SUMS),
    act("cases:evidence-drop", IN_CASES, "upload", OF_A),
    replace(act("cases:evidence-openings", IN_CASES, "version", OF_CASE), body=PURPOSE),
    reads("cases:evidence-part", IN_CASES, "kept part", OF_CASE),
    Route("api:evidence-room", {"GET": FULL}),
    reads("api:evidence", FULL, "case", OF_CASE),
    reads("api:evidence-item", FULL, "evidence", OF_CASE),
    replace(act("api:evidence-uploads", FULL, "case", OF_CASE), body=BEGIN),
    Route("api:evidence-upload", {"GET": FULL, "DELETE": FULL}, "upload", OF_A),
    Route("api:evidence-upload-part", {"PUT": FULL}, "upload part", OF_A),
    replace(act("api:evidence-arrival", FULL, "upload", OF_A), body=SUMS),
    replace(act("api:evidence-openings", FULL, "version", OF_CASE), body=PURPOSE),
    reads("api:evidence-part", FULL, "kept part", OF_CASE),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    north, case = actor(cast.north_analyst), story.case.ref
    kept, begun = upload(north, case).version, begin(north, case, b"another file").version
    return {
        "evidence": {"ref": case, "evidence": kept.evidence.ref},
        "version": {"ref": case, "version": kept.ref},
        "kept part": {"ref": case, "version": kept.ref, "number": 0},
        "upload": {"ref": case, "version": begun.ref},
        "upload part": {"ref": case, "version": begun.ref, "number": 0},
    }
