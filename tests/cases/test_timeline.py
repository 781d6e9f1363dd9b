"""The timeline in words: who is told what, and that every kind has its sentence."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from audit.kinds import KINDS
from cases.models import TimelineEntry
from cases.queries.cases import case_for
from cases.queries.timeline import timeline_of
from cases.services.comments import add_comment
from cases.services.telling import happened
from cases.services.to_do import add_task
from cases.timeline_words import SENTENCES, lines, sentence
from kit.errors import Invalid
from tests.cases import disclosing, joint_case
from tests.cast import Cast, actor, client_of

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.django_db


def test_it_says_who_did_what_the_newest_first(cast: Cast) -> None:
    case = joint_case(cast).case
    add_task(actor(cast.north_analyst), case=case.ref, title="补充流水")
    add_comment(actor(cast.south_analyst), case=case.ref, body="收到")
    with translation.override("en"):
        said = lines(timeline_of(actor(cast.police_officer), case).rows)
        assert [(line.who, line.text) for line in said] == [
            (f"{cast.south.name_en} · {cast.south_analyst.name}", "said something"),
            (f"{cast.north.name_en} · {cast.north_analyst.name}", "added the task “补充流水”"),
            (f"{cast.north.name_en} · {cast.north_analyst.name}", "opened the case; collisions: 1"),
        ]


def test_it_repeats_nothing_that_a_person_wrote(cast: Cast) -> None:
    case = joint_case(cast).case
    add_comment(actor(cast.south_analyst), case=case.ref, body="只在留言里")
    add_task(actor(cast.south_analyst), case=case.ref, title="只在待办里")
    assert "只在" not in repr(list(TimelineEntry.objects.values_list("facts", "kind")))


def test_what_is_for_the_police_alone_is_kept_from_members(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    happened(officer, case, "case.commented", case.ref, police_only=True)
    for user in (cast.north_analyst, cast.north_lead, cast.south_analyst):
        who = actor(user)
        assert [row.kind for row in timeline_of(who, case_for(who, case.ref)).rows] == ["case.opened"]
    assert [row.police_only for row in timeline_of(officer, case).rows] == [True, False]
    assert "said something" not in client_of(cast.north_analyst).get(f"/cases/{case.ref}/timeline").content.decode()


def test_a_disclosure_is_told_to_its_two_sides_alone(cast: Cast) -> None:
    story = joint_case(cast)
    disclosing.given(cast, story)
    for user, told in ((cast.north_lead, True), (cast.south_analyst, True), (cast.police_officer, False)):
        kinds = {row.kind for row in timeline_of(actor(user), story.case).rows}
        assert ("disclosure.approved" in kinds) is told


def test_it_is_read_page_by_page_to_its_beginning(cast: Cast) -> None:
    case = joint_case(cast).case
    who = actor(cast.north_analyst)
    for number in range(5):
        add_task(who, case=case.ref, title=f"第{number}件")
    seen, cursor = [], ""
    while True:
        found = timeline_of(who, case, cursor=cursor, limit=2)
        seen += [row.subject for row in found.rows]
        cursor = found.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 6
    with pytest.raises(Invalid):
        timeline_of(who, case, cursor="mine")


def test_a_kind_without_a_sentence_and_a_code_of_another_version_are_told_as_they_are() -> None:
    assert sentence("case.unheard_of", {}) == "case.unheard_of"
    with translation.override("en"):
        assert sentence("customer.redressed", {"number": 3, "to": "done"}).endswith("customer 3: Done")
        assert sentence("customer.redressed", {"number": 3, "to": "gilded"}).endswith("customer 3: gilded")


def test_every_sentence_is_of_a_kind_that_is_recorded() -> None:
    assert set(SENTENCES) <= set(KINDS)


def test_every_kind_that_a_service_tells_of_has_its_sentence() -> None:
    told = {
        node.value
        for path in (ROOT / "cases").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"happened", "_end"}
        for argument in call.args
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and node.value in KINDS
    }
    assert len(told) > 20
    assert told <= set(SENTENCES)


def test_every_fact_of_a_sentence_is_said_in_words() -> None:
    with translation.override("zh-hans"):
        for kind in SENTENCES:
            assert "%(" not in sentence(kind, {})
