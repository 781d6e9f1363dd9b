"""What is said in a case, and to whom in person."""

import pytest

from cases.mentions import Person, SeveralOfThatName, mentioned
from cases.models import Case, Comment
from cases.queries.cases import case_for
from cases.queries.work import comments_of
from cases.services.comments import add_comment
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.models import Event, Notice
from notices.services.fan_out import fan_out
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, client_of, person

pytestmark = pytest.mark.django_db
PEOPLE = (
    Person(1, "李伟", ("北岸银行", "North Bank")),
    Person(2, "李伟", ("南岸银行", "South Bank")),
    Person(3, "李伟明", ("南岸银行", "South Bank")),
    Person(4, "Li Wei", ("南岸银行", "South Bank")),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@李伟明请补充流水", {3}),
        ("请＠李伟明 看看", {3}),
        ("@李伟（北岸银行）与@李伟 (South Bank)", {1, 2}),
        ("@Li Wei, please", {4}),
        ("@Li Weiming is nobody here", set()),
        ("mail me at someone@example.com", set()),
        ("@", set()),
    ],
)
def test_a_name_behind_an_at_sign_is_found(text: str, found: set[int]) -> None:
    assert mentioned(text, PEOPLE) == found


@pytest.mark.parametrize("text", ["@李伟 看看", "@李伟（东岸银行）", "@李伟（"])
def test_a_name_of_several_needs_its_institution(text: str) -> None:
    with pytest.raises(SeveralOfThatName):
        mentioned(text, PEOPLE)


def test_all_who_take_part_read_it_and_nobody_else(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.north_analyst), case=case.ref, body="通话记录已经备好")
    for user in (cast.north_lead, cast.south_analyst, cast.police_officer):
        assert [row.body for row in comments_of(actor(user), case_for(actor(user), case.ref)).rows] == [
            "通话记录已经备好"
        ]
    for user in (cast.outsider_analyst, cast.county_officer):
        with pytest.raises(NotFound):
            add_comment(actor(user), case=case.ref, body="我也看看")


def test_it_is_sealed_at_rest(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.north_analyst), case=case.ref, body="通话记录已经备好")
    assert "通话记录".encode() not in bytes(Comment.objects.get().body)


def test_only_the_person_who_is_mentioned_is_told_in_person(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.north_analyst), case=case.ref, body=f"@{cast.south_analyst.name} 请看一下")
    fan_out(cast.south.pk)
    fan_out(cast.police.pk)
    told = Notice.objects.filter(event__type="case.mentioned")
    assert [(one.user_id, one.event.subject) for one in told] == [(cast.south_analyst.pk, case.ref)]
    changed = Notice.objects.filter(event__type="case.changed").values_list("user_id", flat=True)
    assert {cast.south_analyst.pk, cast.south_lead.pk, cast.police_officer.pk} <= set(changed)


def test_whoever_mentions_themselves_is_not_told(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.north_analyst), case=case.ref, body=f"@{cast.north_analyst.name} 备忘")
    assert not Event.objects.filter(type="case.mentioned").exists()


def test_a_name_of_somebody_outside_tells_nobody(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.north_analyst), case=case.ref, body=f"@{cast.outsider_analyst.name} 请看一下")
    assert not Event.objects.filter(type="case.mentioned").exists()


def test_a_name_that_two_of_the_case_have_is_asked_back(cast: Cast) -> None:
    case = joint_case(cast).case
    person(cast.north, "analyst", "Gao Lin")
    twin = person(cast.south, "analyst", "Gao Lin")
    with pytest.raises(Invalid):
        add_comment(actor(cast.north_analyst), case=case.ref, body="@Gao Lin please")
    add_comment(actor(cast.north_analyst), case=case.ref, body=f"@Gao Lin ({cast.south.name_en}) please")
    assert [one.pk for one in Comment.objects.get().mentioned.all()] == [twin.pk]


@pytest.mark.parametrize("body", ["", "  ", "打 13812345678 问他", "身份证 11010519491231002X", "x" * 4001, "a\x00b"])
def test_no_plain_value_and_no_empty_text_is_said(cast: Cast, body: str) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid):
        add_comment(actor(cast.north_analyst), case=case.ref, body=body)
    assert not Comment.objects.exists()


def test_nothing_is_said_in_a_closed_case_or_by_one_who_was_removed(cast: Cast) -> None:
    case = joint_case(cast).case
    remove(case, cast.south)
    with pytest.raises(NotFound):
        add_comment(actor(cast.south_analyst), case=case.ref, body="还在吗")
    with pytest.raises(Forbidden):
        add_comment(actor(cast.north_admin), case=case.ref, body="还在吗")
    Case.objects.update(state="closed", closed_at=case.opened_at)
    with pytest.raises(Conflict):
        add_comment(actor(cast.north_analyst), case=case.ref, body="还在吗")


def test_the_page_keeps_a_text_that_is_refused_and_shows_what_was_said_as_text(cast: Cast) -> None:
    case = joint_case(cast).case
    client = client_of(cast.north_analyst)
    address = f"/cases/{case.ref}/comments"
    refused = client.post(address, {"body": "打 13812345678 问他"})
    assert refused.status_code == 200
    assert "13812345678" in refused.content.decode()
    assert client.post(address, {"body": "<script>alert(1)</script>"}).status_code == 302
    shown = client.get(address).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
    assert client_of(cast.outsider_analyst).get(address).status_code == 404
