"""Who may do what there. The police's part: units, invitations, status, measures, requests, outcomes."""

from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import ANALYSTS, OF_CASE, OFFICERS, Route, reads

ROUTES: tuple[Route, ...] = (
    reads("cases:police-home", OFFICERS),
    reads("cases:police", ANALYSTS | OFFICERS, "case police", OF_CASE),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    return {"case police": {"ref": story.case.ref}}
