"""What the pages show of the work in a case: tasks, what was said, and the timeline in words."""

from typing import Any

from cases.models import Case
from cases.queries.people import people_in
from cases.queries.timeline import timeline_of
from cases.queries.work import TaskRow, by_institution, comments_of, own_tasks, tasks_of
from cases.timeline_words import lines
from kit.actor import Actor
from kit.paging import Page

NEWEST = 8
"""Comments and entries of the timeline on the overview; each has a page of its own for the rest."""
NEXT = 5
"""Tasks on a home page; the rest is on the page of tasks."""


def work_context(actor: Actor, case: Case) -> dict[str, Any]:
    """What templates/cases/_tasks.html, _comments.html and _timeline.html show: the newest of each."""
    return {
        "tasks": tasks_of(actor, case),
        "comments": comments_of(actor, case, limit=NEWEST),
        "timeline": timeline_page(actor, case, limit=NEWEST),
    }


def comments_context(actor: Actor, case: Case, cursor: str) -> dict[str, Any]:
    """What templates/cases/comments.html shows: what was said, and whom one can mention."""
    found = comments_of(actor, case, cursor=cursor)
    return {"comments": found, "page": found, "people": by_institution(people_in(case))}


def timeline_page(actor: Actor, case: Case, *, cursor: str = "", limit: int = 50) -> Page[Any]:
    """A page of the timeline in words."""
    found = timeline_of(actor, case, cursor=cursor, limit=limit)
    return Page(lines(found.rows), found.next_cursor)


def home_tasks(actor: Actor | None) -> Page[TaskRow]:
    """The next tasks that wait for the actor, for a home page of any kind; none for whoever sees no cases."""
    return own_tasks(actor, limit=NEXT) if actor is not None else Page([], "")
