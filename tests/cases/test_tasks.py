"""Tasks: who is asked, who decides, who is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Task
from cases.queries.cases import case_for
from cases.queries.work import own_tasks, tasks_of
from cases.services.to_do import add_task, decide_task, give_task
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.models import Notice
from notices.services.fan_out import fan_out
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db


def test_a_participant_is_asked_and_its_people_are_told(cast: Cast) -> None:
    case = joint_case(cast).case
    add_task(actor(cast.north_analyst), case=case.ref, title="补充流水", institution=cast.south.ref)
    fan_out(cast.south.pk)
    told = Notice.objects.filter(event__type="case.task_given").values_list("user_id", flat=True)
    assert set(told) == {cast.south_analyst.pk, cast.south_lead.pk}
    assert [task.title for task in own_tasks(actor(cast.south_analyst))] == ["补充流水"]
    assert own_tasks(actor(cast.north_analyst)) == []


def test_one_person_is_asked_and_they_alone_are_told(cast: Cast) -> None:
    case = joint_case(cast).case
    add_task(
        actor(cast.north_analyst),
        case=case.ref,
        title="补充流水",
        institution=cast.south.ref,
        assignee=cast.south_lead.ref,
    )
    fan_out(cast.south.pk)
    told = Notice.objects.filter(event__type="case.task_given").values_list("user_id", flat=True)
    assert list(told) == [cast.south_lead.pk]
    assert own_tasks(actor(cast.south_analyst)) == []
    assert [task.is_mine for task in own_tasks(actor(cast.south_lead))] == [True]


def test_an_institution_or_person_outside_cannot_be_asked(cast: Cast) -> None:
    case = joint_case(cast).case
    for asked in (
        {"institution": cast.outsider.ref},
        {"institution": cast.south.ref, "assignee": cast.north_lead.ref},
        {"institution": cast.north.ref, "assignee": cast.outsider_analyst.ref},
        {"institution": cast.north.ref, "assignee": cast.north_admin.ref},
        {"due_on": timezone.localdate() - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            add_task(actor(cast.north_analyst), case=case.ref, title="补充流水", **asked)
    with pytest.raises(NotFound):
        add_task(actor(cast.outsider_analyst), case=case.ref, title="补充流水")


def test_whoever_has_it_finishes_it_and_whoever_asked_drops_it(cast: Cast) -> None:
    case = joint_case(cast).case
    asker, has, other = actor(cast.south_analyst), actor(cast.police_officer), actor(cast.north_analyst)
    task = add_task(asker, case=case.ref, title="出具回执", institution=cast.police.ref)
    with pytest.raises(Forbidden):
        decide_task(asker, case=case.ref, ref=task.ref, state="done")
    with pytest.raises(Forbidden):
        decide_task(has, case=case.ref, ref=task.ref, state="dropped")
    with pytest.raises(Forbidden):
        decide_task(other, case=case.ref, ref=task.ref, state="done")
    decide_task(has, case=case.ref, ref=task.ref, state="done")
    with pytest.raises(Conflict):
        decide_task(has, case=case.ref, ref=task.ref, state="done")
    decide_task(asker, case=case.ref, ref=task.ref, state="open")
    decide_task(asker, case=case.ref, ref=task.ref, state="dropped")
    decide_task(actor(cast.north_lead), case=case.ref, ref=task.ref, state="open")
    assert Task.objects.get().state == "open"
    with pytest.raises(Invalid):
        decide_task(has, case=case.ref, ref=task.ref, state="burnt")


def test_the_institution_that_has_it_says_who_does_it(cast: Cast) -> None:
    case = joint_case(cast).case
    task = add_task(actor(cast.north_analyst), case=case.ref, title="补充流水", institution=cast.south.ref)
    with pytest.raises(Forbidden):
        give_task(actor(cast.north_analyst), case=case.ref, ref=task.ref, assignee=cast.south_lead.ref)
    with pytest.raises(Invalid):
        give_task(actor(cast.south_analyst), case=case.ref, ref=task.ref, assignee=cast.north_lead.ref)
    give_task(actor(cast.south_analyst), case=case.ref, ref=task.ref, assignee=cast.south_lead.ref)
    assert [row.assignee for row in tasks_of(actor(cast.north_lead), case)] == [cast.south_lead.name]


def test_the_open_ones_come_first_by_their_day_and_the_late_ones_are_named(cast: Cast) -> None:
    case = joint_case(cast).case
    who, today = actor(cast.north_analyst), timezone.localdate()
    done = add_task(who, case=case.ref, title="甲")
    decide_task(who, case=case.ref, ref=done.ref, state="done")
    add_task(who, case=case.ref, title="乙")
    add_task(who, case=case.ref, title="丙", due_on=today + timedelta(days=3))
    late = add_task(who, case=case.ref, title="丁", due_on=today)
    Task.objects.filter(pk=late.pk).update(due_on=today - timedelta(days=1))
    rows = tasks_of(who, case_for(who, case.ref))
    assert [(row.title, row.is_late) for row in rows] == [("丁", True), ("丙", False), ("乙", False), ("甲", False)]


def test_what_waits_is_gone_with_the_case(cast: Cast) -> None:
    case = joint_case(cast).case
    add_task(actor(cast.north_analyst), case=case.ref, title="补充流水", institution=cast.south.ref)
    add_task(actor(cast.north_analyst), case=case.ref, title="汇总")
    remove(case, cast.south)
    assert own_tasks(actor(cast.south_analyst)) == []
    Case.objects.update(state="closed", closed_at=case.opened_at)
    assert own_tasks(actor(cast.north_analyst)) == []
    with pytest.raises(Conflict):
        decide_task(actor(cast.north_lead), case=case.ref, ref=Task.objects.all()[0].ref, state="done")


def test_a_task_is_fetched_through_its_case(cast: Cast) -> None:
    first, second = joint_case(cast).case, joint_case(cast, value="another", south=False).case
    task = add_task(actor(cast.north_analyst), case=first.ref, title="补充流水")
    with pytest.raises(NotFound):
        decide_task(actor(cast.north_analyst), case=second.ref, ref=task.ref, state="done")


def test_the_pages_add_give_and_decide(cast: Cast) -> None:
    case = joint_case(cast).case
    client = client_of(cast.north_analyst)
    address = f"/cases/{case.ref}/tasks/add"
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": ""}).status_code == 200
    added = client.post(
        address,
        {"title": "补充流水", "institution": str(cast.north.ref), "assignee": str(cast.north_lead.ref), "due_on": ""},
    )
    assert added.status_code == 302
    task = Task.objects.get()
    assert task.assignee == cast.north_lead
    assert client.get(f"/cases/{case.ref}/tasks/{task.ref}/give").status_code == 200
    assert client.post(f"/cases/{case.ref}/tasks/{task.ref}/give", {"assignee": ""}).status_code == 302
    assert "补充流水" in client.get("/tasks").content.decode()
    assert client.post(f"/cases/{case.ref}/tasks/{task.ref}/decide", {"state": "done"}).status_code == 302
    assert Task.objects.get().state == "done"
    assert "补充流水" not in client.get("/tasks").content.decode()
