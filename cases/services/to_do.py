"""Tasks: what one participant is to do in a case, by a day."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.documents import today
from cases.models import Case, Task
from cases.queries.cases import case_to_change, participants_of, rights_on
from cases.queries.people import people_in
from cases.queries.work import may_decide
from cases.rights import Right
from cases.sealing import seal
from cases.services.telling import happened
from cases.words import LONGEST_TITLE, checked_words
from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.services.events import NewEvent, publish

KINDS = {
    Task.State.DONE: "case.task_done",
    Task.State.DROPPED: "case.task_dropped",
    Task.State.OPEN: "case.task_reopened",
}
NO_PARTICIPANT = _("Choose an institution or unit that takes part in this case.")
NOT_THEIRS = _("Choose a person of the institution that has the task.")
NO_STATE = _("A task is open, done or dropped.")
PAST = _("Choose today or a later day.")


def add_task(
    actor: Actor,
    *,
    case: UUID,
    title: str,
    institution: UUID | None = None,
    assignee: UUID | None = None,
    due_on: date | None = None,
) -> Task:
    """Ask a participant (its institution's reference; one's own if left out) for something, or one person of it.

    Raises NotFound, Forbidden; Conflict in a closed case; Invalid, naming the field.
    """
    said = checked_words(title, "title", LONGEST_TITLE)
    if due_on is not None and due_on < today():
        raise Invalid(PAST, errors={"due_on": [PAST]})
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        whose = _participant(actor, row, institution)
        ref = uuid4()
        task = Task.objects.create(
            ref=ref,
            case=row,
            title=seal(said, "task/title", ref),
            asker_id=actor.own_institution(),
            institution_id=whose,
            assignee_id=_person(row, whose, assignee),
            due_on=due_on,
            created_by_id=actor.user,
        )
        facts: dict[str, Any] = {"due": due_on.isoformat()} if due_on else {}
        happened(actor, row, "case.task_added", ref, **facts)
        _tell(actor, task)
    return task


def give_task(actor: Actor, *, case: UUID, ref: UUID, assignee: UUID | None) -> Task:
    """Give a task of one's own institution to one of its people (their reference), or to nobody in particular.

    Raises NotFound; Forbidden for another's task; Conflict for one that is not open; Invalid for a person of others.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        task = _task(row, ref)
        if task.institution_id != actor.own_institution():
            raise Forbidden(_("Only the institution that has the task says who does it."), code="task_of_another")
        if task.state != Task.State.OPEN:
            raise Conflict(_("This task is not open any more."), code="task_decided")
        task.assignee_id = _person(row, task.institution_id, assignee)
        task.save(update_fields=["assignee"])
        happened(actor, row, "case.task_given", ref, event="")
        _tell(actor, task)
    return task


def decide_task(actor: Actor, *, case: UUID, ref: UUID, state: str) -> Task:
    """Set a task to `done`, `dropped` or `open` again.

    Whoever has it says that it is done, whoever asked drops it, both and the case's lead open it again; the lead may do
    each. Raises NotFound; Forbidden; Invalid; Conflict for one that is so already or in a closed case.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        task = _task(row, ref)
        if state not in Task.State.values:
            raise Invalid(NO_STATE, errors={"state": [NO_STATE]})
        wanted = Task.State(state)
        if not may_decide(actor, task, wanted, leads=Right.MANAGE in rights_on(actor, row)):
            raise Forbidden(_("This task is another institution's to decide."), code="task_of_another")
        if task.state == wanted:
            raise Conflict(_("This task is so already."), code="task_decided")
        task.state = wanted
        task.decided_by_id = None if wanted is Task.State.OPEN else actor.user
        task.decided_at = None if wanted is Task.State.OPEN else timezone.now()
        task.save(update_fields=["state", "decided_by", "decided_at"])
        happened(actor, row, KINDS[wanted], ref)
    return task


def _task(case: Case, ref: UUID) -> Task:
    found = Task.objects.filter(case=case, ref=ref).first()
    if found is None:
        raise NotFound
    return found


def _participant(actor: Actor, case: Case, institution: UUID | None) -> int:
    if institution is None:
        return actor.own_institution()
    found = participants_of(case).filter(institution__ref=institution).first()
    if found is None:
        raise Invalid(NO_PARTICIPANT, errors={"institution": [NO_PARTICIPANT]})
    return found.institution_id


def _person(case: Case, institution: int, ref: UUID | None) -> int | None:
    if ref is None:
        return None
    found = [one.pk for one in people_in(case) if one.ref == ref and one.institution == institution]
    if not found:
        raise Invalid(NOT_THEIRS, errors={"assignee": [NOT_THEIRS]})
    return found[0]


def _tell(actor: Actor, task: Task) -> None:
    """The person who has the task, or all of the institution that has it; never whoever gave it to themselves."""
    if task.assignee_id is not None:
        persons = [task.assignee_id] if task.assignee_id != actor.user else []
    elif task.institution_id != actor.institution:
        persons = None
    else:
        persons = []
    if persons is None or persons:
        publish([NewEvent(task.institution_id, "case.task_given", task.case.ref, persons=persons)])
