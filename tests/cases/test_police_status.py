"""The status of a unit's proceeding: which step may follow which, with its document and its clock."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from cases.documents import today
from cases.models import Case, StatusEntry, TimelineEntry
from cases.police_status import STEPS, TERMS, Status, begins, branch_after
from cases.queries.police import desk, proceedings
from cases.services.status import correct_status, set_status
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.models import Event
from tests.cases import joint_case, take_part
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
DOCUMENT = "澜公（经）受案字〔2026〕0042号"


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def test_a_status_stands_with_its_document_day_and_clock_for_all_who_take_part(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document=DOCUMENT, on=ago(3))
    set_status(officer, case.ref, status="filed", document="澜公（经）立字〔2026〕0007号", on=ago(1), note="并案侦查")
    for user in (cast.north_analyst, cast.south_lead, cast.police_officer):
        (unit,) = proceedings(actor(user), case)
        assert [step.status for step in unit.steps] == ["accepted", "filed"]
        assert unit.steps[0].due_on == ago(3) + timedelta(days=7)
        assert (unit.current.document, unit.current.note) == ("澜公（经）立字〔2026〕0007号", "并案侦查")
        assert unit.branch
    told = Event.objects.filter(type="case.status_set").values_list("institution", flat=True)
    assert set(told) == {cast.north.pk, cast.south.pk}


def test_no_words_of_a_status_reach_the_log_or_the_row(cast: Cast) -> None:
    case = joint_case(cast).case
    set_status(
        actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=today(), note="涉案十二人"
    )
    entry = Entry.objects.get(kind="police.status_set")
    assert DOCUMENT not in str(entry.facts)
    assert "十二" not in str(entry.facts)
    assert "十二".encode() not in bytes(StatusEntry.objects.get().note)
    assert TimelineEntry.objects.get(kind="police.status_set").facts["status"] == "accepted"


@pytest.mark.parametrize(
    ("status", "on", "document", "field"),
    [
        ("filed", 0, DOCUMENT, "status"),
        ("nothing", 0, DOCUMENT, "status"),
        ("accepted", -1, DOCUMENT, "on"),
        ("accepted", 0, " ", "document"),
        ("accepted", 0, "13800138000", "document"),
    ],
)
def test_a_step_that_will_not_do_is_refused_by_its_field(
    cast: Cast, status: str, on: int, document: str, field: str
) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid) as refused:
        set_status(actor(cast.police_officer), case.ref, status=status, on=ago(on), document=document)
    assert list(refused.value.extras["errors"]) == [field]
    assert not StatusEntry.objects.exists()


def test_a_year_of_two_digits_is_no_day_of_a_document(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid) as refused:
        set_status(actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=date(26, 11, 20))
    assert list(refused.value.extras["errors"]) == ["on"]
    set_status(actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=date(2000, 1, 1))


def test_a_step_is_never_before_the_one_it_follows(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document=DOCUMENT, on=ago(2))
    with pytest.raises(Invalid):
        set_status(officer, case.ref, status="filed", document=DOCUMENT, on=ago(3))


def test_the_clock_of_a_review_runs_from_acceptance_and_only_grows(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document=DOCUMENT, on=ago(10))
    first = set_status(officer, case.ref, status="reviewing", document="1", on=ago(9))
    assert first.due_on == ago(10) + timedelta(days=7)
    longer = set_status(officer, case.ref, status="reviewing", document="2", on=ago(4), term="review_30")
    assert longer.due_on == ago(10) + timedelta(days=30)
    for term in ("review_7", "review_30"):
        with pytest.raises(Invalid):
            set_status(officer, case.ref, status="reviewing", document="3", on=today(), term=term)
    assert set_status(officer, case.ref, status="reviewing", document="4", on=today(), term="review_60").due_on == ago(
        10
    ) + timedelta(days=60)


def test_a_mistake_is_corrected_and_stays_readable(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    accepted = set_status(officer, case.ref, status="accepted", document=DOCUMENT, on=ago(5))
    wrong = set_status(officer, case.ref, status="public_order", document="治1", on=ago(1))
    with pytest.raises(Conflict):
        correct_status(officer, case.ref, corrects=accepted.ref, status="accepted", document="x", on=ago(5), note="错")
    correct_status(officer, case.ref, corrects=wrong.ref, status="filed", document="刑1", on=ago(1), note="选错了")
    (unit,) = proceedings(actor(cast.north_analyst), case)
    assert [(step.status, step.corrected) for step in unit.steps] == [
        ("accepted", False),
        ("public_order", True),
        ("filed", False),
    ]
    assert unit.current.branch == "criminal"


def test_the_database_keeps_what_was_set(cast: Cast) -> None:
    case = joint_case(cast).case
    entry = set_status(actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=ago(5))
    for statement in (
        "UPDATE cases_statusentry SET status = 'filed' WHERE id = %s",
        'UPDATE cases_statusentry SET "on" = "on" - 1 WHERE id = %s',
        "DELETE FROM cases_statusentry WHERE id = %s",
    ):
        with pytest.raises(Error, match="kept as they are"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entry.pk])


def test_only_an_officer_of_a_unit_in_the_case_sets_it(cast: Cast) -> None:
    case = joint_case(cast).case
    for user, refusal in (
        (cast.north_lead, Forbidden),
        (cast.north_analyst, Forbidden),
        (cast.operator_system, Forbidden),
        (cast.county_officer, NotFound),
        (cast.outsider_analyst, Forbidden),
    ):
        with pytest.raises(refusal):
            set_status(actor(user), case.ref, status="accepted", document=DOCUMENT, on=today())
    with pytest.raises(NotFound):
        set_status(actor(cast.police_officer), uuid4(), status="accepted", document=DOCUMENT, on=today())


def test_each_unit_has_a_proceeding_of_its_own(cast: Cast) -> None:
    case = joint_case(cast).case
    take_part(case, cast.county_police)
    set_status(actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=ago(2))
    set_status(actor(cast.police_officer), case.ref, status="transferred", document="移1", on=ago(1))
    set_status(actor(cast.county_officer), case.ref, status="accepted", document="县受1", on=today())
    found = proceedings(actor(cast.south_analyst), case)
    assert [unit.current.status for unit in found] == ["transferred", "accepted"]


def test_a_proceeding_goes_on_after_the_members_close_their_case(cast: Cast) -> None:
    case = joint_case(cast).case
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=case.opened_at, close_reason="decided")
    assert set_status(actor(cast.police_officer), case.ref, status="accepted", document=DOCUMENT, on=today())


def test_every_status_has_its_steps_and_leads_somewhere_that_exists() -> None:
    assert set(STEPS) == {"", *Status.values}
    assert {step for steps in STEPS.values() for step in steps} <= set(Status.values)
    reached, edge = {""}, {""}
    while edge:
        edge = {step for status in edge for step in STEPS[status]} - reached
        reached |= edge
    assert reached == {"", *Status.values}
    assert set(TERMS) <= set(Status.values)


@given(st.data())
def test_whatever_path_is_taken_the_branch_is_that_of_the_last_filing(data: st.DataObject) -> None:
    status, branch, path = "", "", []
    for _turn in range(data.draw(st.integers(1, 12))):
        if not STEPS[status]:
            break
        status = data.draw(st.sampled_from(STEPS[status]))
        branch = branch_after(branch, status)
        path.append(status)
    filings = [one for one in path if one in {"filed", "public_order"}]
    assert branch == ({"filed": "criminal", "public_order": "public_order"}[filings[-1]] if filings else "")


def test_a_term_of_months_ends_on_the_last_day_of_a_short_month() -> None:
    (month, *_rest) = TERMS["to_prosecutor"]
    assert month.ends(date(2026, 1, 31)) == date(2026, 2, 28)


def test_further_investigation_begins_the_prosecutors_term_anew() -> None:
    month = TERMS["to_prosecutor"][0]
    earlier = [("to_prosecutor", date(2026, 1, 5)), ("investigated", date(2026, 2, 1))]
    assert begins(month, "to_prosecutor", date(2026, 2, 20), earlier) == date(2026, 2, 20)
    again = [*earlier, ("to_prosecutor", date(2026, 2, 20))]
    assert begins(month, "to_prosecutor", date(2026, 3, 15), again) == date(2026, 2, 20)


def test_a_duty_is_overdue_past_its_day_and_a_right_has_lapsed(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document=DOCUMENT, on=ago(30))
    assert proceedings(officer, case)[0].current.is_overdue
    assert desk(officer)[0].is_overdue
    set_status(officer, case.ref, status="not_filed", document="不立1", on=ago(20))
    current = proceedings(officer, case)[0].current
    assert (current.has_passed, current.is_overdue, current.days_left) == (True, False, -13)
    assert desk(officer)[0].due_on is None
