"""Who may do what there. The work in a case: tasks, comments, the timeline."""

from dataclasses import replace

from cases.services.to_do import add_task
from tests.cases import Story
from tests.cast import Cast, actor
from tests.permission_table import ANALYSTS, FULL, OF_CASE, OFFICERS, Route, form, reads

WORKERS = ANALYSTS | OFFICERS
ROUTES: tuple[Route, ...] = (
    reads("cases:tasks", WORKERS),
    form("cases:comments", WORKERS, "case of work", OF_CASE),
    reads("cases:timeline", WORKERS, "case of work", OF_CASE),
    form("cases:task-add", WORKERS, "case of work", OF_CASE),
    # The task is A's, and its own people say who does it: with nobody's name the form comes back to everybody.
    replace(form("cases:task-give", WORKERS, "task", OF_CASE), body="assignee=nobody"),
    Route("cases:task-decide", {"POST": WORKERS}, "task", OF_CASE),
    Route("api:tasks", {"GET": FULL}),
    Route("api:case-tasks", {"GET": FULL, "POST": FULL}, "case of work", OF_CASE),
    Route("api:case-task", {"PATCH": FULL}, "task", OF_CASE),
    Route("api:case-comments", {"GET": FULL, "POST": FULL}, "case of work", OF_CASE),
    Route("api:case-timeline", {"GET": FULL}, "case of work", OF_CASE),
    Route("api:case-people", {"GET": FULL}, "case of work", OF_CASE),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    task = add_task(actor(cast.north_analyst), case=story.case.ref, title="补充流水")
    return {"case of work": {"ref": story.case.ref}, "task": {"ref": story.case.ref, "task": task.ref}}
