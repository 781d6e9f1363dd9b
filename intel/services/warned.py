"""What a warning list does to digests: held in every circle while it is in force, free again when it is not.

A version in force holds, one that was replaced frees what no other list in force names. Both go batch by batch, each
batch in a transaction of its own under one advisory lock, so that of a list that comes and one that goes at the same
time neither undoes what the other has just done. The row is the truth: `applied` says how far a version is and
`applied_at` that it is done; a worker that dies is followed by the next one.
"""

from collections.abc import Sequence

import structlog
from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from intel.models import Digest, WarningEntry, WarningVersion
from intel.queries.key_uses import live_keys
from intel.sealing import SUITE, seal_points
from intel.services.holds import free_digests, hold_digests
from intel.services.intake import take_turn
from kit.actor import Actor
from kit.queue import sweepable
from members.actors import system_actor
from members.queries.circles import all_circles

log = structlog.get_logger(__name__)
TASK = "intel.apply_warnings"
BATCH = 200
"""Entries of one transaction; each is a digest in every circle."""
# Any fixed number: the one advisory lock under which lists change what is held.
_TURN = 0x7761726E
State = WarningVersion.State

# The keys, as everybody who writes digests keeps them in order: two writers wait for each other in one direction only.
_MOVE_TO_CURRENT_PEPPER = """
WITH here AS (
    SELECT d.id, m.sealed FROM intel_digest d JOIN unnest(%s::bytea[], %s::bytea[]) AS m (former, sealed)
      ON d.sealed = m.former
    ORDER BY d.id FOR UPDATE OF d
)
UPDATE intel_digest d SET sealed = here.sealed, pepper = %s FROM here WHERE d.id = here.id
"""
_ADD = """
INSERT INTO intel_digest (circle_id, kind, suite, epoch, pepper, sealed)
SELECT c.id, m.kind, %s, %s, %s, m.sealed
FROM unnest(%s::smallint[], %s::bytea[]) AS m (kind, sealed) CROSS JOIN unnest(%s::bigint[]) AS c (id)
ORDER BY m.sealed, c.id
ON CONFLICT (sealed, circle_id) DO NOTHING
"""


def apply_version(pk: int) -> None:
    """Hold or free, batch by batch, what a version in force or a replaced one still has to. Idempotent."""
    while _apply_batch(pk):
        pass


def _apply_batch(pk: int) -> bool:
    """One batch; whether there is another. Nothing for a version that is proposed, refused, or done."""
    actor = system_actor("warnings")
    with transaction.atomic():
        _take_turn()
        version = (
            WarningVersion.objects.select_for_update()
            .filter(pk=pk, state__in=(State.ACTIVE, State.RETIRED), applied_at=None)
            .first()
        )
        if version is None:
            return False
        entries = list(version.entries.filter(is_prefix=False).order_by("pk")[version.applied :][:BATCH])
        cause = f"warning_list:{version.ref}"
        if version.state == State.ACTIVE:
            _hold(actor, version.epoch, entries, all_circles(), cause)
        else:
            _free(actor, version.epoch, entries, cause)
        version.applied += len(entries)
        if len(entries) < BATCH:
            version.applied_at = timezone.now()
            audit.record(actor, "warning_list.applied", version.ref, state=version.state, entries=version.applied)
        version.save(update_fields=["applied", "applied_at"])
        log.info("warnings.applied", version=str(version.ref), state=version.state, entries=version.applied)
        return version.applied_at is None


def cover_circle(circle: int) -> None:
    """Hold what is listed in a circle (its primary key) that is being created, in the transaction that creates it.

    Whoever applies a version takes turns with it, so it sees either the circle or is seen here.
    """
    _take_turn()
    for version in WarningVersion.objects.filter(state=State.ACTIVE).order_by("pk"):
        entries = list(version.entries.filter(is_prefix=False).order_by("pk"))
        _hold(system_actor("warnings"), version.epoch, entries, [circle], f"warning_list:{version.ref}")


def _hold(actor: Actor, epoch: int, entries: Sequence[WarningEntry], circles: Sequence[int], cause: str) -> None:
    """Make the digests of these entries where they are missing, sealed as intake does, and hold them."""
    if not entries or not circles:
        return
    peppers = live_keys("pepper")
    kinds = [entry.kind for entry in entries]
    current, *former = seal_points(_points(entries), kinds, epoch, peppers)
    take_turn(peppers)
    with connection.cursor() as cursor:
        for sealed in former:
            cursor.execute(_MOVE_TO_CURRENT_PEPPER, [sealed, current, peppers[0]])
        cursor.execute(_ADD, [SUITE, epoch, peppers[0], kinds, current, sorted(circles)])
    hold_digests(actor, _keys(current, circles), Digest.Hold.WARNED, cause=cause)


def _free(actor: Actor, epoch: int, entries: Sequence[WarningEntry], cause: str) -> None:
    """Free the digests of these entries in every circle, but for those that a list in force names."""
    listed = set(
        WarningEntry.objects.filter(
            version__state=State.ACTIVE, version__epoch=epoch, digest__in=[entry.digest for entry in entries]
        ).values_list("kind", "digest")
    )
    kept = {(kind, bytes(digest or b"")) for kind, digest in listed}
    gone = [entry for entry in entries if (entry.kind, bytes(entry.digest or b"")) not in kept]
    if not gone:
        return
    peppers = live_keys("pepper")
    versions = seal_points(_points(gone), [entry.kind for entry in gone], epoch, peppers)
    take_turn(peppers)
    held = Digest.objects.filter(sealed__in=[one for sealed in versions for one in sealed], hold=Digest.Hold.WARNED)
    free_digests(actor, list(held.values_list("pk", flat=True)), cause=cause)


def _points(entries: Sequence[WarningEntry]) -> bytes:
    return b"".join(bytes(entry.digest or b"") for entry in entries)


def _keys(sealed: Sequence[bytes], circles: Sequence[int]) -> list[int]:
    return list(Digest.objects.filter(sealed__in=sealed, circle_id__in=circles).values_list("pk", flat=True))


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def misheld() -> tuple[list[int], int]:
    """What the lists in force and the digests on hold disagree about, for the invariant checker.

    Keys of digests that are held as warned and that no list names; and how many digests are named and not held, over
    all circles. Nothing while a worker still has something to do.
    """
    if unapplied_versions():
        return [], 0
    named: set[tuple[int, int, bytes]] = {
        (epoch, kind, bytes(digest or b""))
        for epoch, kind, digest in WarningEntry.objects.filter(
            version__state=State.ACTIVE, is_prefix=False
        ).values_list("version__epoch", "kind", "digest")
    }
    sealed: set[bytes] = set()
    for epoch in {epoch for epoch, _kind, _digest in named}:
        ours = sorted((kind, digest) for at, kind, digest in named if at == epoch)
        points = b"".join(digest for _kind, digest in ours)
        for versions in seal_points(points, [kind for kind, _digest in ours], epoch, live_keys("pepper")):
            sealed.update(versions)
    held = Digest.objects.filter(hold=Digest.Hold.WARNED).values_list("pk", "sealed")
    wrong, right = [], 0
    for pk, value in held.iterator():
        if bytes(value) in sealed:
            right += 1
        else:
            wrong.append(pk)
    return wrong, max(0, len(named) * len(all_circles()) - right)


def unapplied_versions() -> list[int]:
    """Keys of versions that the worker has not finished with, oldest decision first; for the sweep."""
    rows = WarningVersion.objects.filter(state__in=(State.ACTIVE, State.RETIRED), applied_at=None)
    return list(rows.order_by("decided_at").values_list("pk", flat=True))


sweepable(TASK, unapplied_versions)
