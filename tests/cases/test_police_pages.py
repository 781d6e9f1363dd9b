"""The police's part in the portal: an officer works through it by its forms; a member reads what is theirs to read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cases.documents import today
from cases.models import Case, Evidence, EvidenceRequest, Measure, Outcome, StatusEntry, TimelineEntry
from cases.queries.police import desk, owed_answers, proceedings, request_rows
from cases.queries.timeline import timeline_of
from cases.sealing import seal
from cases.services.custody import enter
from cases.services.measures import record_measure, release_measure
from cases.services.requests import answer_request, request_evidence
from cases.services.status import set_status
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Institution
from notices.models import Event
from tests.cases import joint_case, remove, take_part
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db
NAME = "钱大山"


def at(name: str, case: Case, *more: UUID) -> str:
    return reverse(f"cases:{name}", args=[case.ref, *more])


def piece(case: Case, of: Institution, title: str) -> Evidence:
    """A piece of evidence without a file, with the first entry of its custody record."""
    ref = uuid4()
    day = today() + timedelta(days=365)
    return Evidence.objects.create(
        ref=ref, case=case, institution=of, kind="chat", title=seal(title, "evidence/title", ref), expires_on=day
    )


def test_an_officer_sets_a_status_by_choosing_a_step_and_naming_its_document(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = client_of(cast.police_officer)
    steps = officer.get(at("status-set", case)).content.decode()
    assert "?step=accepted" in steps
    assert "?step=filed" not in steps
    address = at("status-set", case) + "?step=accepted"
    assert officer.post(address, {"document": "", "on": today()}).status_code == 200
    assert not StatusEntry.objects.exists()
    answer = officer.post(address, {"document": "受1", "on": today(), "term": "review_7"})
    assert answer.url == at("police", case)
    page = client_of(cast.north_analyst).get(at("police", case)).content.decode()
    assert "受1" in page
    assert (today() + timedelta(days=7)).isoformat() in page


def test_a_measure_changes_no_byte_that_a_member_reads_until_it_is_released(cast: Cast) -> None:
    case = joint_case(cast).case
    officer, member = client_of(cast.police_officer), client_of(cast.north_analyst)

    def read() -> bytes:
        return member.get(at("police", case)).content.split(b"<main")[1]

    before, entries, events = read(), timeline_of(actor(cast.north_lead), case).rows, Event.objects.count()
    given = {"name": NAME, "kind": "detention", "document": "拘1", "on": today()}
    assert officer.post(at("measure-record", case), given).status_code == 302
    assert read() == before
    assert timeline_of(actor(cast.north_lead), case).rows == entries
    assert Event.objects.count() == events
    measure = Measure.objects.get()
    assert NAME in officer.get(at("police", case)).content.decode()
    assert officer.post(at("measure-release", case, measure.ref)).status_code == 302
    after = read().decode()
    assert "拘1" in after
    assert NAME not in after
    assert NAME.encode() not in bytes(measure.name)


def test_another_unit_of_the_case_sees_a_measure_and_releases_none(cast: Cast) -> None:
    case = joint_case(cast).case
    take_part(case, cast.county_police)
    measure = record_measure(actor(cast.police_officer), case.ref, kind="arrest", document="捕1", on=today(), name=NAME)
    assert NAME in client_of(cast.county_officer).get(at("police", case)).content.decode()
    with pytest.raises(NotFound):
        release_measure(actor(cast.county_officer), case.ref, measure=measure.ref)
    with pytest.raises(Forbidden):
        release_measure(actor(cast.north_lead), case.ref, measure=measure.ref)


def test_persons_are_numbered_in_their_order(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    given = {"kind": "summons", "document": "传1", "on": today()}
    assert [record_measure(officer, case.ref, **given).person for _ in range(2)] == [1, 2]
    assert record_measure(officer, case.ref, person=1, **given).person == 1
    with pytest.raises(Invalid):
        record_measure(officer, case.ref, person=4, **given)


def test_a_request_is_read_by_the_police_and_the_one_it_is_addressed_to(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = client_of(cast.police_officer)
    given = {
        "to": cast.south.ref,
        "document": "调证1",
        "dated_on": today(),
        "items": "三月的通话录音",
        "due_on": today() + timedelta(days=5),
    }
    assert officer.post(at("request-ask", case), given).status_code == 302
    asked = EvidenceRequest.objects.get()
    assert "三月的通话录音" in client_of(cast.south_analyst).get(at("police", case)).content.decode()
    assert "调证1" not in client_of(cast.north_lead).get(at("police", case)).content.decode()
    assert list(Event.objects.filter(type="evidence.requested").values_list("institution", flat=True)) == [
        cast.south.pk
    ]
    assert client_of(cast.north_lead).get(at("request-answer", case, asked.ref)).status_code == 404
    assert client_of(cast.outsider_analyst).get(at("request-answer", case, asked.ref)).status_code == 404
    assert TimelineEntry.objects.get(kind="police.evidence_requested").police_only


def test_an_answer_hands_over_own_evidence_once_and_in_its_custody_record(cast: Cast) -> None:
    case = joint_case(cast).case
    asked = ask(cast, case)
    cast.south_analyst.locale = "en"
    cast.south_analyst.save()
    bare = client_of(cast.south_analyst).get(at("request-answer", case, asked.ref)).content.decode()
    assert "An answer is final" in bare, "nothing to hand over yet"
    mine, theirs = piece(case, cast.south, "录音一"), piece(case, cast.north, "聊天记录")
    enter(actor(cast.south_analyst), mine, "received")
    south = client_of(cast.south_analyst)
    page = south.get(at("request-answer", case, asked.ref)).content.decode()
    assert "录音一" in page
    assert "聊天记录" not in page
    with pytest.raises(Invalid):
        answer_request(
            actor(cast.south_analyst), case.ref, request=asked.ref, answer="附后", evidence=[theirs.ref], refused=False
        )
    answer = south.post(at("request-answer", case, asked.ref), {"answer": "附后", "evidence": [mine.ref]})
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.request == asked
    last = mine.custody.order_by("-number")[0]
    assert (last.act, last.to) == ("transferred", cast.police)
    with pytest.raises(Conflict):
        answer_request(actor(cast.south_lead), case.ref, request=asked.ref, answer="再答")
    assert "附后" in client_of(cast.police_officer).get(at("police", case)).content.decode()


def test_a_request_cannot_be_answered_and_says_why(cast: Cast) -> None:
    case = joint_case(cast).case
    asked = ask(cast, case)
    answer_request(actor(cast.south_analyst), case.ref, request=asked.ref, answer="录音已过保存期", refused=True)
    asked.refresh_from_db()
    assert asked.state == "refused"
    withdrawn = client_of(cast.police_officer).post(at("request-withdraw", case, asked.ref))
    assert withdrawn.status_code == 409


def test_no_plain_value_comes_in_by_a_request(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid):
        ask(cast, case, items="号码13800138000的通话")


def ask(cast: Cast, case: Case, items: str = "录音") -> EvidenceRequest:
    return request_evidence(
        actor(cast.police_officer),
        case.ref,
        to=cast.south.ref,
        document="调证1",
        dated_on=today(),
        items=items,
        due_on=today(),
    )


def test_an_outcome_follows_the_acceptance_and_is_read_by_all(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = client_of(cast.police_officer)
    figures = {
        "as_of": today(),
        "persons": 12,
        "amount": "1200000.50",
        "frozen": 300000,
        "refunded": 45000,
        "victims_refunded": 9,
    }
    assert officer.post(at("outcome-record", case), figures).status_code == 200
    officer.post(at("status-set", case) + "?step=accepted", {"document": "受1", "on": today(), "term": "review_7"})
    assert officer.post(at("outcome-record", case), figures | {"refunded": 9_000_000}).status_code == 200
    assert not Outcome.objects.exists()
    assert officer.post(at("outcome-record", case), figures).status_code == 302
    assert "1,200,000.50" in client_of(cast.south_lead).get(at("police", case)).content.decode()


def test_what_an_institution_owes_the_police_stands_on_its_home_page_and_on_no_other(cast: Cast) -> None:
    case = joint_case(cast).case
    asked = ask(cast, case)
    address = at("request-answer", case, asked.ref)
    assert address in client_of(cast.south_analyst).get(reverse("intel:home")).content.decode()
    assert address not in client_of(cast.north_analyst).get(reverse("intel:home")).content.decode()
    remove(case, cast.south)
    assert address not in client_of(cast.south_analyst).get(reverse("intel:home")).content.decode()


def test_a_desk_and_a_tab_cost_as_many_statements_however_much_stands_there(
    cast: Cast, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for number in range(3):
        case = joint_case(cast, value=f"value {number}").case
        officer = actor(cast.police_officer)
        for status in ("accepted", "filed", "investigated"):
            set_status(officer, case.ref, status=status, document=str(number), on=today(), note="说明")
        record_measure(officer, case.ref, kind="arrest", document="捕1", on=today(), name=NAME)
        ask(cast, case)
        ask(cast, case)
    with django_assert_max_num_queries(6):
        assert len(desk(officer)) == 3
    with django_assert_max_num_queries(8):
        assert proceedings(officer, case)[0].current
    with django_assert_max_num_queries(4):
        assert len(request_rows(officer, case)) == 2
    with django_assert_max_num_queries(3):
        assert len(owed_answers(actor(cast.south_lead))) == 6
