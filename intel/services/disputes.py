"""A collision is disputed while one of its parties says so, and open again when none does."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from audit import services as audit
from kit.actor import Actor

# In a case or suspended, other people decide than the parties' analysts: there a dispute is an opinion and no more.
_DISPUTE = """
UPDATE intel_collision c SET state = 'disputed'
WHERE c.digest_id = ANY(%s) AND c.state = 'open' AND EXISTS (
    SELECT FROM intel_opinion o JOIN intel_party p ON p.institution_id = o.institution_id
    WHERE p.collision_id = c.id AND o.digest_id = c.digest_id AND o.verdict = 'disputed')
RETURNING c.ref
"""
# One that is over-common stays disputed until its review: open and over-common is no state of its own.
_SETTLE = """
UPDATE intel_collision c SET state = 'open' FROM intel_digest d
WHERE d.id = c.digest_id AND d.hold <> 2 AND c.digest_id = ANY(%s) AND c.state = 'disputed' AND NOT EXISTS (
    SELECT FROM intel_opinion o JOIN intel_party p ON p.institution_id = o.institution_id
    WHERE p.collision_id = c.id AND o.digest_id = c.digest_id AND o.verdict = 'disputed')
RETURNING c.ref
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
