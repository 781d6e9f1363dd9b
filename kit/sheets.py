"""The one writer of tables for a spreadsheet: whatever a cell holds, opening the file runs nothing.

CSV: a cell that a spreadsheet would take for a formula begins with an apostrophe. XLSX: every cell is written as a text
(`write_string`), so there is no formula, number or link that anybody but the reader made.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

import xlsxwriter

MARK = "\ufeff"
"""What makes a spreadsheet read a CSV as UTF-8; it stands before the first line."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The full-width signs too: a Chinese or Japanese spreadsheet takes them for the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST_CELL = 32_767
_WIDTH = 18
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def harmless(cell: object) -> str:
    """The text of a cell of a CSV as no spreadsheet takes it for a formula; empty for None."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Each row as a line of a CSV (RFC 4180), one at a time, so that a long table needs no memory."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """A whole CSV with the mark."""
    return MARK + "".join(csv_lines(rows))


def write_csv(rows: Iterable[Sequence[object]], to: IO[bytes]) -> None:
    """A whole CSV with the mark into an open file, line by line."""
    to.write(MARK.encode())
    for line in csv_lines(rows):
        to.write(line.encode())


def write_xlsx(rows: Iterable[Sequence[object]], to: IO[bytes], *, sheet: str) -> None:
    """A workbook of one sheet into an open file; the first row is its head. Rows go to disk as they come.

    `sheet` is ours, at most 31 characters. A text longer than a cell holds (32,767) is cut there. The bytes depend on
    the rows alone: no time of writing stands in the file.
    """
    with xlsxwriter.Workbook(to, {"constant_memory": True}) as book:
        book.set_properties({"created": _NO_TIME})
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        page.freeze_panes(1, 0)
        for at, row in enumerate(rows):
            if at == 0:
                page.set_column(0, max(0, len(row) - 1), _WIDTH)
            for place, cell in enumerate(row):
                page.write_string(at, place, _text(cell), bold if at == 0 else None)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)[:_LONGEST_CELL]


class _Echo:
    """What a CSV writer writes to; it hands each line back."""

    write: Callable[[str], str] = staticmethod(str)
