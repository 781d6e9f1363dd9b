"""Holds: why a digest does not match, who may say otherwise, and how it comes back. Nothing here is silent.

Whoever changes a hold refreshes the digest's collisions in the same transaction: `refresh_collisions` is the one door,
so a collision ends and comes back with its hold, whatever else goes on meanwhile.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Collision, Digest, HoldReview, Sighting
from intel.queries.holds import DELISTED_FOR, decisions, is_found_false
from intel.reasons import nameless_reason
from intel.services.locking import locked_collision
from intel.services.matching import refresh_collisions
from intel.services.withdrawals import forget_unnamed
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid
from members.actors import system_actor

_BATCH = 500
Hold = Digest.Hold
Verdict = HoldReview.Verdict

# In the order of keys, as every writer that locks digests. A digest that is delisted and then listed keeps its term, so
# that leaving the list does not set it free before it is over; one that is released keeps the time it was held at, and
# with it the votes since then.
_HOLD = """
WITH here AS (SELECT id FROM intel_digest WHERE id = ANY(%(digests)s) ORDER BY id FOR NO KEY UPDATE)
UPDATE intel_digest d SET hold = %(hold)s,
    held_at = CASE WHEN d.held_at IS NOT NULL AND (%(hold)s = 3 OR (%(hold)s = 1 AND d.hold = 4)) THEN d.held_at
                   ELSE %(now)s END,
    held_until = CASE WHEN %(hold)s = 1 AND d.hold = 4 THEN d.held_until ELSE %(until)s END
FROM here WHERE d.id = here.id AND (d.hold <> %(hold)s OR %(until)s::timestamptz IS NOT NULL)
RETURNING d.id
"""
_FREE = """
WITH here AS (SELECT id FROM intel_digest WHERE id = ANY(%(digests)s) ORDER BY id FOR NO KEY UPDATE)
UPDATE intel_digest d SET
    hold = CASE WHEN d.hold = 1 AND d.held_until > %(now)s THEN 4 ELSE 0 END,
    held_at = CASE WHEN d.hold = 1 AND d.held_until > %(now)s THEN d.held_at END,
    held_until = CASE WHEN d.hold = 1 AND d.held_until > %(now)s THEN d.held_until END
FROM here WHERE d.id = here.id AND d.hold <> 0
RETURNING d.id
"""


def hold_digests(
    actor: Actor, digests: Collection[int], hold: int, *, cause: str, until: datetime | None = None
) -> list[int]:
    """Put these digests (primary keys) on a hold and let their collisions follow; those it changed, by key.

    `hold` is a value of Digest.Hold other than FREE, `until` the end of DELISTED. `cause` is the reference of what made
    it necessary, `warning_list:<uuid>` or `hold:<what>`; the log has it, so never a collision's reference. Runs in the
    caller's transaction and leaves the digests locked until it ends; one that is on this hold already is left alone.
    """
    changed = _change(_HOLD, {"digests": list(digests), "hold": hold, "now": timezone.now(), "until": until})
    refresh_collisions(actor, changed, cause=cause)
    return changed


def free_digests(actor: Actor, digests: Collection[int], *, cause: str) -> list[int]:
    """Set these digests (primary keys) free, let their collisions come back, forget those that no clue names.

    A digest that was delisted before it was listed is delisted again for the rest of its term. Returns the keys of
    those that were held. Runs in the caller's transaction and leaves the digests locked until it ends.
    """
    changed = _change(_FREE, {"digests": list(digests), "now": timezone.now()})
    refresh_collisions(actor, changed, cause=cause)
    forget_unnamed(changed)
    return changed


def _change(statement: str, parameters: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return sorted(pk for (pk,) in cursor.fetchall())


# --- Over-common: two leads decide ------------------------------------------------------------------------


def review_hold(actor: Actor, *, ref: UUID, verdict: str, reason: str) -> str:
    """Vote, for the actor's institution, on the over-common digest of one of its collisions.

    `verdict` is release or keep. A vote may be changed until two independent ownership groups agree: on release the
    digest matches again, on keep it stays where it is. Returns what is decided now: "release", "keep" or "" if nothing.
    Raises Forbidden, NotFound, Invalid, Conflict if it is not over-common or was decided before.
    """
    actor.require(Capability.REVIEW_HOLDS)
    if verdict not in Verdict.values:
        raise Invalid(_("Some fields are not valid."), errors={"verdict": ["release, keep"]})
    said, institution = nameless_reason(reason), actor.own_institution()
    with transaction.atomic():
        digest = locked_collision(actor, ref).digest
        if digest.hold != Hold.OVER_COMMON:
            raise Conflict(_("This collision is not held as over-common."), code="not_over_common")
        if decisions([digest]):
            raise Conflict(_("Two independent institutions have decided already."), code="decided")
        _vote(actor, digest, institution, verdict, said)
        audit.record(actor, "hold.reviewed", ref, verdict=verdict)
        outcome = decisions([digest]).get(digest.pk, "")
        if outcome == Verdict.RELEASE:
            audit.record(actor, "hold.released", ref)
            hold_digests(actor, [digest.pk], Hold.RELEASED, cause="hold:released")
        elif outcome == Verdict.KEEP:
            audit.record(actor, "hold.kept", ref)
    return outcome


def _vote(actor: Actor, digest: Digest, institution: int, verdict: str, reason: str) -> None:
    said = {"verdict": verdict, "reason": reason, "reviewed_by": actor.ref, "reviewed_at": timezone.now()}
    HoldReview.objects.update_or_create(digest=digest, institution_id=institution, defaults=said)


# --- False: delisted with a tombstone ---------------------------------------------------------------------


def delist(actor: Actor, *, ref: UUID, reason: str) -> None:
    """Take the value of one of the actor's collisions out of matching for a year, since two found it false.

    Raises Forbidden, NotFound, Invalid; Conflict unless the opinions "false" of two independent institutions stand.
    """
    actor.require(Capability.REVIEW_HOLDS)
    said = nameless_reason(reason)
    with transaction.atomic():
        digest = locked_collision(actor, ref).digest
        if not is_found_false(digest):
            raise Conflict(
                _("Two independent institutions must have called it false before it is delisted."), code="not_false"
            )
        _delist(actor, digest)
        # The reason is for the other parties, should new evidence bring the collision back; the log has no content.
        _vote(actor, digest, actor.own_institution(), Verdict.KEEP, said)


def consider_delisting(actor: Actor, digest: int) -> bool:
    """Delist a digest (its primary key) if two independent institutions now call it false; whether it was.

    For the service that stores opinions, in its transaction and after the opinion is written. An opinion counts if it
    is newer than the last delisting and at most a year old.
    """
    locked = Digest.objects.select_for_update(no_key=True).filter(pk=digest).first()
    if locked is None or locked.hold == Hold.WARNED or not is_found_false(locked):
        return False
    _delist(actor, locked)
    return True


def _delist(actor: Actor, digest: Digest) -> None:
    until = timezone.now() + DELISTED_FOR
    audit.record(actor, "digest.delisted", _subject(digest.pk), until=until.date().isoformat())
    hold_digests(actor, [digest.pk], Hold.DELISTED, cause="hold:delisted", until=until)


def free_delisted() -> int:
    """Set free every delisted digest whose term is over, in batches; how many. For the hourly task."""
    actor, freed = system_actor("delisting"), 0
    while batch := list(_over()[:_BATCH]):
        with transaction.atomic():
            # Asked again under the lock: it may have been delisted anew, or withdrawn by everybody, meanwhile.
            keys = list(_over().filter(pk__in=batch).select_for_update(no_key=True))
            for pk in keys:
                audit.record(actor, "digest.freed", _subject(pk))
            free_digests(actor, keys, cause="hold:over")
        freed += len(keys)
    return freed


def _over() -> QuerySet[Digest, int]:
    rows = Digest.objects.filter(hold=Hold.DELISTED, held_until__lte=timezone.now())
    return rows.order_by("pk").values_list("pk", flat=True)


def _subject(digest: int) -> str:
    """What the log may name a digest by: its collision, else a clue, else its circle. Never the digest."""
    collision = Collision.objects.filter(digest_id=digest).values_list("ref", flat=True).first()
    if collision is not None:
        return str(collision)
    clue = Sighting.objects.filter(digest_id=digest).order_by("clue_id").values_list("clue__ref", flat=True).first()
    return str(clue or Digest.objects.values_list("circle__ref", flat=True).get(pk=digest))
