"""P3: from the platform's answer to the second bank until that bank reads the collision, on an idle alliance."""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from alliance.embedded.live import alliance
from demo import roster
from tests.bench.measure import Row
from tests.live_world import World, new_points

ROUNDS = 40
_LOOK_EVERY = 0.01
_PATIENCE = 60


def rows(scale: float) -> Iterator[Row]:
    """Median and worst of ROUNDS uploads of one clue, web, broker and worker being real; `scale` does not matter."""
    first = roster.CIRCLES[roster.CREDIT].members[0]
    second = next(code for code in roster.CIRCLES[roster.CREDIT].members if len(roster.groups_of({first, code})) == 2)
    rng, taken = random.Random(3), []
    directory = tempfile.TemporaryDirectory(prefix="alliance-", ignore_cleanup_errors=True)
    with directory as path, alliance(Path(path)) as live:
        world = World.on(live)
        with world.client(second) as client:
            for _ in range(ROUNDS):
                world.points = tuple(new_points(3))
                world.file(first, world.draw(rng, first, 8))
                world.await_matched(60)
                before = _newest(client)
                world.file(second, world.draw(rng, second, 8))
                taken.append(_until_visible(client, before))
    yield Row.bound("P3 from commit to visible collision, median", statistics.median(taken), "s", 0.5)
    yield Row.bound(f"P3 the same, slowest of {ROUNDS}", max(taken), "s", 2)


def _newest(client: httpx2.Client) -> str:
    found = client.get("collisions?limit=1").json()["results"]
    return str(found[0]["reference"]) if found else ""


def _until_visible(client: httpx2.Client, before: str) -> float:
    began = time.perf_counter()
    while _newest(client) == before:
        if time.perf_counter() - began > _PATIENCE:
            raise TimeoutError("no collision became visible")
        time.sleep(_LOOK_EVERY)
    return time.perf_counter() - began
