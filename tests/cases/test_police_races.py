"""Officers and members at the same moment: one step, one answer, one release."""

from datetime import timedelta
from functools import partial

import pytest

from cases.documents import today
from cases.models import EvidenceRequest, StatusEntry, TimelineEntry
from cases.services.measures import record_measure, release_measure
from cases.services.requests import answer_request, request_evidence, withdraw_request
from cases.services.status import correct_status, set_status
from tests.cases import joint_case
from tests.cast import Cast, actor
from tests.intel.parallel import outcome, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_steps_at_once_one_is_set(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    step = partial(set_status, officer, case.ref, status="accepted", document="受1", on=today())
    assert sorted(together([partial(outcome, step)] * 8)) == ["done", *["invalid"] * 7]
    assert StatusEntry.objects.count() == 1


def test_of_many_corrections_at_once_one_is_made(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    wrong = set_status(officer, case.ref, status="accepted", document="受1", on=today())
    given = {"status": "accepted", "document": "受2", "on": today(), "note": "编号有误"}
    correct = partial(correct_status, officer, case.ref, corrects=wrong.ref, **given)
    assert sorted(together([partial(outcome, correct)] * 8)) == ["done", *["not_the_newest"] * 7]


def test_a_request_is_answered_or_taken_back_and_never_both(cast: Cast) -> None:
    case = joint_case(cast).case
    officer, member = actor(cast.police_officer), actor(cast.south_analyst)
    due = today() + timedelta(days=3)
    asked = request_evidence(
        officer, case.ref, to=cast.south.ref, document="调1", dated_on=today(), items="录音", due_on=due
    )
    answer = partial(answer_request, member, case.ref, request=asked.ref, answer="附后")
    back = partial(withdraw_request, officer, case.ref, request=asked.ref)
    done = together([partial(outcome, act) for act in (answer, back) * 4])
    assert sorted(done) == ["done", *["request_decided"] * 7]
    asked = EvidenceRequest.objects.get()
    assert (asked.answer is None) == (asked.state == "withdrawn")


def test_a_measure_is_released_once(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    measure = record_measure(officer, case.ref, kind="arrest", document="捕1", on=today())
    release = partial(release_measure, officer, case.ref, measure=measure.ref)
    assert sorted(together([partial(outcome, release)] * 6)) == ["done", *["measure_released"] * 5]
    assert TimelineEntry.objects.filter(kind="police.measure_released").count() == 1
