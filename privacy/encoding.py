"""Strict readers of the wire's small pieces: base64url without padding, JSON objects, identifiers.

Every reader accepts exactly one spelling of a value, so that what was signed is what was read.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from uuid import UUID

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


class Malformed(ValueError):
    """A message from outside does not have the one accepted form; the text says which field and why."""

    code = "malformed"


def b64(raw: bytes) -> str:
    """Bytes to base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: object, field: str, size: int | None = None) -> bytes:
    """base64url without padding to bytes, of exactly `size` bytes if it is given. Raises Malformed."""
    if not isinstance(text, str) or not _BASE64URL.match(text):
        raise Malformed(f"{field} is not base64url without padding")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise Malformed(f"{field} is not base64url without padding") from error
    if b64(raw) != text:
        raise Malformed(f"{field} is not in its one canonical spelling")
    if size is not None and len(raw) != size:
        raise Malformed(f"{field} must have {size} bytes and has {len(raw)}")
    return raw


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a field is given twice")
    return found


def fields(message: object, names: Iterable[str], what: str) -> dict[str, object]:
    """A JSON object (parsed, or its text) that has exactly the named fields. Raises Malformed."""
    if isinstance(message, str | bytes):
        try:
            message = json.loads(message, object_pairs_hook=_no_duplicates)
        except Malformed:
            raise
        except (ValueError, RecursionError) as error:
            raise Malformed(f"{what} is not JSON") from error
    if not isinstance(message, Mapping):
        raise Malformed(f"{what} is not an object")
    wanted, given = set(names), set(message)
    if missing := sorted(wanted - given):
        raise Malformed(f"{what} lacks {', '.join(missing)}")
    if unknown := sorted(ascii(name) for name in given - wanted):
        # In ASCII: a name may hold half a surrogate pair, which no answer could be encoded with.
        raise Malformed(f"{what} has unknown fields: {', '.join(unknown)[:200]}")
    return dict(message)


def whole(value: object, field: str, low: int, high: int) -> int:
    """An integer (no bool, no float) of low ... high. Raises Malformed."""
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"{field} must be an integer of {low} to {high}")
    return value


def text(value: object, field: str, pattern: re.Pattern[str]) -> str:
    """A string that matches the whole pattern. Raises Malformed."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(f"{field} is not of the form {pattern.pattern}")
    return value


def uuid(value: object, field: str) -> UUID:
    """A UUID in its canonical spelling: lower-case, with hyphens. Raises Malformed."""
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != value:
        raise Malformed(f"{field} is not a canonical UUID")
    return parsed
