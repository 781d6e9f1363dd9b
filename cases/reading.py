"""Reading the JSON that scripts and systems send: exactly the fields that are expected, or a refusal that says why."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_noop as _

from kit.errors import Invalid
from privacy import encoding
from privacy.encoding import Malformed

MOST_EPOCH = 2**32 - 1
_UNFIT = re.compile("[\x00\ud800-\udfff]")


@contextmanager
def strictly() -> Iterator[None]:
    """Turn Malformed into Invalid "malformed" with the field and why as its `reason`."""
    try:
        yield
    except Malformed as error:
        raise Invalid(_("The request is malformed."), code="malformed", reason=str(error)) from error


def text(value: object, field: str) -> str:
    """A string that can be stored and written out again: without NUL and half a surrogate pair. Raises Malformed."""
    if not isinstance(value, str) or _UNFIT.search(value):
        raise Malformed(f"{field} is not text")
    return value


def day(value: object, field: str) -> date:
    """A day as in 2026-05-01. Raises Malformed."""
    try:
        return date.fromisoformat(text(value, field))
    except ValueError:
        raise Malformed(f"{field} is not a day as in 2026-05-01") from None


def sealed_by_key(rows: object, field: str) -> dict[UUID, bytes]:
    """[{"key", "sealed"}] as cipher text by key; bytes are base64url. Raises Malformed, for a key given twice too."""
    if not isinstance(rows, list):
        raise Malformed(f"{field} must be a list")
    found = [encoding.fields(row, ("key", "sealed"), f"one of {field}") for row in rows]
    sealed = {encoding.uuid(row["key"], "key"): encoding.unb64(row["sealed"], "sealed") for row in found}
    if len(sealed) < len(found):
        raise Malformed("a key is given twice")
    return sealed
