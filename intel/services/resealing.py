"""Re-sealing under the current server keys: digests under the pepper, notes and own references under the note key.

Why it is safe while uploads go on. A digest's row keeps its primary key, so sightings and collisions notice nothing.
Every writer of digests holds one advisory lock until it commits (services/intake.py): shared while one pepper lives,
alone while two do. Registering the new key takes it alone, so when it is done every upload that knows only the old key
has either committed, and its rows are still to come in the scan, or will be refused with "try again". From then on
uploads look under both peppers and this job moves rows between their turns: no value can be stored twice. The old key
is retired under the same lock after a scan that found nothing left; a process that would still seal with it is refused.

Resumable: each batch commits, and a row says itself which key it is under.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from intel.models import Digest, KeyUse
from intel.sealing import DECISION, NOTE, OWN_REFERENCE, SUITE, open_private, ring, seal_private
from intel.services.intake import take_turn
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict
from privacy import envelope
from privacy.envelope import KeyFileError, SealError

log = structlog.get_logger(__name__)
BATCH = 2000

_OLD_DIGESTS = """
SELECT id, kind, epoch, pepper, sealed FROM intel_digest WHERE id > %s AND pepper <> %s ORDER BY id LIMIT %s FOR UPDATE
"""
_MOVE_DIGESTS = """
UPDATE intel_digest d SET sealed = moved.sealed, pepper = %s
FROM unnest(%s::bigint[], %s::bytea[]) AS moved (id, sealed) WHERE d.id = moved.id
"""
# A sealed text begins with its algorithm, the length of its key's id, and the id (docs/protocol.md).
_OLD_TEXTS = """
SELECT id, ref, note, own_reference, decision FROM intel_clue
WHERE id > %s AND (substring(note FROM 3 FOR get_byte(note, 1)) <> %s
                   OR substring(own_reference FROM 3 FOR get_byte(own_reference, 1)) <> %s
                   OR substring(decision FROM 3 FOR get_byte(decision, 1)) <> %s)
ORDER BY id LIMIT %s FOR UPDATE
"""
_MOVE_TEXTS = """
UPDATE intel_clue c SET note = moved.note, own_reference = moved.own_reference, decision = moved.decision
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])
    AS moved (id, note, own_reference, decision) WHERE c.id = moved.id
"""
_TEXTS_UNDER = """
SELECT count(*) FROM intel_clue
WHERE substring(note FROM 3 FOR get_byte(note, 1)) = %s
   OR substring(own_reference FROM 3 FOR get_byte(own_reference, 1)) = %s
   OR substring(decision FROM 3 FOR get_byte(decision, 1)) = %s
"""


def reseal_digests(actor: Actor) -> int:
    """Move every digest to the current pepper, retire the former ones, and return how many were moved.

    Safe to stop and to start again. Raises Forbidden; Conflict if the key of a stored value is gone; Unavailable if
    this process's key file is older than the database.
    """
    return _reseal(actor, KeyUse.Name.PEPPER, _move_digests)


def reseal_texts(actor: Actor) -> int:
    """`reseal_digests` for notes, own references and decisions, under the note key; returns how many clues."""
    return _reseal(actor, KeyUse.Name.NOTE, _move_texts)


def digests_under(key_id: str) -> int:
    """How many digests are under this pepper; at least 1 until it is retired, whatever is stored."""
    return max(_values_under(KeyUse.Name.PEPPER, key_id), _is_live(KeyUse.Name.PEPPER, key_id))


def texts_under(key_id: str) -> int:
    """How many clues have a note or own reference under this note key; at least 1 until it is retired."""
    return max(_values_under(KeyUse.Name.NOTE, key_id), _is_live(KeyUse.Name.NOTE, key_id))


def _is_live(name: str, key_id: str) -> bool:
    return KeyUse.objects.filter(name=name, key_id=key_id, retired_at=None).exists()


def _values_under(name: str, key_id: str) -> int:
    if name == KeyUse.Name.PEPPER:
        return Digest.objects.filter(pepper=key_id).count()
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS_UNDER, [key_id.encode()] * 3)
        return int(cursor.fetchone()[0])


def _reseal(actor: Actor, name: str, batch: Callable[[int], tuple[int, int]]) -> int:
    """Run `batch` over the whole table: it takes the key to go on after and gives the last one and its number."""
    actor.require(Capability.MANAGE_KEYS)
    with transaction.atomic():
        take_turn(None)
    after, moved = 0, 0
    while True:
        with transaction.atomic(), _refusing():
            take_turn(None)
            after, number = batch(after)
        if not number:
            break
        moved += number
        log.info("key.resealing", name=name, moved=moved)
    _retire(actor, name, moved)
    return moved


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (KeyFileError, SealError) as error:
        raise Conflict(f"{error}.", code="key_file") from error


def _move_digests(after: int) -> tuple[int, int]:
    keys = ring()
    current, pepper = keys.current("pepper")
    with connection.cursor() as cursor:
        cursor.execute(_OLD_DIGESTS, [after, current, BATCH])
        rows = cursor.fetchall()
        sealed = [
            envelope.seal_digest(
                pepper,
                current,
                envelope.open_digest(keys.get("pepper", old), old, bytes(value), suite=SUITE, epoch=epoch, kind=kind),
                suite=SUITE,
                epoch=epoch,
                kind=kind,
            )
            for _pk, kind, epoch, old, value in rows
        ]
        cursor.execute(_MOVE_DIGESTS, [current, [row[0] for row in rows], sealed])
    return (rows[-1][0] if rows else after), len(rows)


def _move_texts(after: int) -> tuple[int, int]:
    current = ring().ids("note")[0].encode()
    with connection.cursor() as cursor:
        cursor.execute(_OLD_TEXTS, [after, current, current, current, BATCH])
        rows = cursor.fetchall()
        moved = [
            [_again(row[place], column, row[1]) for row in rows]
            for place, column in enumerate((NOTE, OWN_REFERENCE, DECISION), start=2)
        ]
        cursor.execute(_MOVE_TEXTS, [[row[0] for row in rows], *moved])
    return (rows[-1][0] if rows else after), len(rows)


def _again(sealed: bytes | None, column: str, ref: UUID) -> bytes | None:
    return None if sealed is None else seal_private(open_private(sealed, column, ref), column, ref)


def _retire(actor: Actor, name: str, moved: int) -> None:
    """Retire every former key that no value is under, in the writers' turn; one that still has values stays."""
    with transaction.atomic():
        take_turn(None)
        current = ring().ids(name)[0]
        for use in KeyUse.objects.filter(name=name, retired_at=None).exclude(key_id=current):
            if _values_under(name, use.key_id) == 0:
                KeyUse.objects.filter(name=name, key_id=use.key_id).update(retired_at=timezone.now())
        if moved:
            audit.record(actor, "key.resealed", f"key:{name}", id=current, values=moved)
