"""The nightly ledger at 10 million sightings, beside the least there is: one aggregate over each table it reads.

The floor scans the same tables once in the same run and groups them by institution. It judges nothing and joins
nothing, so it could not say who was first, what corroborates or what others confirmed.
"""

import time
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from intel.models import QualityScore
from intel.services.quality import close_day
from tests.bench import world
from tests.bench.measure import Row, medians
from tests.bench.stored import STORED, collide, fill
from tests.bench.world import cast

ROUNDS = 5
_FLOOR = (
    "SELECT institution_id, count(*), min(filed_at), count(note), count(*) FILTER (WHERE state = 'filed') "
    "FROM intel_clue GROUP BY institution_id",
    "SELECT institution_id, count(*) FILTER (WHERE is_live) FROM intel_sighting GROUP BY institution_id",
    "SELECT institution_id, count(*), count(decided_at) FROM intel_party GROUP BY institution_id",
)
_OPINIONS = """
INSERT INTO intel_opinion (digest_id, institution_id, verdict, reason, counts, given_by, given_at)
SELECT c.digest_id, p.institution_id, (ARRAY['confirmed', 'confirmed', 'confirmed', 'false'])[1 + c.id % 4], 'bench',
       true, 'bench', now()
FROM intel_collision c JOIN intel_party p ON p.collision_id = c.id WHERE c.id % 10 = 0 ON CONFLICT DO NOTHING
"""


def rows(scale: float) -> Iterator[Row]:
    """Seconds a night at the larger store; `scale` shrinks it."""
    stored = int(STORED[-1] * scale)
    with world.database(), world.ceremony():
        found = cast.build()
        banks = [found.north.pk, found.harbour_bank.pk, found.harbour_leasing.pk]
        fill(found.cards.pk, banks, 1, stored)
        collide(found.south.pk)
        world.execute(_OPINIONS)
        world.execute("VACUUM ANALYZE")
        ours, floor = medians(close_day, _floor, rounds=ROUNDS)
        assert QualityScore.objects.filter(day=timezone.localdate()).count() > 0
        yield Row.cost(f"nightly ledger at {stored:,} sightings", ours, floor, "s", 3.0)
        yield Row.plain("collisions in it", float(_count("intel_collision")), "collisions")
        yield Row.plain("opinions in it", float(_count("intel_opinion")), "opinions")


def _floor() -> float:
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _FLOOR:
            cursor.execute(statement)
            cursor.fetchall()
    return time.perf_counter() - began


def _count(table: str) -> int:
    ((number,),) = world.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - two names of this module
    return int(str(number))
