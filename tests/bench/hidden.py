"""R01: does the time of an answer tell a hidden collision from an absent one? Interleaved requests, one client."""

import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from alliance.embedded.live import alliance
from demo import roster
from tests.bench.measure import Row
from tests.live_world import World, new_points

ROUNDS = 600
_ROWS = 200


def rows(scale: float) -> Iterator[Row]:
    """Median of one over the other, and how often one is slower than the other (Mann-Whitney's U as a share).

    Requests alternate in random order, so that whatever else the machine does falls on both. `scale` does not matter.
    """
    parties, stranger = _three_owners()
    rng = random.Random(3)
    directory = tempfile.TemporaryDirectory(prefix="alliance-", ignore_cleanup_errors=True)
    with directory as path, alliance(Path(path)) as live:
        world = World.on(live)
        world.points = tuple(new_points(_ROWS))
        for party in parties:
            world.file(party, world.draw(rng, party, _ROWS))
            world.await_matched(120)
        with world.client(parties[0]) as client:
            found = [one["reference"] for one in client.get("collisions?limit=200").json()["results"]]
        taken: dict[str, list[float]] = {"hidden": [], "absent": []}
        with world.client(stranger) as client:
            for _ in range(ROUNDS):
                asked = [("hidden", rng.choice(found)), ("absent", str(uuid.uuid4()))]
                rng.shuffle(asked)
                for which, ref in asked:
                    began = time.perf_counter()
                    status = client.get(f"collisions/{ref}").status_code
                    taken[which].append(time.perf_counter() - began)
                    if status != 404:
                        raise RuntimeError(f"{which}: {status}")
    ratio = statistics.median(taken["hidden"]) / statistics.median(taken["absent"])
    yield Row.bound("R01 median time of hidden over absent, beyond 1", abs(ratio - 1), "share", 0.2)
    share = slower(taken["hidden"], taken["absent"])
    yield Row.bound("R01 how often hidden is slower, beyond one half", abs(share - 0.5), "share", 0.1)


def slower(some: list[float], others: list[float]) -> float:
    """The share of all pairs in which the one of `some` is larger; half of a tie (Mann-Whitney's U over n·m)."""
    wins = sum((one > other) + (one == other) / 2 for one in some for other in others)
    return wins / (len(some) * len(others))


def _three_owners() -> tuple[list[str], str]:
    """Two members of a circle that are independent, and a third one of it."""
    members = roster.CIRCLES[roster.CREDIT].members
    chosen: list[str] = []
    for code in members:
        if len(roster.groups_of({*chosen, code})) > len(chosen):
            chosen.append(code)
    return chosen[:2], chosen[2]
