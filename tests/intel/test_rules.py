"""A rule is proposed, run in shadow, read, and switched on by another person; nobody sees anything before that."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from intel.models import Collision, Party, Run, RunScore, ScoringRule
from intel.queries.runs import difference_for, rules_for, run_for, runs_for
from intel.scoring import RULE_1, Inputs, Parameters, score
from intel.services import rules, runs
from intel.services.scoring import active_rule
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast as people
from tests.cast import Cast
from tests.intel import clues

STRICTER = replace(RULE_1, seen=RULE_1.seen // 2, shared=RULE_1.shared // 2)


@pytest.fixture
def security(cast: Cast) -> Any:
    return people.actor(cast.operator_security)


@pytest.fixture
def system(cast: Cast) -> Any:
    return people.actor(cast.operator_system)


@pytest.fixture
def collided(cast: Cast) -> Cast:
    """Six values that two to four banks hold, one of them many times and one with a second kind beside it."""
    north, south = people.actor(cast.north_analyst), people.actor(cast.south_analyst)
    harbour = people.actor(cast.harbour_bank_analyst)
    pair = {"digests": [clues.one("+861"), clues.one("wx", "wechat/1")]}
    rows = [clues.row(*"abcd"), clues.row("e", role="victim"), clues.row(**pair), *[clues.row("a")] * 6]
    clues.file(north, *rows, match=True)
    clues.file(south, *rows, match=True)
    clues.file(harbour, clues.row("a"), clues.row("b", proof="suspicion"), match=True)
    return cast


def proposed(actor: Any, parameters: Parameters = STRICTER) -> ScoringRule:
    return rules.propose_rule(actor, parameters=parameters.to_json(), reason="Volume says too much.")


def shadowed(actor: Any, rule: ScoringRule) -> Run:
    run = rules.start_shadow(actor, number=rule.number)
    runs.carry_out_run(run.pk)
    run.refresh_from_db()
    return run


def what_members_see() -> list[Any]:
    collisions = Collision.objects.order_by("digest_id").values_list("digest_id", "score", "rule", "inputs", "state")
    return [*collisions, *Party.objects.order_by("pk").values_list("pk", "score", "state", "status", "due_at")]


def test_a_shadow_run_changes_nothing_that_a_member_sees(collided: Cast, security: Any) -> None:
    before = what_members_see()
    run = shadowed(security, proposed(security))
    assert run.finished_at
    assert RunScore.objects.filter(run=run).count() == Collision.objects.count() == 7
    assert what_members_see() == before
    assert active_rule()[0] == 1


def test_its_rows_are_the_scores_of_both_rules_over_the_same_inputs(collided: Cast, security: Any) -> None:
    run = shadowed(security, proposed(security))
    live = dict(Collision.objects.values_list("digest_id", "score"))
    for row in run.scores.all():
        inputs = Inputs.from_json(row.inputs)
        assert (row.score, row.before) == (score(inputs, STRICTER).points, score(inputs, RULE_1).points)
        assert row.before == live[row.digest_id]


def test_the_second_person_switches_on_and_a_worker_scores_all_again(
    collided: Cast, security: Any, system: Any
) -> None:
    rule = proposed(security)
    shadow = shadowed(security, rule)
    run = rules.switch_on(system, number=rule.number)
    assert active_rule() == (rule.number, STRICTER)
    assert ScoringRule.objects.get(number=1).state == "retired"
    runs.carry_out_run(run.pk)
    run.refresh_from_db()
    assert (run.scored, run.total, run.finished_at is not None) == (7, 7, True)
    assert dict(Collision.objects.values_list("digest_id", "score")) == dict(
        shadow.scores.values_list("digest_id", "score")
    )
    assert set(Collision.objects.values_list("rule", flat=True)) == {rule.number}
    assert {p.score == p.collision.score for p in Party.objects.select_related("collision")} == {True}


def test_who_proposed_it_neither_switches_it_on_nor_refuses_it(collided: Cast, security: Any) -> None:
    rule = proposed(security)
    shadowed(security, rule)
    for act in (rules.switch_on, rules.refuse_rule):
        with pytest.raises(Forbidden) as refused:
            act(security, number=rule.number)
        assert refused.value.code == "same_person"
    assert rules.decisions(security, rule) == {"shadow"}


def test_the_database_refuses_the_same_person_too(cast: Cast, security: Any) -> None:
    rule = proposed(security)
    rule.decided_by = security.ref
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_a_rule_is_not_switched_on_unread(collided: Cast, security: Any, system: Any) -> None:
    rule = proposed(security)
    with pytest.raises(Conflict) as refused:
        rules.switch_on(system, number=rule.number)
    assert refused.value.code == "no_shadow"
    assert rules.decisions(system, rule) == {"refuse"}
    shadowed(security, rule)
    assert rules.decisions(system, rule) == {"switch_on", "refuse"}


def test_a_shadow_beside_a_rule_that_is_no_longer_active_does_not_count(
    collided: Cast, security: Any, system: Any
) -> None:
    first, second = proposed(security), proposed(security, replace(RULE_1, rarity=0))
    for rule in (first, second):
        shadowed(security, rule)
    rules.switch_on(system, number=first.number)
    with pytest.raises(Conflict, match="shadow"):
        rules.switch_on(system, number=second.number)


def test_a_refused_rule_stays_refused(cast: Cast, security: Any, system: Any) -> None:
    rule = proposed(security)
    rules.refuse_rule(system, number=rule.number)
    for act, actor in ((rules.refuse_rule, system), (rules.switch_on, system), (rules.start_shadow, security)):
        with pytest.raises(Conflict):
            act(actor, number=rule.number)
    assert active_rule()[0] == 1


def test_numbers_are_never_used_again(cast: Cast, security: Any, system: Any) -> None:
    first = proposed(security)
    rules.refuse_rule(system, number=first.number)
    assert (first.number, proposed(security).number) == (2, 3)


@pytest.mark.parametrize("reason", ["", " ", "call 13812341234", "x" * 501])
def test_a_reason_is_given_and_holds_no_indicator(cast: Cast, security: Any, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.propose_rule(security, parameters=STRICTER.to_json(), reason=reason)
    assert "reason" in refused.value.extras["errors"]


def test_parameters_that_are_none_and_those_that_are_in_force_are_refused(cast: Cast, security: Any) -> None:
    for wrong in ({}, {**RULE_1.to_json(), "seen": -1}, {**RULE_1.to_json(), "seen": "many"}, RULE_1.to_json()):
        with pytest.raises(Invalid):
            rules.propose_rule(security, parameters=wrong, reason="Because.")
    assert ScoringRule.objects.exclude(number=1).count() == 0


def test_nobody_but_the_operators_who_may_gets_near(collided: Cast, security: Any, system: Any) -> None:
    rule = proposed(security)
    run = shadowed(security, rule)
    for user in (collided.north_lead, collided.outsider_analyst, collided.regulator_reader, collided.operator_audit):
        actor = people.actor(user)
        attempts: list[Callable[[], object]] = [
            lambda actor=actor: proposed(actor),
            lambda actor=actor: rules.start_shadow(actor, number=rule.number),
            lambda actor=actor: rules.switch_on(actor, number=rule.number),
            lambda actor=actor: rules.refuse_rule(actor, number=rule.number),
            lambda actor=actor: rules_for(actor),
            lambda actor=actor: runs_for(actor),
            lambda actor=actor: run_for(actor, run.ref),
            lambda actor=actor: difference_for(actor, run),
        ]
        for attempt in attempts:
            with pytest.raises(Forbidden):
                attempt()
    with pytest.raises(Forbidden):
        proposed(system)
    with pytest.raises(NotFound):
        rules.switch_on(system, number=99)


def test_everything_is_on_the_record(collided: Cast, security: Any, system: Any) -> None:
    rule = proposed(security)
    shadow = shadowed(security, rule)
    run = rules.switch_on(system, number=rule.number)
    runs.carry_out_run(run.pk)
    kinds = Entry.objects.filter(kind__regex="^(rule|run)").order_by("pk").values_list("kind", "actor", "subject")
    assert list(kinds) == [
        ("rule.proposed", security.ref, f"rule:{rule.number}"),
        ("run.started", security.ref, str(shadow.ref)),
        ("run.finished", "system:runs", str(shadow.ref)),
        ("rule.switched_on", system.ref, f"rule:{rule.number}"),
        ("run.started", system.ref, str(run.ref)),
        ("run.finished", "system:runs", str(run.ref)),
    ]
    said = Entry.objects.get(kind="rule.proposed").facts
    assert said == {"changes": {"seen": [RULE_1.seen, STRICTER.seen], "shared": [RULE_1.shared, STRICTER.shared]}}


def test_one_shadow_of_a_rule_at_a_time(collided: Cast, security: Any) -> None:
    rule = proposed(security)
    rules.start_shadow(security, number=rule.number)
    with pytest.raises(Conflict) as refused:
        rules.start_shadow(security, number=rule.number)
    assert refused.value.code == "run_under_way"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_switch_on_at_once_one_does() -> None:
    cast = people.build()
    security, system = people.actor(cast.operator_security), people.actor(cast.operator_system)
    numbers = [proposed(security, replace(RULE_1, rarity=n)).number for n in (1, 2)]
    for number in numbers:
        runs.carry_out_run(rules.start_shadow(security, number=number).pk)
    barrier, ends = threading.Barrier(4), []

    def act(number: int) -> None:
        barrier.wait()
        try:
            rules.switch_on(system, number=number)
            ends.append("on")
        except Conflict as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(number,)) for number in numbers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.count("on") == 1
    assert len(ends) == 4
    assert ScoringRule.objects.filter(state="active").count() == 1
    assert Run.objects.filter(purpose="switch").count() == 1


def test_a_moment_to_come_and_an_engine_of_another_version_are_refused(cast: Cast, security: Any) -> None:
    rule = proposed(security)
    with pytest.raises(Invalid) as refused:
        runs.start_run(security, purpose="rematch", rule=rule, engine=99)
    assert refused.value.code == "unknown_engine"
    with pytest.raises(Invalid):
        runs.start_run(security, purpose="rematch", rule=rule, as_of=datetime.now(UTC) + timedelta(days=1))
