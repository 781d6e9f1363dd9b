"""What scoring costs: the formula alone, and gathering, scoring and storing beside the bare UPDATE of the same rows.

The floor writes the same columns of the same collisions and parties with values that it is given: no reading of
sightings, no pairs of clues, no formula. Every collision here has six clues of three banks, and every clue names two
values, so that each has pairs to compare.
"""

import json
import time
from collections.abc import Callable, Iterator
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from intel.models import Collision
from intel.scoring import RULE_1, Inputs, score
from intel.services.matching import refresh_collisions
from intel.services.scoring import gathered_inputs, score_digests
from members.actors import system_actor
from tests.bench import world
from tests.bench.measure import Row, medians
from tests.bench.world import cast

COLLISIONS = 100_000
BATCH = 10_000
"""Collisions of one measurement: what a submission of 100,000 clues finds."""
FORMULA = 20_000
# A batch is refreshed in the worker; it may cost so much more than writing its rows.
_AT_MOST = 3.0
_FILL = """
INSERT INTO intel_submission (ref, institution_id, filed_by, channel, idempotency_key, body_sha256, filename, epoch,
    accepted, rejected, digests, voices, received_at, matched_at, starts, attempts, collisions)
SELECT gen_random_uuid(), b, 'bench', 'api', 'scoring-' || b, decode(repeat('00', 32), 'hex'), '', 1, 0, 0, 0, '[]',
    now(), now(), 0, 0, 0 FROM unnest(%(banks)s::bigint[]) b;
INSERT INTO intel_digest (id, circle_id, kind, suite, epoch, pepper, sealed)
SELECT n, %(circle)s, 1 + 5 * (n %% 2), 1, 1, 'k1', substring(sha512(int8send(n)) FOR 48)
FROM generate_series(1, %(number)s::bigint) n;
INSERT INTO intel_clue (id, ref, submission_id, "row", institution_id, circle_id, typology, proof, role, observed_at,
    filed_at)
SELECT n, gen_random_uuid(), (SELECT max(id) FROM intel_submission WHERE institution_id = bank), n, bank, %(circle)s,
    'anti_collection', (ARRAY['suspicion', 'reasonable', 'clear'])[1 + n %% 3], 'agent',
    now() - (n %% 200) * interval '1 day', now()
FROM (SELECT n, (%(banks)s::bigint[])[1 + n %% 3] AS bank FROM generate_series(1, 3 * %(number)s::bigint) n) made;
INSERT INTO intel_sighting (digest_id, clue_id, institution_id)
SELECT 2 * ((n - 1) / 6) + side, n, (%(banks)s::bigint[])[1 + n %% 3]
FROM generate_series(1, 3 * %(number)s::bigint) n CROSS JOIN (VALUES (1), (2)) AS both_sides (side);
"""
_BARE = """
UPDATE intel_collision c SET score = given.score, engine = 1, rule = 1, as_of = %s, inputs = given.inputs
FROM unnest(%s::bigint[], %s::int[], %s::jsonb[]) AS given (digest_id, score, inputs)
WHERE c.digest_id = given.digest_id;
"""
_BARE_PARTIES = """
UPDATE intel_party p SET score = given.score, due_at = p.joined_at
FROM intel_collision c JOIN unnest(%s::bigint[], %s::int[]) AS given (digest_id, score) USING (digest_id)
WHERE p.collision_id = c.id
"""
_FORGET = (
    "UPDATE intel_party SET score = 0, due_at = NULL WHERE score > 0",
    "UPDATE intel_collision SET score = 0, inputs = NULL WHERE score > 0",
)


def rows(scale: float) -> Iterator[Row]:
    """The formula in microseconds, a batch of collisions in seconds beside its floor, and the whole refresh of one."""
    number = max(BATCH // 5, int(COLLISIONS * scale) // 2 * 2)
    batch = min(BATCH, number // 2)
    with world.database(), world.ceremony():
        found = cast.build()
        banks = [found.north.pk, found.south.pk, found.harbour_bank.pk]
        _fill(found.cards.pk, banks, number)
        keys = list(range(1, batch + 1))
        for first in range(batch, number, BATCH):
            _refresh(list(range(first + 1, min(first + BATCH, number) + 1)))
        world.execute("VACUUM ANALYZE")
        whole, matched = _refreshes(keys)
        inputs = [gathered for _digest, _epoch, gathered in gathered_inputs(keys, timezone.now())]
        yield Row.plain("the formula, a collision on one core", _formula(inputs), "µs")
        ours, floor = _scoring(keys, inputs)
        yield Row.cost(f"scoring {batch:,} of {number:,} collisions, all rows written", ours, floor, "s", _AT_MOST)
        yield Row.plain("scoring, a collision", ours / batch * 1e6, "µs")
        (unchanged,) = medians(lambda: _in_transaction(lambda: score_digests(keys)))
        yield Row.plain("scoring when nothing moved, a collision", unchanged / batch * 1e6, "µs")
        yield Row.plain(f"first refresh of {batch:,}: found, scored, recorded, told", whole, "s")
        yield Row.plain("… without scores and events", matched, "s")


def _fill(circle: int, banks: list[int], number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_FILL, {"circle": circle, "banks": banks, "number": number})
    world.execute("VACUUM ANALYZE")


def _formula(inputs: list[Inputs]) -> float:
    chosen = (inputs * (1 + FORMULA // len(inputs)))[:FORMULA]
    (seconds,) = medians(lambda: [score(one, RULE_1) for one in chosen])
    return seconds / FORMULA * 1e6


def _scoring(keys: list[int], inputs: list[Inputs]) -> tuple[float, float]:
    """Seconds to score the collisions and to write the same rows; each begins with rows that have no score."""
    points = [score(one, RULE_1).points for one in inputs]
    stored = [json.dumps(one.to_json()) for one in inputs]
    day = timezone.localdate()

    def bare() -> None:
        world.execute(_BARE, day, keys, points, stored)
        world.execute(_BARE_PARTIES, keys, points)

    ours, floor = [], []
    for _ in range(5):
        for taken, act in ((floor, bare), (ours, lambda: score_digests(keys))):
            for statement in _FORGET:
                world.execute(statement)
            world.execute("VACUUM ANALYZE intel_collision, intel_party")
            taken.append(_timed(lambda act=act: _in_transaction(act)))
    assert Collision.objects.filter(score__gt=0).exists()
    return sorted(ours)[2], sorted(floor)[2]


def _refreshes(keys: list[int]) -> tuple[float, float]:
    """Seconds of the first refresh of these, and of it without its scores and events; both are taken back."""
    whole, bare = medians(lambda: _undone(lambda: _refresh(keys)), lambda: _undone(lambda: _matched(keys)), rounds=3)
    _refresh(keys)
    return whole, bare


def _matched(keys: list[int]) -> None:
    here = "intel.services.matching"
    with (
        patch(f"{here}.score_collisions", lambda _digests: None),
        patch(f"{here}.tell_parties", lambda _digests: None),
        patch(f"{here}.announce", lambda *_changes, **_parties: None),
    ):
        _refresh(keys)


def _refresh(keys: list[int]) -> None:
    with transaction.atomic():
        refresh_collisions(system_actor("bench"), keys, cause="bench")


def _in_transaction(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()


def _undone(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
