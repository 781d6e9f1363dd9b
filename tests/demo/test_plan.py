"""The plan is what the demo alliance is checked against, so it is checked itself first."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from demo import roster
from demo.plan import TOOL, VICTIM, Plan, make_plan
from demo.plan.noise import FREEZE
from intel.typologies import TYPOLOGIES
from privacy.kinds import looks_like_indicator, normalise

DOCUMENTED = Path(__file__).parents[2] / "docs" / "demo.md"
UNTIL = datetime(2026, 10, 1, tzinfo=UTC)
INNOCENT = {
    "recycled", "family", "complainant", "switchboard", "practice", "courier", "delivery", "callcentre", "hotline"
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(seed=7, clues=4_000, until=UNTIL)


@pytest.fixture(scope="module")
def small() -> Plan:
    return make_plan(seed=11, clues=700, until=UNTIL)


def holders(plan: Plan, circle: str, value: str) -> set[str]:
    return {
        row.institution
        for row in plan.rows
        if row.circle == circle and value in {one.canonical for one in row.indicators}
    }


def test_equal_seeds_give_equal_plans_and_others_do_not(small: Plan) -> None:
    assert make_plan(seed=11, clues=700, until=UNTIL) == small
    assert not make_plan(seed=12, clues=700, until=UNTIL).values() & (small.values() - hotlines(small))


def hotlines(plan: Plan) -> set[tuple[str, str]]:
    return {(story.lead.kind, story.lead.canonical) for story in plan.stories if story.shape == "hotline"}


def test_it_has_exactly_as_many_clues_as_were_asked_for(plan: Plan, small: Plan) -> None:
    assert (len(plan.rows), len(small.rows)) == (4_000, 700)


def test_too_few_clues_for_a_believable_alliance_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        make_plan(clues=50, until=UNTIL)


def test_the_expected_collisions_are_those_of_brute_force(small: Plan) -> None:
    found: dict[tuple[str, str, str], set[str]] = {}
    for one, other in combinations(small.rows, 2):
        independent = roster.BY_CODE[one.institution].group != roster.BY_CODE[other.institution].group
        if one.circle != other.circle or not independent:
            continue
        for a in one.indicators:
            for b in other.indicators:
                if (a.kind, a.canonical) == (b.kind, b.canonical):
                    found[one.circle, a.kind, a.canonical] = holders(small, one.circle, a.canonical)
    assert {(e.circle, e.kind, e.value): set(e.parties) for e in small.expected} == found
    assert found


def test_the_expected_counts_are_clues_not_mentions(small: Plan) -> None:
    for expected in small.expected:
        count = Counter(
            row.institution
            for row in small.rows
            if row.circle == expected.circle
            and (expected.kind, expected.value) in {(one.kind, one.canonical) for one in row.indicators}
        )
        assert dict(expected.clues) == dict(count)


def test_every_written_value_normalises_to_what_the_plan_knows(plan: Plan) -> None:
    spellings = {(one.kind, one.written, one.canonical) for row in plan.rows for one in row.indicators}
    assert [s for s in spellings if normalise(s[0], s[1]).value != s[2]] == []
    assert len({kind for kind, _, _ in spellings}) == 12


def test_mobiles_are_of_prefixes_that_nobody_has(plan: Plan) -> None:
    mobiles = {value for kind, value in plan.values() if kind == "phone/1" and value.startswith("+861")}
    assert {value[3:6] for value in mobiles} <= {"154", "160", "161", "163", "164", "168", "169", "179"}


def test_no_note_or_reference_looks_like_an_indicator(plan: Plan) -> None:
    free = {row.note for row in plan.rows} | {row.own_reference for row in plan.rows}
    assert [text for text in free if text and looks_like_indicator(text)] == []
    assert len({(row.institution, row.own_reference) for row in plan.rows}) == len(plan.rows)


def test_a_gang_reaches_exactly_its_institutions(plan: Plan) -> None:
    gangs = [story for story in plan.stories if story.shape == "gang"]
    assert {len(gang.institutions) for gang in gangs} == {2, 3, 4, 5}
    for gang in gangs:
        assert holders(plan, gang.circle, gang.lead.canonical) == set(gang.institutions)
        assert gang.lead.canonical in {e.value for e in plan.expected if e.circle == gang.circle}


def test_what_one_owner_alone_saw_never_collides(plan: Plan) -> None:
    sisters = {story.ref for story in plan.stories if story.shape == "sisters"}
    values = {one.canonical for row in plan.rows if row.story in sisters for one in row.indicators}
    assert values
    assert values.isdisjoint({e.value for e in plan.expected})


def test_what_went_to_two_circles_never_collides(plan: Plan) -> None:
    split = [story for story in plan.stories if story.shape == "split"]
    assert split
    for story in split:
        assert holders(plan, roster.CREDIT, story.lead.canonical)
        assert holders(plan, roster.AGENCY, story.lead.canonical)
        assert story.lead.canonical not in {e.value for e in plan.expected}


def test_voices_collide_only_inside_one_library(plan: Plan) -> None:
    voices = [e for e in plan.expected if e.kind == "voice/1"]
    assert voices
    for voice in voices:
        assert {roster.BY_CODE[code].library for code in voice.parties} == {voice.value.rsplit(":", 1)[0]}
    libraries = {roster.BY_CODE[code].library for code in ("jianglan-bank", "shuochuan-bank")}
    assert len(libraries) == 2


def test_the_noise_of_a_real_alliance_is_there_and_partly_collides(plan: Plan) -> None:
    shapes = Counter(story.shape for story in plan.stories)
    assert {"recycled", "family", "switchboard", "hotline", "complainant"} <= shapes.keys()
    assert shapes.keys() == INNOCENT | {"gang", "thin", "sisters", "split"}
    leads = {story.lead.canonical for story in plan.stories if story.shape in INNOCENT}
    assert leads <= {e.value for e in plan.expected}


def test_of_each_expected_collision_the_plan_knows_whether_it_is_a_gangs_a_victims_or_innocent(plan: Plan) -> None:
    truths, shapes = plan.truths(), {story.ref: story.shape for story in plan.stories}
    assert {truths[e.kind, e.value] for e in plan.expected} == INNOCENT | {TOOL, VICTIM}
    for row in plan.rows:
        shape = shapes.get(row.story)
        if shape is None or shape == "split":
            continue
        whys = {truths[one.kind, one.canonical] for one in row.indicators}
        assert whys <= ({shape} if shape in INNOCENT else {TOOL, VICTIM})
        if row.role == "victim":
            assert VICTIM in whys


def test_a_person_in_a_hurry_files_some_of_the_innocent_as_agents_and_some_victims_as_actors(plan: Plan) -> None:
    shapes, truths = {story.ref: story.shape for story in plan.stories}, plan.truths()
    for shape in ("family", "complainant", "switchboard"):
        filed = Counter((row.role, row.proof) for row in plan.rows if shapes.get(row.story) == shape)
        wrong = sum(n for (role, proof), n in filed.items() if role in {"agent", "actor"} and proof == "reasonable")
        assert 0 < wrong < filed["unknown", "suspicion"]
        assert wrong + filed["unknown", "suspicion"] == filed.total()
    victims = [r for r in plan.rows if VICTIM in {truths.get((i.kind, i.canonical)) for i in r.indicators}]
    roles = Counter(row.role for row in victims)
    assert 0 < roles["actor"] < roles["victim"]


def test_some_families_share_two_kinds_at_both_institutions_as_gangs_do(plan: Plan) -> None:
    truths = plan.truths()
    cards = [e for e in plan.expected if e.kind == "cnid/1" and truths[e.kind, e.value] == "family"]
    assert cards
    for card in cards:
        rows = [row for row in plan.rows if card.value in {one.canonical for one in row.indicators}]
        assert {row.institution for row in rows} == card.parties
        assert all({one.kind for one in row.indicators} >= {"phone/1", "cnid/1"} for row in rows)


def test_thin_gangs_are_a_few_clues_of_mere_suspicion(plan: Plan) -> None:
    thin = [story for story in plan.stories if story.shape == "thin"]
    assert thin
    for story in thin:
        rows = [row for row in plan.rows if row.story == story.ref]
        assert len(story.institutions) <= len(rows) <= len(story.institutions) + 8
        assert {row.proof for row in rows} == {"suspicion"}
        assert story.lead.canonical in {e.value for e in plan.expected if e.circle == story.circle}


def test_by_volume_alone_shared_lines_stand_among_the_largest_gangs_as_the_documentation_says() -> None:
    plan = make_plan(until=UNTIL)
    truths = plan.truths()
    whys = Counter(truths[e.kind, e.value] for e in plan.expected)
    innocent = sum(number for why, number in whys.items() if why in INNOCENT)
    largest = sorted(plan.expected, key=lambda e: -sum(count for _, count in e.clues))[:50]
    among = sum(truths[e.kind, e.value] in INNOCENT for e in largest)
    said = " ".join(DOCUMENTED.read_text(encoding="utf-8").split())
    assert f"{len(plan.expected):,} collisions are planned: {whys[TOOL]} are tools of gangs" in said
    assert f"{whys[VICTIM]} values of their victims, and {innocent} innocent" in said
    assert f"{among} of the first 50 would be innocent" in said


def test_some_recycled_numbers_are_agents_at_both_institutions(plan: Plan) -> None:
    roles = Counter(
        tuple(row.role for row in plan.rows if row.story == story.ref)
        for story in plan.stories
        if story.shape == "recycled"
    )
    assert 0 < roles["agent", "agent"] < roles.total()


def test_a_recycled_number_rested_before_it_was_given_again(plan: Plan) -> None:
    recycled = [story for story in plan.stories if story.shape == "recycled"]
    assert recycled
    for story in recycled:
        times = sorted(row.observed_at for row in plan.rows if row.story == story.ref)
        assert times[-1] - times[0] > FREEZE


def test_everything_happened_in_the_year_before_the_end(plan: Plan) -> None:
    times = [row.observed_at for row in plan.rows]
    assert max(times) < UNTIL
    assert min(times) > UNTIL - timedelta(days=366)
    assert times == sorted(times)


def test_every_institution_files_only_to_its_own_circles(plan: Plan) -> None:
    assert all(row.circle in roster.circles_of(row.institution) for row in plan.rows)
    assert {row.institution for row in plan.rows} == set(roster.BY_CODE)


def test_typologies_are_those_the_platform_lists(plan: Plan) -> None:
    assert {row.typology for row in plan.rows} <= TYPOLOGIES.keys()


def test_both_circles_have_five_owners_and_share_members() -> None:
    credit, agency = (set(circle.members) for circle in roster.MEMBER_CIRCLES)
    assert len(roster.groups_of(credit)) >= 5
    assert len(roster.groups_of(agency)) >= 5
    assert credit & agency
    assert credit - agency
    assert agency - credit
    assert len(roster.BY_CODE) == 10
    assert len({member.group for member in roster.MEMBERS}) == 9
