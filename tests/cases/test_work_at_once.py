"""The same work at the same moment: one of many decides, numbers stay without gaps, a complaint is opened once."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cases.models import RepresentedCustomer, Task, TimelineEntry
from cases.services.customers import NewCustomer, mark_customers, open_complaint
from cases.services.to_do import add_task, decide_task
from tests.cases import joint_case
from tests.cast import Cast, actor
from tests.intel.parallel import outcome, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_task_is_finished_once(cast: Cast) -> None:
    case, who = joint_case(cast).case, actor(cast.north_analyst)
    task = add_task(who, case=case.ref, title="补充流水")
    found = together([lambda: outcome(lambda: decide_task(who, case=case.ref, ref=task.ref, state="done"))] * 8)
    assert sorted(found) == ["done", *["task_decided"] * 7]
    assert TimelineEntry.objects.filter(kind="case.task_done").count() == 1
    assert Task.objects.get().state == "done"


def test_customers_marked_at_once_get_numbers_of_their_own(cast: Cast) -> None:
    case = joint_case(cast).case

    def mark(user: Any, name: str) -> None:
        customers = [NewCustomer(f"{name}-{number}", Decimal(1)) for number in range(3)]
        mark_customers(actor(user), case=case.ref, customers=customers)

    together(
        [
            lambda: mark(cast.north_analyst, "A"),
            lambda: mark(cast.north_lead, "B"),
            lambda: mark(cast.south_analyst, "C"),
            lambda: mark(cast.south_lead, "D"),
        ]
    )
    assert sorted(RepresentedCustomer.objects.values_list("number", flat=True)) == list(range(1, 13))


def test_one_customer_is_marked_once(cast: Cast) -> None:
    case = joint_case(cast).case
    who, same = actor(cast.north_analyst), [NewCustomer("CRM-1")]
    found = together([lambda: outcome(lambda: mark_customers(who, case=case.ref, customers=same))] * 6)
    assert sorted(found) == [*["customer_known"] * 5, "done"]


def test_a_complaint_is_opened_once(cast: Cast) -> None:
    case, who = joint_case(cast).case, actor(cast.north_analyst)
    ref = mark_customers(who, case=case.ref, customers=[NewCustomer("CRM-1")])[0].ref
    today = timezone.localdate()
    found = together([lambda: outcome(lambda: open_complaint(who, ref=ref, on=today))] * 6)
    assert sorted(found) == [*["complaint_open"] * 5, "done"]
