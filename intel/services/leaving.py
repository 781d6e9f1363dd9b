"""Who leaves a circle takes its clues out of matching there, and who comes back finds them in it again.

A clue of an institution that is no member corroborates nobody any more: it is suspended by the platform, as its own
lead could have done, until it expires or its institution is a member again. The row is the truth: whatever the
memberships say when a batch begins is what the batch makes true, so that tasks may be lost, doubled or late.
"""

from typing import Any

from django.db import connection, transaction

from audit import services as audit
from intel.models import Clue
from intel.services.steps import Locked, lock_clues, move, show
from kit.actor import Actor
from kit.queue import enqueue
from members.actors import system_actor
from members.queries.memberships import live_members

TASK = "intel.follow_circle"
BATCH = 1_000
_REASON = "not a member of the circle"
_LOCK = 0x6C656176
"""The advisory lock of all batches: each reads the memberships after what the one before it has committed."""

# From one key on, so that a pass reads the table once, whatever it finds.
_ASTRAY = """
SELECT c.id, c.state FROM intel_clue c
WHERE c.id > %(after)s AND (c.circle_id = %(circle)s OR %(circle)s IS NULL)
  AND CASE c.state
      WHEN 'filed' THEN (c.circle_id, c.institution_id) NOT IN (
          SELECT * FROM unnest(%(circles)s::bigint[], %(members)s::bigint[]))
      WHEN 'suspended' THEN c.decided_by = %(by)s
          AND (c.circle_id, c.institution_id) IN (
              SELECT * FROM unnest(%(circles)s::bigint[], %(members)s::bigint[]))
      ELSE false END
ORDER BY c.id LIMIT %(batch)s
"""


def follow(circle: int) -> None:
    """Have the clues of a circle (its key) follow its memberships once this transaction commits."""
    enqueue(TASK, circle)


def follow_memberships(circle: int | None = None) -> int:
    """Suspend the clues of a circle's former members and resume those of members; all circles without one.

    A batch a transaction; how many clues it moved. Safe to repeat, to break off and to run twice at the same time.
    """
    actor, after, count = system_actor("leaving"), 0, 0
    while True:
        with transaction.atomic():
            astray = _astray(actor, circle, after)
            if not astray:
                return count
            for state in (Clue.State.FILED, Clue.State.SUSPENDED):
                clues = lock_clues([pk for pk, was in astray if was == state], state)
                _turn(actor, clues, live=state == Clue.State.SUSPENDED)
                count += len(clues)
        after = astray[-1][0]


def _astray(actor: Actor, circle: int | None, after: int) -> list[tuple[int, str]]:
    """The next clues (key and state) that do not stand as their institutions' memberships have it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        pairs = [(at, member) for at, members in live_members().items() for member in members]
        asked: dict[str, Any] = {
            "after": after,
            "circle": circle,
            "circles": [at for at, _member in pairs],
            "members": [member for _at, member in pairs],
            "by": actor.ref,
            "batch": BATCH,
        }
        cursor.execute(_ASTRAY, asked)
        return [(pk, state) for pk, state in cursor.fetchall()]


def _turn(actor: Actor, clues: list[Locked], *, live: bool) -> None:
    if not clues:
        return
    move(actor, clues, Clue.State.FILED if live else Clue.State.SUSPENDED)
    refs = [clue.ref for clue in clues]
    audit.record_each(actor, "clue.resumed" if live else "clue.suspended", refs, reason="" if live else _REASON)
    show(actor, clues, live=live, cause="membership")
