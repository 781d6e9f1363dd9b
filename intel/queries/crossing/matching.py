"""What matching reads: which digests ownership groups share, who the parties are, and what is too common to believe."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

OVER_COMMON_CLUES = 50
"""A digest that more clues hold than this is over-common until somebody has looked at it."""
OVER_COMMON_SHARE = 30
"""So is one that this share of a circle's members, in percent, saw within a day …"""
OVER_COMMON_LEAST = 5
"""… if they are at least so many."""

# OFFSET 0 keeps each lookup by index its own: the planner would otherwise read the whole store once a batch is large,
# and a submission's matching must cost what the submission holds, not what the store does.
_INDEPENDENT_IN_SUBMISSION = """
WITH mine AS (
    SELECT DISTINCT s.digest_id FROM intel_clue c
    CROSS JOIN LATERAL (SELECT digest_id FROM intel_sighting WHERE clue_id = c.id AND is_live OFFSET 0) s
    WHERE c.submission_id = %s
)
SELECT mine.digest_id FROM mine
CROSS JOIN LATERAL (SELECT institution_id FROM intel_sighting WHERE digest_id = mine.digest_id AND is_live OFFSET 0) s
JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
GROUP BY mine.digest_id HAVING min(owner.group_id) <> max(owner.group_id)
"""
MATCHES = """(d.hold IN (0, 2, 3) OR (d.hold = 4 AND (
    d.held_until <= %(at)s OR (c.observed_at > d.held_at AND c.proof = 'clear'))))"""
"""Does a live sighting in clue `c` count, whatever hold digest `d` has? A warned one's never does.

An over-common digest keeps its collision, so that its parties can look at it; a delisted one needs new, clear evidence.
"""
_HOLDING = f"""
CREATE TEMPORARY TABLE holding ON COMMIT DROP AS
WITH held AS (
    SELECT touched.digest_id, s.institution_id, owner.group_id, count(*) AS clues,
           array_agg(DISTINCT c.typology ORDER BY c.typology) AS typologies,
           array_agg(DISTINCT c.role ORDER BY c.role) AS roles,
           min(c.observed_at) AS first_seen_at, max(c.observed_at) AS last_seen_at
    FROM unnest(%(digests)s::bigint[]) AS touched (digest_id)
    CROSS JOIN LATERAL (SELECT hold, held_at, held_until FROM intel_digest WHERE id = touched.digest_id OFFSET 0) d
    CROSS JOIN LATERAL (
        SELECT institution_id, clue_id FROM intel_sighting WHERE digest_id = touched.digest_id AND is_live OFFSET 0) s
    CROSS JOIN LATERAL (
        SELECT typology, role, proof, observed_at FROM intel_clue WHERE id = s.clue_id OFFSET 0) c
    JOIN unnest(%(institutions)s::bigint[], %(groups)s::bigint[]) AS owner (institution_id, group_id)
      USING (institution_id)
    WHERE {MATCHES}
    GROUP BY touched.digest_id, s.institution_id, owner.group_id
), judged AS (
    SELECT held.*, min(group_id) OVER same <> max(group_id) OVER same AS independent
    FROM held WINDOW same AS (PARTITION BY digest_id)
)
SELECT digest_id, institution_id, clues, typologies, roles, first_seen_at, last_seen_at FROM judged WHERE independent
"""  # noqa: S608 - a constant of this module
# The window is looked at only where few enough clues and many enough members could make one: 50 clues, 2,500 pairs.
_OVER_COMMON = """
WITH held AS (
    SELECT h.digest_id, sum(h.clues) AS clues, count(*) AS institutions FROM holding h GROUP BY h.digest_id
), free AS (
    SELECT held.*, needed.members FROM held
    CROSS JOIN LATERAL (SELECT circle_id, hold FROM intel_digest WHERE id = held.digest_id OFFSET 0) d
    LEFT JOIN unnest(%(circles)s::bigint[], %(members)s::int[]) AS needed (circle_id, members)
      ON needed.circle_id = d.circle_id
    WHERE d.hold = 0 AND (held.clues > %(ceiling)s OR held.institutions >= needed.members)
), moment AS MATERIALIZED (
    SELECT free.digest_id, free.members, s.institution_id, s.clue_id, c.observed_at
    FROM free JOIN intel_sighting s ON s.digest_id = free.digest_id AND s.is_live JOIN intel_clue c ON c.id = s.clue_id
    WHERE free.clues <= %(ceiling)s
)
SELECT digest_id FROM free WHERE clues > %(ceiling)s
UNION
SELECT one.digest_id FROM moment one JOIN moment other ON other.digest_id = one.digest_id
  AND other.observed_at >= one.observed_at AND other.observed_at < one.observed_at + interval '24 hours'
GROUP BY one.digest_id, one.clue_id, one.members HAVING count(DISTINCT other.institution_id) >= one.members
"""
_NEWS = """
SELECT c.ref, p.institution_id, c.circle_id, c.kind, c.score, every.typologies, own.clues
FROM unnest(%(refs)s::uuid[]) AS told (ref)
CROSS JOIN LATERAL (
    SELECT id, ref, digest_id, circle_id, kind, score FROM intel_collision WHERE ref = told.ref OFFSET 0) c
CROSS JOIN LATERAL (SELECT institution_id FROM intel_party WHERE collision_id = c.id OFFSET 0) p
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT one ORDER BY one) AS typologies
    FROM intel_party q, unnest(q.typologies) AS one WHERE q.collision_id = c.id) every
CROSS JOIN LATERAL (
    SELECT array_agg(newest.ref) AS clues FROM (
        SELECT clue.ref FROM intel_sighting s JOIN intel_clue clue ON clue.id = s.clue_id
        WHERE s.digest_id = c.digest_id AND s.institution_id = p.institution_id AND s.is_live
        ORDER BY clue.id DESC LIMIT %(most)s) newest) own
ORDER BY c.ref, p.institution_id
"""


def independent_digests(submission: int, owners: Mapping[int, int]) -> list[int]:
    """Keys of the submission's digests that live sightings of two or more ownership groups hold, in no order.

    `owners` maps institution to ownership group (members.queries.circles.ownership). A digest belongs to one circle,
    so whoever shares it shares the circle that it was filed to. Whether a hold keeps it from matching is asked later,
    under its lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEPENDENT_IN_SUBMISSION, [submission, list(owners.keys()), list(owners.values())])
        return [digest for (digest,) in cursor.fetchall()]


def gather_holdings(digests: Collection[int], owners: Mapping[int, int], *, at: datetime) -> None:
    """Fill the temporary table `holding` with the truth about these digests, one row a party that should be.

    A digest that fewer than two ownership groups hold, or that a hold keeps from matching, has no row. The caller holds
    the digests' locks and drops the table; the statement's snapshot is newer than the locks, so it sees everything that
    any earlier holder committed.
    """
    asked: dict[str, Any] = {
        "digests": sorted(digests),
        "institutions": list(owners.keys()),
        "groups": list(owners.values()),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, asked)
        cursor.execute("ANALYZE holding")


def over_common_digests(members: Mapping[int, Collection[int]]) -> list[int]:
    """Keys of the digests in `holding` that are free and too common to be believed unseen.

    More than OVER_COMMON_CLUES clues hold it, or OVER_COMMON_SHARE of its circle's members, and at least
    OVER_COMMON_LEAST, saw it within one day. `members` maps a circle to the institutions that are in it now.
    """
    needed = {
        circle: max(OVER_COMMON_LEAST, -(-len(live) * OVER_COMMON_SHARE // 100)) for circle, live in members.items()
    }
    asked: dict[str, Any] = {
        "circles": list(needed.keys()),
        "members": list(needed.values()),
        "ceiling": OVER_COMMON_CLUES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVER_COMMON, asked)
        return sorted(digest for (digest,) in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class News:
    """A party of a collision (its primary key), with what its watches filter by; `clues` are references of its own."""

    ref: UUID
    institution: int
    circle: int
    kind: int
    score: int
    typologies: list[str]
    clues: list[UUID]


def news_of(refs: Collection[UUID], *, most: int) -> list[News]:
    """Every party of these collisions, by collision, each with `most` of its own live clues at the most."""
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"refs": sorted(refs), "most": most}
        cursor.execute(_NEWS, asked)
        return [
            News(ref, institution, circle, kind, score, typologies, clues or [])
            for ref, institution, circle, kind, score, typologies, clues in cursor.fetchall()
        ]
