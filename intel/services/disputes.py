"""A collision is disputed while one of its parties says so, and open again when none does."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from audit import services as audit
from kit.actor import Actor

# In a case or suspended, other people decide than the parties' analysts: there a dispute is an opinion and no more.
# From the few opinions outward, one lookup each: collisions that were just found still count as none for the planner.
_DISPUTE = """
WITH said AS MATERIALIZED (
    SELECT c.id FROM (
        SELECT digest_id, institution_id FROM intel_opinion
        WHERE digest_id = ANY(%s) AND verdict = 'disputed' OFFSET 0) o
    CROSS JOIN LATERAL (SELECT id FROM intel_collision WHERE digest_id = o.digest_id AND state = 'open' OFFSET 0) c
    CROSS JOIN LATERAL (
        SELECT FROM intel_party WHERE collision_id = c.id AND institution_id = o.institution_id OFFSET 0) p)
UPDATE intel_collision c SET state = 'disputed' WHERE c.id IN (SELECT id FROM said) RETURNING c.ref
"""
# One that is over-common stays disputed until its review: open and over-common is no state of its own.
_SETTLE = """
WITH marked AS MATERIALIZED (
    SELECT id, digest_id FROM intel_collision WHERE digest_id = ANY(%s) AND state = 'disputed'),
settled AS MATERIALIZED (
    SELECT marked.id FROM marked
    CROSS JOIN LATERAL (SELECT hold FROM intel_digest WHERE id = marked.digest_id OFFSET 0) d
    WHERE d.hold <> 2 AND NOT EXISTS (
        SELECT FROM intel_opinion o JOIN intel_party p ON p.institution_id = o.institution_id
        WHERE p.collision_id = marked.id AND o.digest_id = marked.digest_id AND o.verdict = 'disputed'))
UPDATE intel_collision c SET state = 'open' WHERE c.id IN (SELECT id FROM settled) RETURNING c.ref
"""


def settle_disputes(actor: Actor, digests: Collection[int]) -> None:
    """Make the collisions of these digests (by key) disputed or open, as their parties' opinions say, and record it.

    Runs in the caller's transaction, which has the digests locked; `score_digests` afterwards tells the parties' rows.
    """
    keys = list(digests)
    audit.record_each(actor, "collision.disputed", _refs(_DISPUTE, keys))
    audit.record_each(actor, "collision.settled", _refs(_SETTLE, keys))


def _refs(statement: str, digests: list[int]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [digests])
        return sorted(ref for (ref,) in cursor.fetchall())
