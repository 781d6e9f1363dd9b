"""What each report counts."""

import pytest
from django.utils import timezone, translation

from intel.models import Clue
from members.models import Institution
from reports.catalogue import CATALOGUE
from reports.periods import Month, Period
from tests.cast import Cast, institution, join
from tests.reports.records import clues, collisions, submission

SPRING = Period(Month(2026, 3), Month(2026, 5))


def cells(name: str, breakdown: str, month: str, period: Period = SPRING) -> dict[str, int | None]:
    table = CATALOGUE[name].rows(period)
    section = next(one for one in table.sections if one.breakdown.code == breakdown)
    return {code: cell for (when, code), cell in section.cells.items() if when == month}


def totals(name: str, period: Period = SPRING) -> dict[str, int | None]:
    return dict(CATALOGUE[name].rows(period).totals)


def test_clues_are_counted_by_typology_proof_role_and_circle(cast: Cast):
    clues(cast.north, cast.cards, "2026-03-05", 7)
    clues(cast.south, cast.cards, "2026-03-20", 4, typology="impersonation", proof="clear", role="victim")
    clues(cast.outsider, cast.loans, "2026-03-21", 3, typology="debt_disruption", proof="suspicion", role="unknown")
    assert totals("clues") == {"2026-03": 14, "2026-04": None, "2026-05": None}
    typologies = cells("clues", "typology", "2026-03")
    assert (typologies["anti_collection"], typologies["impersonation"]) == (7, 4)
    assert typologies["debt_disruption"] is None  # the smallest keeps the zeros company
    assert typologies["credit_repair_fraud"] is None
    assert cells("clues", "proof", "2026-03") == {"suspicion": 3, "reasonable": 7, "clear": 4}
    assert cells("clues", "role", "2026-03") == {"agent": 7, "victim": 4, "unknown": None, "actor": None}
    assert cells("clues", "circle", "2026-03") == {"cards": 11, "loans": 3}


def test_a_clue_withdrawn_later_stays_counted(cast: Cast):
    clues(cast.north, cast.cards, "2026-03-05", 5)
    Clue.objects.update(state=Clue.State.WITHDRAWN, withdrawn_at=timezone.now())
    assert totals("clues")["2026-03"] == 5


def test_a_month_begins_and_ends_in_the_alliances_time_zone(cast: Cast):
    clues(cast.north, cast.cards, "2026-03-31T23:59", 3)
    clues(cast.north, cast.cards, "2026-04-01T00:00", 4)
    with timezone.override("America/New_York"):
        assert totals("clues") == {"2026-03": 3, "2026-04": 4, "2026-05": None}


def test_what_lies_outside_the_period_is_not_counted(cast: Cast):
    clues(cast.north, cast.cards, "2026-02-28T23:59", 3)
    clues(cast.north, cast.cards, "2026-06-01T00:00", 3)
    assert set(totals("clues").values()) == {None}


def test_submissions_are_counted_by_channel_and_repetitions_are_not(cast: Cast):
    first = [submission(cast.north, "2026-04-02", "api") for _ in range(4)]
    for _ in range(3):
        submission(cast.south, "2026-04-03", "portal")
    for _ in range(5):
        submission(cast.north, "2026-04-04", "file")
        submission(cast.north, "2026-04-05", "file", repeats=first[0])
    assert totals("submissions")["2026-04"] == 12
    assert cells("submissions", "channel", "2026-04") == {"portal": 3, "file": 5, "api": 4}


def test_collisions_are_counted_once_and_under_every_typology_they_name(cast: Cast):
    collisions(cast.cards, "2026-05-01", 4, ["anti_collection"], ["anti_collection", "impersonation"])
    collisions(cast.cards, "2026-05-02", 3, ["impersonation"], ["forged_material"], kind="card/1")
    assert totals("collisions")["2026-05"] == 7
    typologies = cells("collisions", "typology", "2026-05")
    assert (typologies["anti_collection"], typologies["impersonation"]) == (4, 7)
    kinds = cells("collisions", "kind", "2026-05")
    assert (kinds["1"], kinds["5"]) == (4, None)
    assert cells("collisions", "circle", "2026-05") == {"cards": None, "loans": None}


def test_members_are_the_member_institutions_as_they_stand_now(cast: Cast):
    more = [institution(f"Insurer {n}", f"保险{n}", kind="insurer") for n in range(3)]
    join(cast.loans, cast.north, cast.south, *more)
    Institution.objects.filter(pk=more[0].pk).update(status="suspended")
    table = CATALOGUE["members"].rows(SPRING)
    assert table.totals == {"": 11}
    kinds, statuses, circles = (dict(section.cells) for section in table.sections)
    assert kinds[("", "bank")] == 7
    assert (kinds[("", "insurer")], kinds[("", "fintech")]) == (None, None)
    assert statuses == {("", "active"): None, ("", "suspended"): None}
    assert circles == {("", "cards"): 7, ("", "loans"): 9}


def test_an_institution_that_left_a_circle_counts_there_no_longer(cast: Cast):
    join(cast.loans, cast.north, cast.south, cast.harbour_bank)
    cast.cards.memberships.filter(institution=cast.south).update(left_at=timezone.now())
    assert cells("members", "circle", "") == {"cards": 6, "loans": 7}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_report_takes_one_statement_for_its_numbers(cast: Cast, name, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):  # the other one lists the circles
        CATALOGUE[name].rows(SPRING)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_category_has_a_name_in_both_languages(cast: Cast, name):
    for section in CATALOGUE[name].rows(SPRING).sections:
        for one in section.breakdown.categories:
            with translation.override("en"):
                assert str(one) == one.name_en != ""
            with translation.override("zh-hans"):
                assert str(one) == one.name_zh != ""
