"""P2 and P7 on a large store: matching a submission of 100,000 clues against 1 and 10 million digests, then the pages.

The floor is the least SQL that leaves the same rows: one join that finds digests of two ownership groups, one insert of
collisions and one of parties. It takes no lock, records nothing and would double rows if two ran at once.
"""

import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from intel.models import Submission
from intel.services.matching import match_submission
from members.queries.circles import ownership
from tests.bench import pages, world
from tests.bench.measure import Row, apart
from tests.bench.world import cast

STORED = (1_000_000, 10_000_000)
BATCH = 100_000
ROUNDS = 5
_OVERLAP = 10
"""One digest of a batch in so many is already held by another institution."""

# Stored rows are made by SQL, past triggers and with the indexes put back at the end: only their shape matters.
_FILL = """
INSERT INTO intel_submission (ref, institution_id, filed_by, channel, idempotency_key, body_sha256, filename, epoch,
    accepted, rejected, digests, voices, received_at, matched_at, starts, attempts, collisions)
SELECT gen_random_uuid(), b, 'bench', 'api', 'fill-' || b || '-' || %(first)s, decode(repeat('00', 32), 'hex'), '', 1,
    0, 0, 0, '[]', now(), now(), 0, 0, 0 FROM unnest(%(banks)s::bigint[]) b;
INSERT INTO intel_digest (id, circle_id, kind, suite, epoch, pepper, sealed)
SELECT n, %(circle)s, 1, 1, 1, 'k1', substring(sha512(int8send(n)) FOR 48)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO intel_clue (id, ref, submission_id, "row", institution_id, circle_id, typology, proof, role, observed_at,
    filed_at)
SELECT n, gen_random_uuid(), (SELECT max(id) FROM intel_submission WHERE institution_id = bank), n, bank, %(circle)s,
    'anti_collection', 'reasonable', 'agent', now() - interval '90 days', now()
FROM (SELECT n, (%(banks)s::bigint[])[1 + n %% %(number)s] AS bank
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) made;
INSERT INTO intel_sighting (digest_id, clue_id, institution_id)
SELECT n, n, (%(banks)s::bigint[])[1 + n %% %(number)s] FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
"""
_BATCH = """
INSERT INTO intel_digest (id, circle_id, kind, suite, epoch, pepper, sealed)
SELECT n, %(circle)s, 1, 1, 1, 'k1', substring(sha512(int8send(n)) FOR 48)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n WHERE n %% %(overlap)s <> 0;
INSERT INTO intel_clue (id, ref, submission_id, "row", institution_id, circle_id, typology, proof, role, observed_at,
    filed_at)
SELECT n, gen_random_uuid(), %(submission)s, n, %(bank)s, %(circle)s, 'impersonation', 'clear', 'agent',
    now() - interval '9 days', now()
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO intel_sighting (digest_id, clue_id, institution_id)
SELECT CASE WHEN n %% %(overlap)s = 0 THEN %(low)s + (n * 7919) %% %(span)s ELSE n END, n, %(bank)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
"""
_SECOND_SIDE = """
INSERT INTO intel_submission (ref, institution_id, filed_by, channel, idempotency_key, body_sha256, filename, epoch,
    accepted, rejected, digests, voices, received_at, matched_at, starts, attempts, collisions)
VALUES (gen_random_uuid(), %(bank)s, 'bench', 'api', 'second', decode(repeat('00', 32), 'hex'), '', 1, 0, 0, 0, '[]',
    now(), now(), 0, 0, 0);
WITH numbered AS (
    SELECT d.id AS digest_id, d.circle_id, (SELECT max(id) FROM intel_clue) + row_number() OVER () AS clue_id
    FROM intel_digest d WHERE d.id %% %(every)s = 1),
clues AS (
    INSERT INTO intel_clue (id, ref, submission_id, "row", institution_id, circle_id, typology, proof, role,
        observed_at, filed_at)
    SELECT clue_id, gen_random_uuid(), (SELECT max(id) FROM intel_submission), clue_id, %(bank)s, circle_id,
        (ARRAY['impersonation', 'forged_material', 'anti_collection'])[1 + clue_id %% 3], 'clear', 'agent',
        now() - interval '9 days', now() FROM numbered)
INSERT INTO intel_sighting (digest_id, clue_id, institution_id) SELECT digest_id, clue_id, %(bank)s FROM numbered
ON CONFLICT DO NOTHING;
"""
_BARE_COLLISIONS = """
WITH mine AS (SELECT DISTINCT s.digest_id FROM intel_clue c JOIN intel_sighting s ON s.clue_id = c.id
              WHERE c.submission_id = %s),
both_sides AS (SELECT s.digest_id FROM mine JOIN intel_sighting s USING (digest_id)
               JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
               GROUP BY s.digest_id HAVING count(DISTINCT owner.group_id) > 1)
INSERT INTO intel_collision (ref, digest_id, circle_id, kind, found_at)
SELECT gen_random_uuid(), d.id, d.circle_id, d.kind, now() FROM both_sides JOIN intel_digest d ON d.id = digest_id
ON CONFLICT (digest_id) DO NOTHING
"""
_BARE_PARTIES = """
INSERT INTO intel_party (id, collision_id, institution_id, circle_id, kind, label, clues, typologies, roles,
                         first_seen_at, last_seen_at, joined_at)
SELECT gen_random_uuid(), c.id, s.institution_id, c.circle_id, c.kind, row_number() OVER (PARTITION BY c.id), count(*),
       array_agg(DISTINCT clue.typology), array_agg(DISTINCT clue.role), min(clue.observed_at), max(clue.observed_at),
       now()
FROM intel_collision c JOIN intel_sighting s ON s.digest_id = c.digest_id JOIN intel_clue clue ON clue.id = s.clue_id
WHERE c.id > %s GROUP BY c.id, s.institution_id
"""


def rows(scale: float) -> Iterator[Row]:
    """Seconds a batch at each size of the store, and how they grow; `scale` shrinks the stores."""
    taken: list[float] = []
    batch = int(BATCH * min(1.0, scale * 10))
    with world.database(), world.ceremony():
        found = cast.build()
        banks = [found.north.pk, found.south.pk, found.harbour_bank.pk]
        for stored in (int(size * scale) for size in STORED):
            ((last,),) = world.execute("SELECT coalesce(max(id), 0) FROM intel_clue")
            fill(found.cards.pk, banks, last + 1, max(stored, last + batch))
            held = (last + 1, max(stored, last + batch) - last)
            ours, floor, scores, events = _measure(found.cards.pk, found.harbour_leasing.pk, held, batch)
            taken.append(ours)
            yield Row.cost(f"P2 matching {batch:,} against {stored:,}, rows written", ours, floor, "s", 1.5)
            yield Row.plain("… beside it, the scores of its collisions", scores, "s")
            yield Row.plain("… beside it, the events for their parties", events, "s")
        yield Row.cost("P2 the larger store, beside the smaller", taken[1], taken[0], "s", 1.3)
        collide(found.south.pk)
        yield from pages.measured(found)


def fill(circle: int, banks: list[int], first: int, last: int) -> None:
    """Stored clues of one digest each, spread over the banks, numbered first to last."""
    indexes = world.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE '%%pkey' "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        ["intel_clue", "intel_sighting"],
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(_FILL, {"circle": circle, "banks": banks, "number": len(banks), "first": first, "last": last})
        for _name, definition in indexes:
            cursor.execute(definition)
    world.execute("VACUUM ANALYZE")


def collide(bank: int) -> None:
    """A second side for one stored digest in twenty, with the collisions that follow."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_SECOND_SIDE, {"bank": bank, "every": 20})
    ((submission, last),) = world.execute(
        "SELECT (SELECT max(id) FROM intel_submission), (SELECT coalesce(max(id), 0) FROM intel_collision)"
    )
    owners = ownership()
    world.execute(_BARE_COLLISIONS, submission, list(owners.keys()), list(owners.values()))
    world.execute(_BARE_PARTIES, last)
    # Spread over a year, as a real store is.
    world.execute("UPDATE intel_party SET joined_at = joined_at - random() * interval '365 days'")
    world.execute("VACUUM ANALYZE")


_SCORES = ("intel.services.matching.score_collisions", "intel.services.matching.tell_parties")
_EVENTS = "intel.services.matching.announce"


def _measure(circle: int, bank: int, held: tuple[int, int], batch: int) -> tuple[float, float, float, float]:
    """Median seconds of matching without scores and events, of its floor, of the scores, and of the events."""
    ours, floor, scores, events = [], [], [], []
    for _ in range(ROUNDS):
        submission = _file(circle, bank, held, batch)
        floor.append(_undone(lambda submission=submission: _bare(submission)))
        with apart(*_SCORES, _EVENTS) as taken:
            whole = _seconds(lambda submission=submission: match_submission(submission))
        scores.append(sum(taken[name] for name in _SCORES))
        events.append(taken[_EVENTS])
        ours.append(whole - scores[-1] - events[-1])
        assert Submission.objects.get(pk=submission).collisions > 0
    return statistics.median(ours), statistics.median(floor), statistics.median(scores), statistics.median(events)


def _file(circle: int, bank: int, held: tuple[int, int], batch: int) -> int:
    ((last,),) = world.execute("SELECT max(id) FROM intel_clue")
    submission = Submission.objects.create(
        institution_id=bank,
        filed_by="bench",
        channel="api",
        idempotency_key=f"batch-{last}",
        body_sha256=bytes(32),
        epoch=1,
        received_at="2026-01-01T00:00:00Z",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            _BATCH,
            {
                "circle": circle,
                "bank": bank,
                "submission": submission.pk,
                "first": last + 1,
                "last": last + batch,
                "overlap": _OVERLAP,
                "low": held[0],
                "span": held[1],
            },
        )
    world.execute("ANALYZE intel_digest, intel_clue, intel_sighting, intel_collision, intel_party")
    return submission.pk


def _bare(submission: int) -> None:
    owners = ownership()
    ((last,),) = world.execute("SELECT coalesce(max(id), 0) FROM intel_collision")
    world.execute(_BARE_COLLISIONS, submission, list(owners.keys()), list(owners.values()))
    world.execute(_BARE_PARTIES, last)


def _undone(act: Callable[[], object]) -> float:
    """The seconds of an act whose rows are taken back, as a transaction that did not commit."""
    with transaction.atomic():
        taken = _seconds(act)
        transaction.set_rollback(True)
    return taken


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
