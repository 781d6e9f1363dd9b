"""Matching: which digests do independent institutions hold in common? Set-based SQL, one transaction a submission.

Why nothing is missed or doubled (docs/why/matching.md tells it at length): a collision is a function of the live
sightings of its digest. `refresh_collisions` locks the digest row, reads the sightings *after* it has the lock, and
makes collision and parties equal to what it read. Whoever adds or removes sightings refreshes their digests afterwards,
so the last refresh of a digest always sees the final state, in whatever order the transactions interleave.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from intel.models import Collision, Submission
from intel.queries import crossing
from intel.services.announcing import Left, announce
from intel.services.disputes import settle_disputes
from intel.services.dissolving import tell_dissolved
from intel.services.scoring import SERVICE_LEVEL, score_collisions, tell_parties
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, NotFound
from kit.queue import enqueue, sweepable
from members.actors import system_actor
from members.queries.circles import ownership
from members.queries.memberships import live_members
from notices.services.events import NewEvent, publish

log = structlog.get_logger(__name__)
TASK = "intel.match_submission"
MAX_ATTEMPTS = 5
"""Errors after which a submission is marked failed; an operator sees it and may retry it."""
MAX_STARTS = 50
"""Starts after which it is marked failed although no error was seen: it kills its worker each time."""
PENDING_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Changes:
    """References of the collisions that one refresh changed, in order."""

    found: tuple[UUID, ...] = ()
    widened: tuple[UUID, ...] = ()
    narrowed: tuple[UUID, ...] = ()
    dissolved: tuple[UUID, ...] = ()
    quarantined: tuple[UUID, ...] = ()
    released: tuple[UUID, ...] = ()
    reopened: tuple[UUID, ...] = ()
    entered_case: tuple[UUID, ...] = ()
    left_case: tuple[UUID, ...] = ()


def match_submission(pk: int) -> None:
    """Match a pending submission; a matched, failed or just now claimed one is left alone.

    Idempotent. An error is logged and counted, the row stays pending for the sweep, and after MAX_ATTEMPTS it is
    marked failed. A lost database or a deadlock is nobody's fault: it is raised and not counted.
    """
    if not _start(pk):
        return
    try:
        with transaction.atomic():
            _match(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # as BLE001 wants: logged whole, and counted, so that it ends in a visible failure
        log.exception("submission.match_failed", pk=pk)
        _count_failure(pk)


def _claim(pk: int) -> Submission | None:
    """The submission, locked, if it is pending and no other worker has it; a second nudge never waits for the first."""
    pending = Submission.objects.select_for_update(skip_locked=True).filter(pk=pk, matched_at=None, failed_at=None)
    return pending.first()


def _start(pk: int) -> bool:
    """Count the start in a transaction of its own, so that it survives a worker that is killed while matching."""
    with transaction.atomic():
        submission = _claim(pk)
        if submission is None:
            return False
        submission.starts += 1
        submission.save(update_fields=["starts"])
        if submission.starts > MAX_STARTS:
            _fail(submission)
        return submission.failed_at is None


def _match(pk: int) -> None:
    actor = system_actor("matching")
    submission = _claim(pk)
    if submission is None:
        return
    digests = crossing.independent_digests(pk, ownership())
    changes = refresh_collisions(actor, digests, cause=f"submission:{submission.ref}")
    submission.matched_at = timezone.now()
    # Asked again: a hold may have kept some of them from matching.
    submission.collisions = Collision.objects.filter(digest_id__in=digests).count()
    submission.save(update_fields=["matched_at", "collisions"])
    audit.record(
        actor,
        "submission.matched",
        submission.ref,
        found=len(changes.found),
        widened=len(changes.widened),
        collisions=submission.collisions,
    )
    publish([NewEvent(submission.institution_id, "submission.matched", submission.ref)])


def _count_failure(pk: int) -> None:
    with transaction.atomic():
        submission = Submission.objects.select_for_update().filter(pk=pk, matched_at=None, failed_at=None).first()
        if submission is None:
            return
        submission.attempts += 1
        submission.save(update_fields=["attempts"])
        if submission.attempts >= MAX_ATTEMPTS:
            _fail(submission)


def _fail(submission: Submission) -> None:
    submission.failed_at = timezone.now()
    submission.save(update_fields=["failed_at"])
    audit.record(
        system_actor("matching"),
        "submission.failed",
        submission.ref,
        attempts=submission.attempts,
        starts=submission.starts,
    )


def retry_submission(actor: Actor, *, ref: UUID) -> None:
    """Give a failed submission back to the worker. Raises Forbidden, NotFound, Conflict if it has not failed."""
    actor.require(Capability.OPERATE)
    with transaction.atomic():
        submission = Submission.objects.select_for_update().filter(ref=ref).first()
        if submission is None:
            raise NotFound
        if submission.failed_at is None:
            raise Conflict(_("This submission has not failed."), code="not_failed")
        submission.failed_at, submission.attempts, submission.starts = None, 0, 0
        submission.save(update_fields=["failed_at", "attempts", "starts"])
        audit.record(actor, "submission.retried", submission.ref)
        enqueue(TASK, submission.pk)


def pending_submissions() -> list[int]:
    """Keys of submissions that have waited for a worker longer than they should, oldest first; for the sweep."""
    waiting = Submission.objects.filter(matched_at=None, failed_at=None, received_at__lt=timezone.now() - PENDING_AFTER)
    return list(waiting.order_by("received_at").values_list("pk", flat=True)[:1000])


sweepable(TASK, pending_submissions)

# FOR NO KEY UPDATE: refreshes of one digest wait for each other, uploads that only point at it do not wait at all.
_LOCK = "SELECT id FROM intel_digest WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# OFFSET 0 and MATERIALIZED below: a table that has just grown still counts as empty for the planner, which would then
# compare every party with every collision. Looked up one by one, they cost what the refresh holds.
_HOLD = "UPDATE intel_digest SET hold = 2, held_at = %s WHERE id = ANY(%s)"
_DROP_PARTIES = """
WITH gone AS MATERIALIZED (
    SELECT p.id, c.ref, c.circle_id, c.kind FROM unnest(%s::bigint[]) AS touched (digest_id)
    CROSS JOIN LATERAL (
        SELECT id, ref, circle_id, kind FROM intel_collision WHERE digest_id = touched.digest_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT id, institution_id FROM intel_party WHERE collision_id = c.id OFFSET 0) p
    WHERE NOT EXISTS (
        SELECT FROM holding h WHERE h.digest_id = touched.digest_id AND h.institution_id = p.institution_id))
DELETE FROM intel_party p USING gone WHERE p.id = gone.id
RETURNING gone.ref, p.institution_id, gone.circle_id, gone.kind
"""
_DROP_COLLISIONS = """
DELETE FROM intel_collision c
WHERE c.digest_id = ANY(%s) AND NOT EXISTS (SELECT FROM holding h WHERE h.digest_id = c.digest_id)
RETURNING c.ref, c.digest_id
"""
# An opinion hangs on the digest: a collision that comes back while somebody disputes it comes back disputed.
_ADD_COLLISIONS = """
INSERT INTO intel_collision (ref, digest_id, circle_id, kind, found_at, state)
SELECT gen_random_uuid(), d.id, d.circle_id, d.kind, %s, CASE WHEN EXISTS (
    SELECT FROM intel_opinion o WHERE o.digest_id = d.id AND o.verdict = 'disputed') THEN 'disputed' ELSE 'open' END
FROM intel_digest d
WHERE d.id IN (SELECT digest_id FROM holding)
ON CONFLICT (digest_id) DO NOTHING RETURNING ref
"""
_DISCLOSE = """
UPDATE intel_digest d SET disclosed_at = %s
WHERE d.disclosed_at IS NULL AND d.id IN (SELECT digest_id FROM holding)
"""
# Labels: the newcomers of a collision in random order, after the labels in use, which nobody loses by it.
_ADD_PARTIES = f"""
INSERT INTO intel_party (id, collision_id, institution_id, circle_id, kind, label, clues, typologies, roles,
                         first_seen_at, last_seen_at, joined_at, state, score, due_at)
SELECT gen_random_uuid(), c.id, h.institution_id, c.circle_id, c.kind,
       coalesce((SELECT max(label) FROM intel_party given WHERE given.collision_id = c.id), 0)
           + row_number() OVER (PARTITION BY c.id ORDER BY random()),
       h.clues, h.typologies, h.roles, h.first_seen_at, h.last_seen_at, %s, c.state, c.score,
       %s + {SERVICE_LEVEL}
FROM holding h
CROSS JOIN LATERAL (
    SELECT id, circle_id, kind, state, score FROM intel_collision WHERE digest_id = h.digest_id OFFSET 0) c
LEFT JOIN LATERAL (
    SELECT id FROM intel_party WHERE collision_id = c.id AND institution_id = h.institution_id OFFSET 0) known ON true
WHERE known.id IS NULL
RETURNING (SELECT ref FROM intel_collision c WHERE c.id = collision_id), institution_id
"""  # noqa: S608 - a constant of intel.services.scoring
_UPDATE_PARTIES = """
WITH moved AS MATERIALIZED (
    SELECT p.id, h.clues, h.typologies, h.roles, h.first_seen_at, h.last_seen_at FROM holding h
    CROSS JOIN LATERAL (SELECT id FROM intel_collision WHERE digest_id = h.digest_id OFFSET 0) c
    CROSS JOIN LATERAL (
        SELECT * FROM intel_party WHERE collision_id = c.id AND institution_id = h.institution_id OFFSET 0) p
    WHERE (p.clues, p.typologies::text[], p.roles::text[], p.first_seen_at, p.last_seen_at)
        IS DISTINCT FROM (h.clues, h.typologies::text[], h.roles::text[], h.first_seen_at, h.last_seen_at))
UPDATE intel_party p
SET clues = moved.clues, typologies = moved.typologies, roles = moved.roles, first_seen_at = moved.first_seen_at,
    last_seen_at = moved.last_seen_at
FROM moved WHERE p.id = moved.id
"""
# Every step here is one that intel/models/transitions.py allows.
_REOPEN = """
UPDATE intel_collision SET state = 'open' WHERE ref = ANY(%s) AND state IN ('expired', 'closed') RETURNING ref
"""
_QUARANTINE = """
UPDATE intel_collision c SET state = 'quarantined' FROM intel_digest d
WHERE d.id = c.digest_id AND d.id = ANY(%s) AND d.hold = 2 AND c.state = 'open' RETURNING c.ref
"""
# What a case took up is in the case whatever the parties think of it; over-common, it waits for its review first.
_LEAVE_CASE = """
UPDATE intel_collision c SET state = 'open' FROM intel_digest d
WHERE d.id = c.digest_id AND d.id = ANY(%s) AND NOT d.in_case AND c.state = 'in_case' RETURNING c.ref
"""
_ENTER_CASE = """
UPDATE intel_collision c SET state = 'in_case' FROM intel_digest d
WHERE d.id = c.digest_id AND d.id = ANY(%s) AND d.in_case AND c.state IN ('open', 'disputed') RETURNING c.ref
"""
_NAMED = "SELECT ref FROM intel_collision WHERE digest_id = ANY(%s)"
_RELEASE = """
UPDATE intel_collision c SET state = 'open' FROM intel_digest d
WHERE d.id = c.digest_id AND d.id = ANY(%s) AND d.hold <> 2 AND c.state = 'quarantined' RETURNING c.ref
"""


def refresh_collisions(actor: Actor, digests: Collection[int], *, cause: str) -> Changes:
    """Make the collisions of these digests equal to their live sightings and holds; record and tell what changed.

    The one door after anything that changes which sightings match. A digest that has become too common is held here,
    and its collision quarantined: it stays, and waits for its review. Every collision is scored anew. Runs in the
    caller's transaction, as its last writes, and leaves the digests locked until it ends. `cause` is the reference of
    what made it necessary, such as `submission:<uuid>` or `clue:<uuid>`.
    """
    if not digests:
        return Changes()
    keys, now = sorted(set(digests)), timezone.now()
    _rows(_LOCK, keys)
    crossing.gather_holdings(keys, ownership(), at=now)
    too_common = crossing.over_common_digests(live_members())
    _execute(_HOLD, now, too_common)
    left = [Left(*row) for row in _rows(_DROP_PARTIES, keys)]
    gone = dict(_rows(_DROP_COLLISIONS, keys))
    dissolved = set(gone)
    found = {ref for (ref,) in _rows(_ADD_COLLISIONS, now)}
    _execute(_DISCLOSE, now)
    # Before the parties are written: they are born with the score, which their indexes hold.
    score_collisions(keys)
    joined = {(ref, institution) for ref, institution in _rows(_ADD_PARTIES, now, now)}
    widened = {ref for ref, _institution in joined} - found
    _execute(_UPDATE_PARTIES)
    _execute("DROP TABLE holding")
    released, left_case = _refs(_RELEASE, keys), _refs(_LEAVE_CASE, keys)
    settle_disputes(actor, keys)
    changes = Changes(
        found=tuple(sorted(found)),
        widened=tuple(sorted(widened)),
        narrowed=tuple(sorted({one.ref for one in left} - dissolved)),
        dissolved=tuple(sorted(dissolved)),
        # One that is disputed or in a case stays so, and its digest was held all the same.
        quarantined=tuple(sorted({*_refs(_QUARANTINE, keys), *_refs(_NAMED, too_common)})),
        released=released,
        reopened=_refs(_REOPEN, sorted(widened)),
        left_case=left_case,
        entered_case=_refs(_ENTER_CASE, keys),
    )
    tell_parties(keys)
    told = {
        "collision.found": changes.found,
        "collision.widened": changes.widened,
        "collision.narrowed": changes.narrowed,
        "collision.quarantined": changes.quarantined,
        "collision.released": changes.released,
    }
    recorded = {**told, "collision.dissolved": changes.dissolved, "collision.reopened": changes.reopened}
    recorded |= {"collision.entered_case": changes.entered_case, "collision.left_case": changes.left_case}
    # In the platform's name and without the cause's reference: beside other entries they would name the parties.
    for kind, refs in recorded.items():
        audit.record_each(system_actor("matching"), kind, refs, cause=cause.partition(":")[0])
    tell_dissolved(sorted(gone.values()))
    announce({kind: set(refs) for kind, refs in told.items()}, joined=joined, left=left)
    return changes


def _refs(statement: str, keys: Collection[Any]) -> tuple[UUID, ...]:
    return tuple(sorted(ref for (ref,) in _rows(statement, keys)))


def _execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def _rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall())
