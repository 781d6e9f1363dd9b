"""What each institution gave and got, and what others made of its filings: the nightly ledger, set by set.

What others make of a value is read in wide circles only: a member learns nothing, in its own numbers either, of
collisions that its circle does not show.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# One scan of the clues. Four things a clue may say of its evidence: a note, an own reference, a role, more than
# suspicion.
_FILED = """
SELECT institution_id, count(*) AS clues,
       count(*) FILTER (WHERE filed_at >= %(since)s) AS recent,
       count(*) FILTER (WHERE filed_at >= %(since)s AND filed_at - observed_at <= interval '30 days') AS fresh,
       coalesce(sum((note IS NOT NULL)::int + (own_reference IS NOT NULL)::int + (role <> 'unknown')::int
           + (proof <> 'suspicion')::int) FILTER (WHERE filed_at >= %(since)s), 0) AS complete
FROM intel_clue WHERE state = 'filed' GROUP BY institution_id
"""
_TRIAGED = """
SELECT institution_id, count(*) AS collisions,
       count(*) FILTER (WHERE due_at < coalesce(decided_at, %(now)s) OR decided_at IS NOT NULL) AS due,
       count(*) FILTER (WHERE decided_at <= due_at) AS in_time
FROM intel_party WHERE circle_id = ANY(%(circles)s) GROUP BY institution_id
"""
# Who held what in the collisions, in one pass over the sightings; who filed it first, and how many clues it backs.
# Clues are numbered as they are filed.
_BACKED = """
WITH held AS MATERIALIZED (
    SELECT c.digest_id, s.institution_id, s.clue_id
    FROM intel_collision c JOIN intel_sighting s ON s.digest_id = c.digest_id AND s.is_live
    WHERE c.circle_id = ANY(%(circles)s)
), firsts AS (
    SELECT institution_id, count(*) AS first
    FROM (SELECT DISTINCT ON (digest_id) institution_id FROM held ORDER BY digest_id, clue_id) one
    GROUP BY institution_id
), backed AS (
    SELECT institution_id, count(*) AS corroborated
    FROM (SELECT DISTINCT institution_id, clue_id FROM held) one GROUP BY institution_id
)
SELECT institution_id, coalesce(first, 0) AS first, corroborated FROM backed LEFT JOIN firsts USING (institution_id)
"""
_JUDGED = """
WITH owner AS (SELECT * FROM unnest(%(institutions)s::bigint[], %(groups)s::bigint[]) AS o (institution_id, group_id)),
said AS MATERIALIZED (
    SELECT o.digest_id, o.verdict, owner.group_id FROM intel_opinion o
    JOIN owner USING (institution_id) JOIN intel_digest d ON d.id = o.digest_id
    WHERE d.circle_id = ANY(%(circles)s) AND o.counts AND o.verdict IN ('confirmed', 'false')
), holder AS (
    SELECT DISTINCT one.digest_id, s.institution_id, owner.group_id
    FROM (SELECT DISTINCT digest_id FROM said) one
    CROSS JOIN LATERAL (
        SELECT institution_id FROM intel_sighting WHERE digest_id = one.digest_id AND is_live OFFSET 0) s
    JOIN owner USING (institution_id)
), judged AS (
    SELECT h.institution_id, h.digest_id, bool_or(said.verdict = 'confirmed') AS confirmed,
           count(DISTINCT said.group_id) FILTER (WHERE said.verdict = 'confirmed') AS confirmations
    FROM holder h JOIN said ON said.digest_id = h.digest_id AND said.group_id <> h.group_id
    GROUP BY h.institution_id, h.digest_id
)
SELECT institution_id, count(*) AS judged, count(*) FILTER (WHERE confirmed) AS confirmed,
       sum(confirmations)::int AS confirmations_got
FROM judged GROUP BY institution_id
"""
_GIVEN = """
SELECT o.institution_id, count(*) AS confirmations_given FROM intel_opinion o JOIN intel_digest d ON d.id = o.digest_id
WHERE d.circle_id = ANY(%(circles)s) AND o.counts AND o.verdict = 'confirmed' GROUP BY o.institution_id
"""
_DELISTED = """
SELECT s.institution_id, count(DISTINCT d.id) AS delisted FROM intel_digest d
JOIN intel_sighting s ON s.digest_id = d.id AND s.is_live
WHERE d.hold = 4 AND d.circle_id = ANY(%(circles)s) GROUP BY s.institution_id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One institution's line of the ledger; all are counts. `recent` clues are those filed since the window began."""

    clues: int = 0
    recent: int = 0
    fresh: int = 0
    complete: int = 0
    """Of four for each recent clue."""
    collisions: int = 0
    due: int = 0
    in_time: int = 0
    first: int = 0
    corroborated: int = 0
    judged: int = 0
    confirmed: int = 0
    confirmations_got: int = 0
    confirmations_given: int = 0
    delisted: int = 0


def ledger(
    owners: Mapping[int, int], circles: Collection[int], *, since: datetime, now: datetime
) -> Mapping[int, Line]:
    """A line for each institution of `owners` (institution to ownership group).

    `circles` are the keys of the wide ones; `since` is when the window of the evidence parts begins.
    """
    asked: dict[str, Any] = {
        "institutions": list(owners.keys()),
        "groups": list(owners.values()),
        "circles": sorted(circles),
        "since": since,
        "now": now,
    }
    found: dict[int, dict[str, int]] = {institution: {} for institution in owners}
    with connection.cursor() as cursor:
        # Sorts and hashes of a whole store; no statement here gains from compiling.
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        for statement in (_FILED, _TRIAGED, _BACKED, _JUDGED, _GIVEN, _DELISTED):
            cursor.execute(statement, asked)
            names = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                line = dict(zip(names, row, strict=True))
                found.get(line.pop("institution_id"), {}).update(line)
    return {institution: Line(**line) for institution, line in found.items()}
