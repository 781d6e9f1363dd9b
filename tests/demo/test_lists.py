"""Public lists as institutions: extracts with their notices stand in tests/vectors/lists."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import lists, roster
from demo.plan import Plan
from privacy.kinds import normalise

EXTRACTS = Path(__file__).parent.parent / "vectors" / "lists"
AT = datetime(2026, 8, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return lists.lists_plan(EXTRACTS, every=7, observed_at=AT)[0]


def values(plan: Plan, code: str) -> set[tuple[str, str]]:
    return {(one.kind, one.canonical) for row in plan.rows_of(code) for one in row.indicators}


def test_each_format_is_read() -> None:
    assert list(lists.hosts("# c\n0.0.0.0 a.example\n\n0.0.0.0 b.example # why\n")) == ["a.example", "b.example"]
    assert list(lists.names("a.example\n# c\n\n b.example \n")) == ["a.example", "b.example"]
    assert list(lists.denied('{"allow": ["good.example"], "deny": ["bad.example"]}')) == ["bad.example"]
    assert list(lists.scored("# c\n198.18.0.1\t9\n")) == ["198.18.0.1"]


def test_every_entry_of_the_extracts_is_a_host_or_an_address() -> None:
    assert lists.lists_plan(EXTRACTS, every=7, observed_at=AT)[1] == 0


def test_hosts_that_differ_only_in_www_are_one_value(plan: Plan) -> None:
    written = {one.written for row in plan.rows_of("list-napkin") for one in row.indicators}
    assert {"zerorolex.com", "www.zerorolex.com"} <= written
    assert ("domain/1", "zerorolex.com") in values(plan, "list-napkin")
    assert ("domain/1", "www.zerorolex.com") not in values(plan, "list-napkin")


def test_a_name_in_chinese_is_filed_in_its_ascii_form(plan: Plan) -> None:
    wide = [one for row in plan.rows_of("list-gaso") for one in row.indicators if not one.written.isascii()]
    assert wide
    assert all(one.canonical.isascii() and "xn--" in one.canonical for one in wide)


def test_what_collides_is_the_intersection_of_the_sets(plan: Plan) -> None:
    codes = [member.code for member in lists.CAST.members]
    shared = {
        value for one in codes for other in codes if one < other for value in values(plan, one) & values(plan, other)
    }
    assert {(e.kind, e.value) for e in plan.expected} == shared
    assert {kind for kind, _ in shared} == {"domain/1", "ip/1"}
    assert {e.value for e in plan.expected if {"list-gaso", "list-napkin"} <= e.parties} == {"zerorolex.com"}


def test_the_desk_spells_each_value_in_another_way(plan: Plan) -> None:
    desk = [one for row in plan.rows_of(lists.DESK.code) for one in row.indicators]
    assert [one for one in desk if one.written == one.canonical and one.kind == "domain/1"] == []
    assert [one for one in desk if normalise(one.kind, one.written).value != one.canonical] == []


def test_no_list_institution_has_a_code_or_owner_of_the_demo() -> None:
    demo, public = roster.DEMO, lists.CAST
    assert not {member.code for member in demo.members} & {member.code for member in public.members}
    assert not set(demo.owners.values()) & set(public.owners.values())
    assert not {circle.code for circle in demo.circles} & {circle.code for circle in public.circles}
