"""The work in a case: its tasks and what was said in it; and what waits for whoever asks, over all of their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, DateField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from cases.documents import today
from cases.models import Case, Comment, Task
from cases.queries.cases import cases_for, rights_on
from cases.rights import Right
from cases.sealing import unseal
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.paging import Page, Place, check_limit, invalid_cursor, newest
from members.queries.people import PersonName

MOST_TASKS = 200
"""Tasks that a page of a case shows."""
BY_DAY = Coalesce("due_on", Value(date.max), output_field=DateField())
"""What tasks are ordered by: those without a day are last."""
IS_OPEN = ExpressionWrapper(Q(state=Task.State.OPEN), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as its readers see it. `acts` are the states that the reader may set it to."""

    ref: UUID
    case: UUID
    case_title: str
    title: str
    institution: str
    institution_ref: UUID
    is_own: bool
    asker: str
    assignee: str
    assignee_ref: UUID | None
    is_mine: bool
    due_on: date | None
    is_late: bool
    state: str
    state_label: str
    created_at: datetime
    decided_at: datetime | None
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What somebody said, and the names of those it named."""

    ref: UUID
    institution: str
    author: str
    is_own: bool
    at: datetime
    body: str
    mentioned: tuple[str, ...]


def may_decide(actor: Actor, task: Task, state: str, *, leads: bool) -> bool:
    """Whether the actor may set the task to the state: whoever has it, asked for it, or leads the case."""
    if leads:
        return True
    has, asked = task.institution_id == actor.institution, task.asker_id == actor.institution
    return {Task.State.DONE: has, Task.State.DROPPED: asked, Task.State.OPEN: has or asked}[Task.State(state)]


def tasks_of(actor: Actor, case: Case) -> list[TaskRow]:
    """The case's tasks: the open ones first, by their day. The caller has fetched the case for its reader."""
    rights = rights_on(actor, case)
    may = case.state == Case.State.OPEN and Right.CONTRIBUTE in rights
    found = _tasks(case=case).order_by(IS_OPEN.desc(), BY_DAY, "created_at", "ref")
    leads = Right.MANAGE in rights
    return [_task_row(actor, task, may=may, leads=leads, case_title="") for task in found[:MOST_TASKS]]


def task_for(actor: Actor, case: Case, ref: UUID) -> TaskRow:
    """One of the case's tasks. The caller has fetched the case for its reader. Raises NotFound."""
    found = _tasks(case=case, ref=ref).first()
    if found is None:
        raise NotFound
    rights = rights_on(actor, case)
    may = case.state == Case.State.OPEN and Right.CONTRIBUTE in rights
    return _task_row(actor, found, may=may, leads=Right.MANAGE in rights, case_title="")


def own_tasks(actor: Actor, *, cursor: str = "", limit: int = 20) -> Page[TaskRow]:
    """Open tasks of the actor's institution in open cases it may see: the actor's own and those of nobody yet.

    By their day, those without one last, then the oldest first. Empty for whoever sees no cases. Raises Invalid.
    """
    check_limit(limit)
    if actor.institution is None or not actor.may(Capability.VIEW_CASES):
        return Page([], "")
    cases = cases_for(actor).filter(state=Case.State.OPEN)
    mine = Q(assignee=None) | Q(assignee_id=actor.user) if actor.user is not None else Q()
    waiting = _tasks(case__in=cases, institution_id=actor.institution, state=Task.State.OPEN).filter(mine)
    found = waiting.annotate(day=BY_DAY).order_by("day", "created_at", "ref").filter(_after(actor, cursor))
    tasks = list(found[: limit + 1])
    rows = [
        _task_row(actor, task, may=False, leads=False, case_title=unseal(task.case.title, "case/title", task.case.ref))
        for task in tasks[:limit]
    ]
    last = rows[-1] if len(tasks) > limit else None
    return Page(rows, str(Place((last.due_on or date.max).toordinal(), last.ref)) if last else "")


def comments_of(actor: Actor, case: Case, *, cursor: str = "", limit: int = 20) -> Page[CommentRow]:
    """What was said, the newest first. The caller has fetched the case for its reader. Raises Invalid."""
    found = Comment.objects.filter(case=case).select_related("institution", "author")
    rows, next_cursor = newest(
        found.prefetch_related("mentioned"), moment="said_at", id="ref", cursor=cursor, limit=limit
    )
    return Page([_comment_row(actor, comment) for comment in rows], next_cursor)


def by_institution(people: Sequence[PersonName]) -> list[tuple[str, list[PersonName]]]:
    """The people of a case under their institution's name, in their order."""
    grouped: dict[int, tuple[str, list[PersonName]]] = {}
    for person in people:
        grouped.setdefault(person.institution, (str(person.of), []))[1].append(person)
    return list(grouped.values())


def _tasks(**which: Any) -> QuerySet[Task]:
    return Task.objects.filter(**which).select_related("institution", "asker", "assignee", "case")


def _after(actor: Actor, cursor: str) -> Q:
    """Tasks after the one that the cursor names by its day and reference; it may have been done meanwhile."""
    place = Place.read(cursor)
    if place is None:
        return Q()
    last = Task.objects.filter(ref=place.id, institution_id=actor.own_institution()).first()
    if last is None or not 1 <= place.number <= date.max.toordinal():
        raise invalid_cursor()
    day = date.fromordinal(place.number)
    same = Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, ref__gt=last.ref)
    return Q(day__gt=day) | (Q(day=day) & same)


def _task_row(actor: Actor, task: Task, *, may: bool, leads: bool, case_title: str) -> TaskRow:
    is_open = task.state == Task.State.OPEN
    wanted = (Task.State.DONE, Task.State.DROPPED) if is_open else (Task.State.OPEN,)
    return TaskRow(
        ref=task.ref,
        case=task.case.ref,
        case_title=case_title,
        title=unseal(task.title, "task/title", task.ref),
        institution=str(task.institution),
        institution_ref=task.institution.ref,
        is_own=task.institution_id == actor.institution,
        asker=str(task.asker),
        assignee=task.assignee.name if task.assignee else "",
        assignee_ref=task.assignee.ref if task.assignee else None,
        is_mine=actor.user is not None and task.assignee_id == actor.user,
        due_on=task.due_on,
        is_late=is_open and task.due_on is not None and task.due_on < today(),
        state=task.state,
        state_label=str(task.get_state_display()),
        created_at=task.created_at,
        decided_at=task.decided_at,
        acts=tuple(state for state in wanted if may and may_decide(actor, task, state, leads=leads)),
    )


def _comment_row(actor: Actor, comment: Comment) -> CommentRow:
    return CommentRow(
        ref=comment.ref,
        institution=str(comment.institution),
        author=comment.author.name if comment.author else "",
        is_own=comment.institution_id == actor.institution,
        at=comment.said_at,
        body=unseal(comment.body, "comment/body", comment.ref),
        mentioned=tuple(sorted(person.name for person in comment.mentioned.all())),
    )
