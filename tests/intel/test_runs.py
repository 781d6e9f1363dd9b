"""A run can be stopped, reproduced bit for bit, compared, and lets go of its rows in time."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Run, RunScore, ScoringRule
from intel.queries.runs import difference_for
from intel.scoring import RULE_1, Inputs, Parameters, score
from intel.services import rules, runs
from intel.services.comparing import CLUES, RULE, TIME, compare_runs
from intel.services.scoring import active_rule
from intel.services.withdrawals import withdraw_clue
from kit.capabilities import Capability
from kit.errors import Conflict
from members.actors import system_actor
from tests import cast as people
from tests.cast import Cast
from tests.intel import clues

HOST = system_actor("rematch", Capability.MANAGE_RULES)
OTHER = replace(RULE_1, groups=0, rarity=RULE_1.rarity + 500)
VALUES = [f"v{number}" for number in range(12)]


@pytest.fixture
def security(cast: Cast) -> Any:
    return people.actor(cast.operator_security)


@pytest.fixture
def collided(cast: Cast) -> Cast:
    """Twelve values that two to three banks hold, now and then with a second kind, in clues of differing weight."""
    for place, user in enumerate((cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst)):
        rows = [clues.row(*VALUES[place:], proof="suspicion"), clues.row(*VALUES[:6])]
        rows += [clues.row(VALUES[0], digests=[clues.one(VALUES[0]), clues.one("w", "wechat/1")])] * (place + 2)
        clues.file(people.actor(user), *rows, match=True)
    return cast


def finished(run: Run) -> Run:
    runs.carry_out(run.pk)
    run.refresh_from_db()
    return run


def rematch(as_of: datetime | None = None, rule: int = 1) -> Run:
    active_rule()
    return finished(runs.start_run(HOST, purpose="rematch", rule=ScoringRule.objects.get(number=rule), as_of=as_of))


def shadow(security: Any, parameters: Parameters = OTHER) -> Run:
    rule = rules.propose_rule(security, parameters=parameters.to_json(), reason="Less for size.")
    return finished(rules.start_shadow(security, number=rule.number))


def test_two_runs_as_of_one_moment_are_equal_bit_for_bit(collided: Cast) -> None:
    now = timezone.now()
    one, other = rematch(now), rematch(now)
    assert one.result_sha256
    assert bytes(one.result_sha256) == bytes(other.result_sha256 or b"")
    assert compare_runs(HOST, one, other).is_equal
    assert one.scores.count() == Collision.objects.count() == 13


def test_an_old_run_is_reproduced_after_its_rule_was_replaced_and_more_was_filed(collided: Cast, security: Any) -> None:
    old = rematch()
    run = shadow(security)
    switch = rules.switch_on(people.actor(collided.operator_system), number=run.rule.number)
    runs.carry_out_run(switch.pk)
    clues.file(people.actor(collided.south_analyst), clues.row(*VALUES), clues.row("new"), match=True)
    clues.file(people.actor(collided.north_analyst), clues.row("new"), match=True)
    again = rematch(old.as_of)
    assert active_rule()[0] != 1
    assert compare_runs(HOST, old, again).is_equal
    later = compare_runs(HOST, old, rematch())
    assert not later.is_equal
    assert set(later.why) == {TIME}


def test_a_withdrawal_since_is_named_as_the_reason(collided: Cast) -> None:
    old = rematch()
    own = Clue.objects.filter(institution=collided.north).order_by("row").first()
    assert own
    withdraw_clue(people.actor(collided.north_analyst), ref=own.ref)
    found = compare_runs(HOST, old, rematch(old.as_of))
    assert found.differing > 0
    assert found.why == Counter({CLUES: found.differing})


def test_scores_of_what_nobody_names_any_more_go_and_the_comparison_says_so(collided: Cast) -> None:
    old = rematch()
    for user in (collided.north_analyst, collided.south_analyst, collided.harbour_bank_analyst):
        for clue in Clue.objects.filter(institution_id=user.institution_id):
            withdraw_clue(people.actor(user), ref=clue.ref)
    assert not Digest.objects.exists()
    found = compare_runs(HOST, old, rematch(old.as_of))
    assert (found.differing, found.collisions, found.why) == (13, 13, Counter({CLUES: 13}))


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_run_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH", 2)
    cast = people.build()
    for user in (cast.north_analyst, cast.south_analyst):
        clues.file(people.actor(user), clues.row(*VALUES), match=True)
    active_rule()
    run = runs.start_run(HOST, purpose="rematch", rule=ScoringRule.objects.get(number=1))

    def work() -> None:
        for _ in range(20):
            runs.carry_out(run.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert (run.scored, run.rows, run.finished_at is not None) == (12, 12, True)
    monkeypatch.undo()
    assert compare_runs(HOST, run, rematch(run.as_of)).is_equal


def test_another_rule_is_named_as_the_reason(collided: Cast, security: Any) -> None:
    old, other = rematch(), shadow(security)
    again = rematch(old.as_of, other.rule.number)
    found = compare_runs(HOST, old, again)
    assert set(found.why) == {RULE}
    assert found.differing == sum(
        score(Inputs.from_json(row.inputs), OTHER).points != row.score for row in old.scores.all()
    )


def test_a_run_that_was_stopped_goes_on_where_it_was(collided: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rematch()
    monkeypatch.setattr(runs, "BATCH", 3)
    run = runs.start_run(HOST, purpose="rematch", rule=whole.rule, as_of=whole.as_of)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.carry_out(run.pk, stop)
    run.refresh_from_db()
    assert (run.scored, run.total, run.finished_at) == (6, 13, None)
    assert compare_runs(HOST, whole, finished(run)).is_equal
    assert told == [(3, 13), (6, 13)]


def test_a_worker_that_comes_too_late_or_twice_does_no_harm(collided: Cast, security: Any) -> None:
    run = shadow(security)
    before = RunScore.objects.filter(run=run).count()
    runs.carry_out_run(run.pk)
    runs.carry_out_run(10**9)
    assert RunScore.objects.filter(run=run).count() == before
    assert Entry.objects.filter(kind="run.finished", subject=str(run.ref)).count() == 1


def test_a_run_that_never_moves_ends_as_failed_and_leaves_no_trace_live(
    collided: Cast, security: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = rules.propose_rule(security, parameters=OTHER.to_json(), reason="Less for size.")
    run = rules.start_shadow(security, number=rule.number)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(runs, "_score_aside", broken)
    for _ in range(runs.MAX_ATTEMPTS + 2):
        runs.carry_out_run(run.pk)
    run.refresh_from_db()
    assert run.failed_at
    assert not run.scores.exists()
    assert Entry.objects.filter(kind="run.failed").count() == 1
    assert not rules.has_shadow(rule, ScoringRule.objects.get(number=1))
    monkeypatch.undo()
    assert finished(rules.start_shadow(security, number=rule.number)).difference


def test_the_sweep_finds_a_run_that_stands_still_and_no_other(collided: Cast, security: Any) -> None:
    rule = rules.propose_rule(security, parameters=OTHER.to_json(), reason="Less for size.")
    run = rules.start_shadow(security, number=rule.number)
    runs.start_run(HOST, purpose="rematch", rule=rule)
    assert runs.stalled_runs() == []
    Run.objects.update(moved_at=timezone.now() - timedelta(minutes=5))
    assert runs.stalled_runs() == [run.pk]
    finished(run)
    assert runs.stalled_runs() == []


def test_the_difference_is_that_of_a_recount(collided: Cast, security: Any) -> None:
    run = shadow(security)
    rows = list(run.scores.select_related("digest"))
    difference = run.difference
    changes = [row.score - row.before for row in rows if row.before is not None]
    assert len(changes) == 13
    assert difference["whole"] == {
        "rose": sum(change > 0 for change in changes),
        "fell": sum(change < 0 for change in changes),
        "same": changes.count(0),
        "change": sum(changes),
    }
    tenths = Counter((min(row.before // 1000, 9), min(row.score // 1000, 9)) for row in rows)
    assert {(before, after): number for before, after, number in difference["tenths"]} == tenths
    assert sum(difference["stretches"]) == 13
    kinds = Counter(row.digest.kind for row in rows)
    assert {int(kind): sum(m[k] for k in ("rose", "fell", "same")) for kind, m in difference["kinds"].items()} == kinds
    assert list(difference["sizes"]) == [str(len({collided.north.group_id, collided.south.group_id}) + 4)]
    assert difference["tops"] == {"50": 13, "200": 13}


def test_the_tops_overlap_as_two_sorted_lists_do(
    collided: Cast, security: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "TOPS", (4,))
    run = shadow(security, replace(RULE_1, shared=0, seen=0, agents=0, rarity=0))
    rows = run.scores.values_list("digest_id", "before", "score")
    before = {digest for digest, *_ in sorted(rows, key=lambda row: (-row[1], row[0]))[:4]}
    after = {digest for digest, *_ in sorted(rows, key=lambda row: (-row[2], row[0]))[:4]}
    assert run.difference["tops"] == {"4": len(before & after)}


def test_an_operator_sees_no_count_below_three(collided: Cast, security: Any) -> None:
    shown = difference_for(security, shadow(security))
    assert shown
    lines = [shown.whole, *shown.kinds, *shown.sizes]
    cells = [one for line in lines for one in (line.collisions, line.rose, line.fell, line.same)]
    cells += [*shown.stretches, *(cell for row in shown.classes for cell in row)]
    cells += [cell for _, old, new in shown.tenths for cell in (old, new)]
    assert all(cell.number is None or cell.number >= 3 for cell in cells)
    assert {cell.text for cell in cells if cell.number is None} <= {"<3", "*"}
    wechat = next(line for line in shown.kinds if line.name.label == "wechat/1")
    assert (wechat.collisions.text, wechat.rose.text, wechat.mean) == ("<3", "<3", None)
    # Twelve phones beside one WeChat of thirteen in all would tell the one.
    assert {line.collisions.text for line in shown.kinds} == {"<3", "*"}


def test_rows_of_old_runs_go_and_the_checksum_stays(collided: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "NEWEST", 1)
    old, new = rematch(), rematch()
    Run.objects.update(finished_at=timezone.now() - runs.KEPT - timedelta(days=1))
    Run.objects.filter(pk=new.pk).update(finished_at=timezone.now() - runs.KEPT)
    assert (runs.prune_runs(), runs.prune_runs()) == (1, 0)
    old.refresh_from_db()
    assert (old.scores.count(), new.scores.count(), bytes(old.result_sha256 or b"") != b"") == (0, 13, True)
    assert compare_runs(HOST, old, rematch(old.as_of)).is_equal
    with pytest.raises(Conflict) as refused:
        compare_runs(HOST, old, rematch(old.as_of - timedelta(days=400)))
    assert refused.value.code == "run_pruned"


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_runs_lists_and_compares(collided: Cast, security: Any) -> None:
    first = said("rematch", "--as-of", timezone.now().isoformat())
    run = Run.objects.get()
    assert f"run        {run.ref}" in first
    assert f"sha256     {bytes(run.result_sha256 or b'').hex()}" in first
    assert "collisions 13" in first
    again = said("rematch", "--as-of", run.as_of.isoformat(), "--rule", "1", "--compare", str(run.ref)[:8])
    assert "Equal, bit for bit." in again
    one, two = (str(ref) for ref in Run.objects.values_list("ref", flat=True))
    assert "Equal" in said("rematch", "--compare", one, two)
    assert said("rematch", "--list").count("finished") == 2
    other = shadow(security)
    with pytest.raises(CommandError, match=r"\d+ of 13 collisions differ"):
        said("rematch", "--as-of", run.as_of.isoformat(), "--rule", str(other.rule.number), "--compare", one)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as-of", "2026-01-01", "--engine", "7"), "engine 7 is that of another version"),
        (("--as-of", "yesterday"), "no time in ISO 8601"),
        (("--as-of", "2999-01-01"), "has passed"),
        (("--as-of", "2026-01-01", "--rule", "77"), "Not found"),
        (("--compare", "abcdef"), "There is no run abcdef"),
        ((), "Give --as-of"),
    ],
)
def test_the_command_says_what_is_wrong(cast: Cast, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said("rematch", *arguments)


def test_the_rules_are_listed_and_printed(cast: Cast, security: Any) -> None:
    rules.propose_rule(security, parameters=OTHER.to_json(), reason="Less for size.")
    assert "Less for size." in said("rule")
    assert f'"groups": {RULE_1.groups}' in said("rule", "1")
    assert '"groups"' in said("rule", "2", "--against", "1")
    assert '"seen"' not in said("rule", "2", "--against", "1")
    with pytest.raises(CommandError):
        said("rule", "9")


WORTHS = st.integers(0, 3_000)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=WORTHS, seen=WORTHS, shared=WORTHS, rarity=WORTHS)
def test_whatever_the_rule_its_run_is_reproduced_and_its_sums_add_up(
    db: None, groups: int, seen: int, shared: int, rarity: int
) -> None:
    if not Collision.objects.exists():
        cast = people.build()
        for user in (cast.north_analyst, cast.south_analyst):
            clues.file(people.actor(user), clues.row(*VALUES[:5]), clues.row(VALUES[0]), match=True)
    active_rule()
    parameters = replace(RULE_1, groups=groups, seen=seen, shared=shared, rarity=rarity)
    rule = ScoringRule.objects.create(
        number=1 + ScoringRule.objects.count(),
        parameters=parameters.to_json(),
        state="proposed",
        reason="any",
        proposed_by="user:any",
        proposed_at=datetime.now(UTC),
    )
    one = finished(runs.start_run(HOST, purpose="shadow", rule=rule))
    other = rematch(one.as_of, rule.number)
    assert compare_runs(HOST, one, other).is_equal
    whole = one.difference["whole"]
    assert whole["rose"] + whole["fell"] + whole["same"] == one.scores.count() == 5
    assert whole["change"] == sum(row.score - (row.before or 0) for row in one.scores.all())
