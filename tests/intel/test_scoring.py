"""The formula: its vectors, and what must hold whatever the inputs and the rule."""

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intel.scoring import ENGINE, RULE_1, Inputs, Parameters, days_until_below, score
from intel.scoring.facts import Witness, inputs_of
from intel.strength_screens import REASONS
from privacy.kinds import BY_NUMBER

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "scoring.json").read_text())
DAY = date(2026, 11, 22)
PHONE, CNID, WECHAT, IP = 1, 4, 6, 10

inputs = st.builds(
    Inputs,
    kind=st.sampled_from(sorted(BY_NUMBER)),
    groups=st.integers(2, 8),
    institutions=st.integers(2, 12),
    clues=st.integers(6, 90),
    seen=st.integers(3, 40),
    shared=st.integers(0, 2**13 - 1),
    proof=st.integers(0, 2),
    agents=st.sampled_from((0, 25, 75, 100)),
    victim=st.integers(0, 1),
    age=st.integers(0, 2_000),
    gap=st.integers(0, 12).map(lambda months: 30 * months),
    confirmed=st.integers(0, 5),
    refuted=st.integers(0, 3),
    outdated=st.integers(0, 3),
    disputed=st.integers(0, 3),
    hold=st.sampled_from((0, 2, 3)),
)
rules = st.builds(
    lambda **worth: replace(RULE_1, **worth),
    groups=st.integers(0, 3_000),
    seen=st.integers(0, 4_000),
    shared=st.integers(0, 4_000),
    proof=st.integers(0, 3_000),
    agents=st.integers(0, 4_000),
    rarity=st.integers(0, 3_000),
    confirmed=st.integers(0, 3_000),
    refuted=st.integers(0, 5_000),
    gap_keeps=st.integers(0, 100),
    unsure_keeps=st.integers(0, 100),
    person_keeps=st.integers(0, 100),
)


def points(one: Inputs, rule: Parameters = RULE_1) -> int:
    return score(one, rule).points


def witness(clues: int = 3, *, last: date = DAY, first: date | None = None, **fields: int) -> Witness:
    told = {"institutions": 1, "padded": max(3, clues), "proof": 1, "agents": clues, "victims": 0, **fields}
    return Witness(clues=clues, first=first or last, last=last, **told)


def counted(*witnesses: Witness, kind: int = PHONE, shared: tuple[int, ...] = ()) -> Inputs:
    return inputs_of(kind=kind, hold=0, witnesses=witnesses, shared=shared, opinions={}, as_of=DAY)


# --- The vectors ------------------------------------------------------------------------------------------


def test_the_vectors_are_of_this_engine_and_its_first_rule() -> None:
    assert (VECTORS["engine"], Parameters.from_json(VECTORS["rule"])) == (ENGINE, RULE_1)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_a_vector_scores_to_the_hundredth(case: dict[str, Any]) -> None:
    given_inputs = Inputs.from_json(case["inputs"])
    strength = score(given_inputs, RULE_1)
    assert strength.points == case["points"]
    assert [[part.code, part.points] for part in strength.parts] == case["parts"]
    assert days_until_below(given_inputs, RULE_1, (strength.points + 1) // 2) == case["half"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_every_reason_has_words(case: dict[str, Any]) -> None:
    assert all(code in REASONS for code, _points in case["parts"])


# --- What holds of every score ----------------------------------------------------------------------------


@given(one=inputs, rule=rules)
def test_the_parts_add_up_and_stay_in_bounds(one: Inputs, rule: Parameters) -> None:
    strength = score(one, rule)
    assert 0 <= strength.points <= 10_000
    assert sum(part.points for part in strength.parts) == strength.points
    assert strength == score(Inputs.from_json(one.to_json()), Parameters.from_json(rule.to_json()))


@given(one=inputs, rule=rules, fact=st.sampled_from(("groups", "seen", "confirmed")), more=st.integers(1, 20))
def test_more_witnesses_and_confirmations_never_lower_it(one: Inputs, rule: Parameters, fact: str, more: int) -> None:
    assert points(replace(one, **{fact: getattr(one, fact) + more}), rule) >= points(one, rule)


@given(one=inputs, rule=rules)
def test_better_proof_and_surer_roles_never_lower_it(one: Inputs, rule: Parameters) -> None:
    by_proof = [points(replace(one, proof=grade), rule) for grade in (0, 1, 2)]
    by_role = [points(replace(one, agents=share), rule) for share in (0, 25, 75, 100)]
    assert by_proof == sorted(by_proof)
    assert by_role == sorted(by_role)


@given(one=inputs, rule=rules, kind=st.sampled_from(sorted(BY_NUMBER)))
def test_another_shared_kind_never_lowers_it_but_for_the_kind_that_names_a_person(
    one: Inputs, rule: Parameters, kind: int
) -> None:
    assume(kind != rule.person)
    assert points(replace(one, shared=one.shared | 1 << kind), rule) >= points(one, rule)


@given(
    one=inputs,
    rule=rules,
    fact=st.sampled_from(("refuted", "outdated", "disputed", "clues", "age", "gap")),
    more=st.integers(1, 200),
)
def test_doubt_commonness_and_time_never_raise_it(one: Inputs, rule: Parameters, fact: str, more: int) -> None:
    assert points(replace(one, **{fact: getattr(one, fact) + more}), rule) <= points(one, rule)


@given(one=inputs, rule=rules)
def test_a_weak_kind_never_corroborates(one: Inputs, rule: Parameters) -> None:
    weak = sum(1 << number for number, kind in BY_NUMBER.items() if kind.weak)
    assert points(replace(one, shared=one.shared | weak), rule) == points(replace(one, shared=one.shared & ~weak), rule)
    alone = replace(one, kind=IP, shared=weak)
    assert points(alone, rule) <= rule.weak_cap


@given(one=inputs)
def test_a_victim_is_said_to_be_one_and_capped(one: Inputs) -> None:
    strength = score(replace(one, victim=1), RULE_1)
    assert strength.is_victim
    assert strength.points <= RULE_1.victim_cap


@given(one=inputs)
def test_what_is_over_common_scores_little_until_it_is_reviewed(one: Inputs) -> None:
    assert points(replace(one, hold=2)) <= RULE_1.common_cap


@given(one=inputs)
def test_nothing_is_left_after_five_years(one: Inputs) -> None:
    assert points(replace(one, age=1_826)) == 0


@given(one=inputs, below=st.integers(1, 10_000))
def test_the_day_it_falls_below_is_the_first_such_day(one: Inputs, below: int) -> None:
    days = days_until_below(one, RULE_1, below)
    assert days is not None
    assert points(replace(one, age=one.age + days)) < below
    assert days == 0 or points(replace(one, age=one.age + days - 1)) >= below


# --- What comes in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [field.name for field in fields(Inputs)])
def test_inputs_are_counts(name: str) -> None:
    good = Inputs.from_json(VECTORS["cases"][0]["inputs"])
    for wrong in (-1, 1.5, "1", True, None):
        with pytest.raises(ValueError, match="not a count"):
            replace(good, **{name: wrong})


def test_inputs_and_rules_of_another_shape_are_refused() -> None:
    stored = VECTORS["cases"][0]["inputs"]
    for wrong in ({}, {**stored, "more": 1}, {key: stored[key] for key in stored if key != "age"}):
        with pytest.raises(ValueError, match="not the inputs"):
            Inputs.from_json(wrong)
    with pytest.raises(ValueError, match="not the parameters"):
        Parameters.from_json({**RULE_1.to_json(), "more": 1})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("groups", -1),
        ("groups", 10_001),
        ("groups", 1.5),
        ("gap_keeps", 101),
        ("groups_full", 1),
        ("shared_full", 0),
        ("seen_full", 3),
        ("common", 6),
        ("kinds", [[4, 101]]),
        ("kinds", [4]),
        ("weak", ["ip/1"]),
        ("curves", []),
        ("curves", [{"kind": 0, "days": 0, "bend": 50}]),
        ("curves", [{"days": 1, "bend": 50}]),
    ],
)
def test_a_rule_out_of_range_is_refused(name: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        Parameters.from_json({**RULE_1.to_json(), name: wrong})


# --- From what each side saw ------------------------------------------------------------------------------


@given(mine=st.integers(1, 60), theirs=st.integers(1, 60), agents=st.integers(0, 60), proof=st.integers(0, 2))
def test_one_side_alone_strengthens_nothing_beyond_the_other(mine: int, theirs: int, agents: int, proof: int) -> None:
    other = witness(theirs, agents=0, proof=0)
    pushed = counted(witness(mine, agents=min(agents, mine), proof=proof), other)
    assert (pushed.proof, pushed.agents) == (0, 0)
    assert pushed.seen <= max(3, theirs)


@given(one=st.integers(1, 2), two=st.integers(1, 2))
def test_one_and_two_clues_of_another_are_not_told_apart(one: int, two: int) -> None:
    assert counted(witness(9), witness(one)) == counted(witness(9), witness(two))


def test_the_day_of_the_month_is_not_told() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 31)
    assert counted(witness(last=first), witness(last=first)).age == counted(witness(last=last), witness(last=last)).age
    assert counted(witness(), witness()).age == 0


def test_the_pair_that_points_at_an_agent_counts_before_the_one_that_names_a_person() -> None:
    person, agent = 1 << CNID | 1 << IP, 1 << WECHAT
    found = counted(witness(), witness(), shared=(person, agent))
    assert found.shared == 1 << PHONE | 1 << WECHAT
    assert counted(witness(), witness(), kind=IP).shared == 0


def test_a_gap_is_the_time_between_what_groups_saw() -> None:
    early = witness(first=DAY - timedelta(days=300), last=DAY - timedelta(days=200))
    middle = witness(first=DAY - timedelta(days=250), last=DAY - timedelta(days=110))
    late = witness(first=DAY - timedelta(days=10), last=DAY)
    assert counted(early, late).gap == 180
    assert counted(late, middle, early).gap == 90
    assert counted(early, middle).gap == 0
    assert points(counted(early, late)) < points(counted(witness(first=early.first), late))
