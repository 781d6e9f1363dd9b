"""What scoring reads: what each ownership group saw of a digest, and what pairs of clues share besides."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from intel.queries.crossing.matching import MATCHES, OVER_COMMON_CLUES
from intel.scoring.facts import Witness

# A sighting counts if its clue was filed by then and its digest's hold lets it match.
# Pairs of clues are compared only below the ceiling of an over-common digest: 50 clues make 1,225 pairs at most.
_FACTS = f"""
WITH asked AS (
    SELECT d.id, d.kind, d.epoch, d.held_at, d.held_until,
           CASE WHEN d.held_at > %(at)s AND NOT %(live)s THEN 0 ELSE d.hold END AS hold
    FROM unnest(%(digests)s::bigint[]) AS touched (id)
    CROSS JOIN LATERAL (SELECT * FROM intel_digest WHERE id = touched.id OFFSET 0) d
), seen AS MATERIALIZED (
    SELECT d.id AS digest_id, s.clue_id, s.institution_id, owner.group_id, c.role,
           array_position(ARRAY['suspicion', 'reasonable', 'clear'], c.proof::text) - 1 AS proof,
           (c.observed_at AT TIME ZONE %(zone)s)::date AS day
    FROM asked d
    CROSS JOIN LATERAL (
        SELECT institution_id, clue_id FROM intel_sighting WHERE digest_id = d.id AND is_live OFFSET 0) s
    CROSS JOIN LATERAL (
        SELECT role, proof, observed_at FROM intel_clue WHERE id = s.clue_id AND (%(live)s OR filed_at <= %(at)s)
        OFFSET 0) c
    JOIN unnest(%(institutions)s::bigint[], %(groups)s::bigint[]) AS owner (institution_id, group_id)
      USING (institution_id)
    WHERE {MATCHES}
), institution AS (
    SELECT digest_id, group_id, count(*) AS clues, max(proof) AS proof,
           count(*) FILTER (WHERE role IN ('agent', 'actor')) AS agents,
           count(*) FILTER (WHERE role = 'victim') AS victims, min(day) AS first, max(day) AS last
    FROM seen GROUP BY digest_id, group_id, institution_id
), witness AS (
    SELECT digest_id, group_id, count(*) AS institutions, sum(clues)::int AS clues,
           sum(greatest(clues, 3))::int AS padded, max(proof) AS proof, sum(agents)::int AS agents,
           sum(victims)::int AS victims, min(first) AS first, max(last) AS last
    FROM institution GROUP BY digest_id, group_id
), shared AS (
    SELECT digest_id, array_agg(group_id) AS groups, array_agg(institutions) AS institutions,
           array_agg(clues) AS clues, array_agg(padded) AS padded, array_agg(proof) AS proof,
           array_agg(agents) AS agents, array_agg(victims) AS victims, array_agg(first) AS first,
           array_agg(last) AS last, sum(clues) AS total
    FROM witness GROUP BY digest_id HAVING count(*) > 1
), beside AS MATERIALIZED (
    SELECT seen.digest_id, seen.group_id, seen.clue_id, other.digest_id AS other
    FROM shared JOIN seen USING (digest_id)
    CROSS JOIN LATERAL (
        SELECT digest_id FROM intel_sighting
        WHERE clue_id = seen.clue_id AND is_live AND digest_id <> seen.digest_id OFFSET 0) other
    WHERE shared.total <= %(ceiling)s
), company AS (
    SELECT both_sides.digest_id, both_sides.other, d.kind
    FROM (SELECT digest_id, other FROM beside
          GROUP BY digest_id, other HAVING min(group_id) <> max(group_id)) both_sides
    CROSS JOIN LATERAL (SELECT kind, hold, held_at FROM intel_digest WHERE id = both_sides.other OFFSET 0) d
    WHERE d.hold IN (0, 3) OR (d.held_at > %(at)s AND NOT %(live)s)
), pair AS (
    SELECT one.digest_id, bit_or(1::bigint << company.kind) AS kinds
    FROM company JOIN beside one USING (digest_id, other)
    JOIN beside two ON two.digest_id = one.digest_id AND two.other = one.other AND two.group_id > one.group_id
    GROUP BY one.digest_id, one.clue_id, two.clue_id
)
SELECT a.id, a.epoch, a.kind, a.hold, shared.institutions, shared.clues, shared.padded, shared.proof, shared.agents,
       shared.victims, shared.first, shared.last, pairs.kinds
FROM asked a JOIN shared ON shared.digest_id = a.id
LEFT JOIN (SELECT digest_id, array_agg(DISTINCT kinds) AS kinds FROM pair GROUP BY digest_id) pairs
  ON pairs.digest_id = a.id
ORDER BY a.id
"""  # noqa: S608 - a constant of this package
_OPINIONS = """
SELECT o.digest_id, o.verdict, count(DISTINCT owner.group_id)
FROM intel_opinion o JOIN unnest(%(institutions)s::bigint[], %(groups)s::bigint[]) AS owner (institution_id, group_id)
  USING (institution_id)
WHERE o.digest_id = ANY(%(digests)s) AND o.counts AND (%(live)s OR o.given_at <= %(at)s)
GROUP BY o.digest_id, o.verdict
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What scoring knows of one shared digest.

    `shared` has each set of kinds, as bits, that some pair of clues of two groups shares besides the digest itself;
    `opinions` maps a verdict to the number of ownership groups whose opinion counts.
    """

    digest: int
    epoch: int
    kind: int
    hold: int
    witnesses: tuple[Witness, ...]
    shared: tuple[int, ...]
    opinions: Mapping[str, int]


def strength_facts(digests: Collection[int], owners: Mapping[int, int], *, at: datetime, live: bool) -> Iterator[Facts]:
    """The facts of those of these digests that two or more ownership groups hold, by key.

    Unless `live`, what was filed or said after `at` is left out; what is gone by now, a withdrawn clue for one, was
    never there.
    """
    asked: dict[str, Any] = {
        "digests": sorted(digests),
        "institutions": list(owners.keys()),
        "groups": list(owners.values()),
        "at": at,
        "live": live,
        "zone": settings.TIME_ZONE,
        "ceiling": OVER_COMMON_CLUES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPINIONS, asked)
        opinions: dict[int, dict[str, int]] = {}
        for digest, verdict, groups in cursor.fetchall():
            opinions.setdefault(digest, {})[verdict] = groups
        cursor.execute(_FACTS, asked)
        rows = cursor.fetchall()
    for digest, epoch, kind, hold, *columns, kinds in rows:
        witnesses = tuple(Witness(*one) for one in zip(*columns, strict=True))
        yield Facts(digest, epoch, kind, hold, witnesses, tuple(kinds or ()), opinions.get(digest, {}))


def colliding_digests(after: int, limit: int) -> list[int]:
    """Keys of the digests that collide, in order, from `after` on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest_id FROM intel_collision WHERE digest_id > %s ORDER BY digest_id LIMIT %s", [after, limit]
        )
        return [digest for (digest,) in cursor.fetchall()]
