"""Keyset paging by (moment, id) or (number, id), so that equal moments or numbers neither repeat nor lose a row."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from kit.errors import Invalid

Row = TypeVar("Row")
Record = TypeVar("Record", bound=Model)
MAX_LIMIT = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """The place after a row: what the rows are ordered by, as a whole number, and the row's random id."""

    number: int
    id: UUID

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.number.to_bytes(8, "big") + self.id.bytes).decode()

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that a page's `next_cursor` names; None for an empty text. Raises Invalid for anything else."""
        if not text:
            return None
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
            if len(raw) != 24:
                raise ValueError("a cursor has 24 bytes")
            return cls(int.from_bytes(raw[:8], "big"), UUID(bytes=raw[8:]))
        except (ValueError, binascii.Error) as error:
            raise invalid_cursor() from error


def invalid_cursor() -> Invalid:
    """What a cursor that is none of ours is refused with."""
    return Invalid(_("This cursor is not one of ours; begin again without it."), code="invalid_cursor")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after the last row of a page: its moment and its random id. Opaque to whoever carries it."""

    moment: datetime
    id: UUID

    def __str__(self) -> str:
        return str(Place((self.moment - _EPOCH) // timedelta(microseconds=1), self.id))

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor of a page's `next_cursor`; None for an empty text. Raises Invalid for anything else."""
        place = Place.read(text)
        if place is None:
            return None
        try:
            return cls(_EPOCH + timedelta(microseconds=place.number), place.id)
        except OverflowError as error:
            raise invalid_cursor() from error


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and the cursor of the page after them, empty on the last page."""

    rows: Sequence[Row]
    next_cursor: str


def check_limit(limit: int) -> int:
    """The limit, if it lies in 1 to 200. Raises Invalid."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(_("A page holds 1 to %(most)d rows.") % {"most": MAX_LIMIT}, code="invalid_limit")
    return limit


def newest(rows: QuerySet[Record], *, moment: str, id: str, cursor: str, limit: int) -> tuple[list[Record], str]:
    """At most `limit` rows after the cursor, newest first by the fields `moment` and `id`, and the next cursor.

    Raises Invalid for a cursor or limit that is not one.
    """
    after = Cursor.read(cursor)
    check_limit(limit)
    if after is not None:
        same = Q(**{moment: after.moment, f"{id}__lt": after.id})
        # The first condition follows from the second; an index is read from the cursor on by it alone.
        rows = rows.filter(**{f"{moment}__lte": after.moment}).filter(Q(**{f"{moment}__lt": after.moment}) | same)
    found = list(rows.order_by(f"-{moment}", f"-{id}")[: limit + 1])
    if len(found) <= limit:
        return found, ""
    last = found[limit - 1]
    return found[:limit], str(Cursor(getattr(last, moment), getattr(last, id)))
