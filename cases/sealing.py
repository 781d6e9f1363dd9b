"""The server's case key applied: texts of a case sealed to their place, and rows bound to theirs.

What members encrypt (values, case keys, evidence) the server cannot open; with `bind` it can tell that a row's cipher
text is the one that was put there. A text or a row moved elsewhere opens nowhere.
"""

import hmac
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from privacy import envelope
from privacy.envelope import KeyRing, SealError

KEY = "case"


def ring() -> KeyRing:
    """The keys this process was started with."""
    keys: KeyRing = settings.KEYRING
    return keys


def seal(text: str, place: str, ref: UUID) -> bytes:
    """A text for the column `place` ("case/title": model, column) of the row with this reference."""
    key_id, key = ring().current(KEY)
    return envelope.seal_text(key, key_id, text, context=_context(place, ref))


def unseal(sealed: bytes | memoryview | None, place: str, ref: UUID) -> str:
    """The text that `seal` sealed; empty for None. Raises SealError if it was moved or changed."""
    if sealed is None:
        return ""
    return envelope.open_text(ring(), KEY, bytes(sealed), context=_context(place, ref))


def bind(place: str, ref: UUID | str, *fields: bytes | memoryview | int | str) -> bytes:
    """A tag (key id's length, key id, HMAC-SHA-256) over these fields of the row `ref` of `place`, in their order."""
    key_id, _key = ring().current(KEY)
    return bytes([len(key_id)]) + key_id.encode("ascii") + _mac(key_id, place, ref, fields)


def check_bound(
    tag: bytes | memoryview | None, place: str, ref: UUID | str, *fields: bytes | memoryview | int | str
) -> None:
    """Raise SealError unless `tag` is what `bind` made of the same: row or fields were exchanged behind our back."""
    raw = bytes(tag or b"")
    key_id, mac = raw[1 : 1 + raw[0]].decode("ascii", "replace") if raw else "", raw[1 + raw[0] :] if raw else b""
    if not raw or not hmac.compare_digest(mac, _mac(key_id, place, ref, fields)):
        raise SealError("this row does not hold what was put there")


def _mac(key_id: str, place: str, ref: UUID | str, fields: tuple[bytes | memoryview | int | str, ...]) -> bytes:
    # A key of its own for tags, so that no cipher text and no tag are ever made under the same one.
    key = hmac.digest(ring().get(KEY, key_id), b"alliance/case/bind/1", sha256)
    stated = [place.encode(), str(ref).encode(), *map(_bytes, fields)]
    return hmac.digest(key, b"".join(len(one).to_bytes(8, "big") + one for one in stated), sha256)


def _bytes(field: bytes | memoryview | int | str) -> bytes:
    return bytes(field) if isinstance(field, bytes | memoryview) else str(field).encode()


def _context(place: str, ref: UUID) -> bytes:
    return f"cases/{place}/{ref}".encode()
