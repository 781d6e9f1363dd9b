"""Server keys applied: digests under the peppers, notes and own references under the note key.

The keys come from the key file (settings.KEYRING) and never touch the database or its backups.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from privacy import envelope
from privacy.envelope import KeyRing

SUITE = 1
"""ristretto255-SHA512, the one suite in use (docs/protocol.md)."""
NOTE = "note"
OWN_REFERENCE = "own_reference"
DECISION = "decision"


def ring() -> KeyRing:
    """The keys this process was started with."""
    keys: KeyRing = settings.KEYRING
    return keys


def seal_points(points: bytes, kinds: Sequence[int], epoch: int, pepper_ids: Sequence[str]) -> list[list[bytes]]:
    """n digests of 32 bytes, sealed under each pepper: one list of n times 48 bytes for each id, in their order."""
    keys, size = ring(), envelope.SEALED_SIZE
    sealed = [
        envelope.seal_digests(keys.get("pepper", i), i, points, suite=SUITE, epoch=epoch, kinds=kinds)
        for i in pepper_ids
    ]
    return [[blob[at : at + size] for at in range(0, len(blob), size)] for blob in sealed]


def seal_private(text: str, column: str, clue: UUID) -> bytes | None:
    """A note, own reference or reason of a decision, sealed to its column and clue; None for an empty one."""
    if not text:
        return None
    key_id, key = ring().current("note")
    return envelope.seal_text(key, key_id, text, context=_context(column, clue))


def open_private(sealed: bytes | memoryview | None, column: str, clue: UUID) -> str:
    """The text that `seal_private` sealed, empty for None. Raises SealError if it was moved or changed."""
    if sealed is None:
        return ""
    return envelope.open_text(ring(), "note", bytes(sealed), context=_context(column, clue))


def _context(column: str, clue: UUID) -> bytes:
    return f"intel_clue/{column}/{clue}".encode()
