"""Tasks: who is asked, who decides, who is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Task
from cases.queries.cases import case_for
from cases.queries.work import own_tasks, tasks_of
from cases.services.to_do import add_task, decide_task, give_task
from cases.work_screens import NEXT
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.models import Notice
from notices.services.fan_out import fan_out
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, api_client, client_of, token_of

pytestmark = pytest.mark.django_db


def test_a_participant_is_asked_and_its_people_are_told(cast: Cast) -> None:
    case = joint_case(cast).case
    add_task(actor(cast.north_analyst), case=case.ref, title="补充流水", institution=cast.south.ref)
    fan_out(cast.south.pk)
    told = Notice.objects.filter(event__type="case.task_given").values_list("user_id", flat=True)
    assert set(told) == {cast.south_analyst.pk, cast.south_lead.pk}
    assert [task.title for task in own_tasks(actor(cast.south_analyst)).rows] == ["补充流水"]
    assert own_tasks(actor(cast.north_analyst)).rows == []


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
    assert own_tasks(actor(cast.south_analyst)).rows == []
    assert [task.is_mine for task in own_tasks(actor(cast.south_lead)).rows] == [True]


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
    assert own_tasks(actor(cast.south_analyst)).rows == []
    Case.objects.update(state="closed", closed_at=case.opened_at)
    assert own_tasks(actor(cast.north_analyst)).rows == []
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


def test_what_waits_is_read_page_by_page_by_its_day(cast: Cast) -> None:
    case, who, today = joint_case(cast).case, actor(cast.north_analyst), timezone.localdate()
    days = [None, 3, 1, None, 3, 2, None]
    for number, day in enumerate(days):
        add_task(who, case=case.ref, title=f"{number}", due_on=None if day is None else today + timedelta(days=day))
    # Two at one moment neither repeat nor get lost.
    Task.objects.filter(due_on=None).update(created_at=case.opened_at)
    seen: list[str] = []
    cursor = ""
    while True:
        found = own_tasks(who, cursor=cursor, limit=2)
        seen += [task.title for task in found.rows]
        if not (cursor := found.next_cursor):
            break
        # The one that the cursor names is done meanwhile: the next page goes on behind it all the same.
        decide_task(who, case=case.ref, ref=found.rows[-1].ref, state="done")
    assert seen[:4] == ["2", "5", "1", "4"]
    assert sorted(seen[4:]) == ["0", "3", "6"]


def test_a_cursor_of_another_is_none(cast: Cast) -> None:
    case, who = joint_case(cast).case, actor(cast.north_analyst)
    for number in range(3):
        add_task(who, case=case.ref, title=f"{number}")
    foreign = own_tasks(who, limit=1).next_cursor
    for cursor in (foreign, "mine"):
        with pytest.raises(Invalid):
            own_tasks(actor(cast.south_analyst), cursor=cursor)


def test_the_page_shows_all_and_home_the_next_few(cast: Cast) -> None:
    case, who = joint_case(cast).case, actor(cast.north_analyst)
    for number in range(25):
        add_task(who, case=case.ref, title=f"补充流水第{number}件")
    client = client_of(cast.north_analyst)
    home = client.get("/home").content.decode()
    assert home.count("补充流水第") == NEXT
    assert 'href="/tasks"' in home
    first = client.get("/tasks")
    assert len(first.context["page"].rows) == 20
    rest = client.get("/tasks", {"cursor": first.context["page"].next_cursor})
    assert len(rest.context["page"].rows) == 5
    told = api_client(token_of(cast.north)).get("/api/v1/tasks", {"limit": 24}).json()
    assert (len(told["results"]), bool(told["next_cursor"])) == (24, True)
