"""The queue as a file: what the filters show, row by row, and a record that it was taken out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from intel.queries.collisions import CollisionRow, collisions_for
from intel.queries.queue import Asked
from kit import sheets
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.paging import MAX_LIMIT

MOST = 10_000
"""Rows of a file."""
IN_MEMORY = 1024 * 1024
"""Bytes; a longer file is written to disk."""
FORMATS = {"xlsx": sheets.XLSX_TYPE, "csv": sheets.CSV_TYPE}
Cells = Callable[[CollisionRow], Sequence[object]]


@dataclass(frozen=True, slots=True)
class Export:
    """An open file at its beginning, closed by whoever sends it; `is_cut` if there are more rows than MOST."""

    file: IO[bytes]
    name: str
    content_type: str
    rows: int
    is_cut: bool


def export_collisions(actor: Actor, asked: Asked, *, format: str, head: Sequence[str], cells: Cells) -> Export:
    """The collisions that fit, in their order and at most MOST, as xlsx or csv under `head`; `cells` words a row.

    Memory is bounded by a page of rows. Raises Forbidden, Invalid.
    """
    actor.require(Capability.VIEW_COLLISIONS)
    if format not in FORMATS:
        raise Invalid(_("The format is xlsx or csv."), code="invalid_format")
    written = _Written()
    rows = written.counted(actor, asked, head, cells)
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    if format == "csv":
        sheets.write_csv(rows, file)
    else:
        sheets.write_xlsx(rows, file, sheet="collisions")
    file.seek(0)
    filters = {name: str(value) for name, value in _given(asked).items()}
    audit.record(actor, "collision.exported", actor.institution_ref, rows=written.rows, format=format, filters=filters)
    name = f"collisions-{timezone.localdate():%Y-%m-%d}.{format}"
    return Export(file, name, FORMATS[format], written.rows, written.is_cut)


def _given(asked: Asked) -> dict[str, object]:
    """The filters that are set."""
    empty = Asked()
    return {name: value for name in Asked.__slots__ if (value := getattr(asked, name)) != getattr(empty, name)}


@dataclass(slots=True)
class _Written:
    """What went into a file."""

    rows: int = 0
    is_cut: bool = False

    def counted(self, actor: Actor, asked: Asked, head: Sequence[str], cells: Cells) -> Iterator[Sequence[object]]:
        """The head and the rows, page by page."""
        yield head
        cursor = ""
        while True:
            page = collisions_for(actor, asked, cursor=cursor, limit=MAX_LIMIT)
            for row in page.rows:
                yield cells(row)
            self.rows += len(page.rows)
            cursor = page.next_cursor
            if not cursor or self.rows >= MOST:
                self.is_cut = bool(cursor)
                return
