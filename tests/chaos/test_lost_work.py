"""Workers are killed and the broker forgets everything: nothing is lost and nothing doubled.

Bounded: some 50 submissions a test, a fixed seed, and two minutes at most to come to rest.
"""

import contextlib
import random
import time
from collections.abc import Iterator

import psutil
import pytest

from alliance.embedded.live import Live, alliance
from alliance.embedded.testing import run_directory
from tests.live_world import World

pytestmark = [pytest.mark.live, pytest.mark.slow]

SUBMISSIONS = 50
CLUES = 60
REST = 120.0
"""Seconds by which everything must be matched again."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with alliance(run_directory("chaos")) as live:
        yield World.on(live)


def assert_nothing_lost_or_doubled(world: World, filed_before: int, answers: list[dict[str, object]]) -> None:
    references = {str(answer["reference"]) for answer in answers}
    assert len(references) == len(answers)
    present = {str(ref) for (ref,) in world.sql("SELECT ref FROM intel_submission WHERE failed_at IS NULL")}
    assert references <= present
    assert world.stored() == filed_before + SUBMISSIONS * CLUES
    expected = world.expected()
    assert expected
    assert world.found() == expected
    world.live.manage("check_invariants")


def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(world: World) -> None:
    rng, before = random.Random(40), world.stored()
    world.live.hold("worker")
    answers = world.file_many(rng, SUBMISSIONS, CLUES)
    assert world.waiting() == SUBMISSIONS
    world.live.release("worker")
    killed = 0
    while killed < 5 and world.waiting():
        killed += kill_worker(world.live, rng)
        time.sleep(rng.uniform(0.1, 0.5))
    assert killed
    world.await_matched(REST)
    assert_nothing_lost_or_doubled(world, before, answers)


def kill_worker(live: Live, rng: random.Random) -> bool:
    """SIGKILL to the worker, or to one of the processes it works with; False while it is on its way up again."""
    with contextlib.suppress(psutil.NoSuchProcess):
        worker = psutil.Process(live.pid("worker"))
        hands = worker.children(recursive=True)
        if hands:
            rng.choice([worker, *hands]).kill()
            return True
    return False


def test_submissions_filed_while_the_broker_is_down_are_accepted_and_matched_later(world: World) -> None:
    before = world.stored()
    world.live.hold("broker")
    answers = world.file_many(random.Random(41), SUBMISSIONS, CLUES)
    world.live.release("broker")
    world.await_matched(REST)
    assert_nothing_lost_or_doubled(world, before, answers)


def test_a_broker_that_forgets_everything_loses_nothing(world: World) -> None:
    before = world.stored()
    world.live.hold("worker")
    answers = world.file_many(random.Random(42), SUBMISSIONS, CLUES)
    world.live.wipe_broker()
    world.live.release("worker")
    world.await_matched(REST)
    assert_nothing_lost_or_doubled(world, before, answers)
