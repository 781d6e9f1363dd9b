"""What matching reads: which digests ownership groups share, and who the parties are."""

from collections.abc import Collection, Mapping

from django.db import connection

OVER_COMMON_CLUES = 50
"""A digest that more clues hold than this is over-common until somebody has looked at it."""

# OFFSET 0 keeps each lookup by index its own: the planner would otherwise read the whole store once a batch is large,
# and a submission's matching must cost what the submission holds, not what the store does.
_INDEPENDENT_IN_SUBMISSION = """
WITH mine AS (
    SELECT DISTINCT s.digest_id FROM intel_clue c
    CROSS JOIN LATERAL (SELECT digest_id FROM intel_sighting WHERE clue_id = c.id OFFSET 0) s
    WHERE c.submission_id = %s
)
SELECT mine.digest_id FROM mine
CROSS JOIN LATERAL (SELECT institution_id FROM intel_sighting WHERE digest_id = mine.digest_id OFFSET 0) s
JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
GROUP BY mine.digest_id HAVING min(owner.group_id) <> max(owner.group_id)
"""
_HOLDING = """
CREATE TEMPORARY TABLE holding ON COMMIT DROP AS
WITH held AS (
    SELECT touched.digest_id, s.institution_id, owner.group_id, count(*) AS clues,
           array_agg(DISTINCT c.typology ORDER BY c.typology) AS typologies,
           array_agg(DISTINCT c.role ORDER BY c.role) AS roles,
           min(c.observed_at) AS first_seen_at, max(c.observed_at) AS last_seen_at
    FROM unnest(%s::bigint[]) AS touched (digest_id)
    CROSS JOIN LATERAL (
        SELECT institution_id, clue_id FROM intel_sighting WHERE digest_id = touched.digest_id OFFSET 0) s
    CROSS JOIN LATERAL (SELECT typology, role, observed_at FROM intel_clue WHERE id = s.clue_id OFFSET 0) c
    JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
    GROUP BY touched.digest_id, s.institution_id, owner.group_id
), judged AS (
    SELECT held.*, min(group_id) OVER same <> max(group_id) OVER same AS independent
    FROM held WINDOW same AS (PARTITION BY digest_id)
)
SELECT digest_id, institution_id, clues, typologies, roles, first_seen_at, last_seen_at FROM judged WHERE independent
"""


def independent_digests(submission: int, owners: Mapping[int, int]) -> list[int]:
    """Keys of the submission's digests that live sightings of two or more ownership groups hold, in no order.

    `owners` maps institution to ownership group (members.queries.circles.ownership). A digest belongs to one circle,
    so whoever shares it shares the circle that it was filed to.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEPENDENT_IN_SUBMISSION, [submission, list(owners.keys()), list(owners.values())])
        return [digest for (digest,) in cursor.fetchall()]


def gather_holdings(digests: Collection[int], owners: Mapping[int, int]) -> None:
    """Fill the temporary table `holding` with the truth about these digests, one row a party that should be.

    A digest that fewer than two ownership groups hold has no row. The caller holds the digests' locks and drops the
    table; the statement's snapshot is newer than the locks, so it sees everything that any earlier holder committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [sorted(digests), list(owners.keys()), list(owners.values())])
        cursor.execute("ANALYZE holding")
