"""A report as a file, as rows of a page and as the island that a chart reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.sheets import csv_text
from kit.suppression import THRESHOLD
from reports.periods import Period
from reports.tables import Category, Report, Section, Sum, Table, summed

WITHHELD = "*"
"""What stands in place of a withheld number."""
RULE = _(
    "Counts below 3 are withheld, and with them the next smallest where the total would give them away. A month with "
    "fewer than 3 in all is withheld whole. Sums over the period contain shown counts only."
)
_DRAWN = 3
_HEAD = ("breakdown", "month", "code", "name_zh", "name_en", "count")


def csv_of(report: Report, period: Period, table: Table) -> bytes:
    """The report for a spreadsheet: UTF-8 with the mark that Excel wants, CRLF, one row a cell.

    The bytes depend on report, period and numbers alone: no time of reading, no reader, and both languages, so whoever
    asks again gets the same file and the same SHA-256.
    """
    return csv_text((*_preamble(report, period), (), _HEAD, *_cells(table))).encode()


def _preamble(report: Report, period: Period) -> Iterator[Sequence[str]]:
    yield ("report", report.name, *_both(report.title))
    if report.dated:
        yield ("period", str(period.first), str(period.last), str(period.begins.tzinfo))
    yield ("withheld", WITHHELD, f"< {THRESHOLD}", *_both(RULE))
    for sentence in report.how:
        yield ("computed", *_both(sentence))


def _cells(table: Table) -> Iterator[Sequence[str]]:
    for month in table.months:
        yield ("all", month, "", "", "", _number(table.totals[month]))
    for section in table.sections:
        for month in table.months:
            for one in section.breakdown.categories:
                number = _number(section.cells[month, one.code])
                yield (section.breakdown.code, month, one.code, one.name_zh, one.name_en, number)


def _number(cell: int | None) -> str:
    return WITHHELD if cell is None else str(cell)


def _both(text: str | Promise) -> tuple[str, str]:
    with translation.override("zh-hans"):
        chinese = str(text)
    with translation.override("en"):
        return chinese, str(text)


@dataclass(frozen=True, slots=True)
class Row:
    """A category on the page: its cells in the listed months, and what they sum up to over the whole period."""

    category: Category
    cells: tuple[int | None, ...]
    sum: Sum


def rows_of(table: Table, section: Section) -> list[Row]:
    """The rows of a breakdown as the page lists them."""
    return [
        Row(
            one,
            tuple(section.cells[month, one.code] for month in table.listed),
            summed(section.cells[month, one.code] for month in table.listed),
        )
        for one in section.breakdown.categories
    ]


def total_of(table: Table, section: Section) -> tuple[list[int | None], Sum]:
    """The last row of a breakdown: what each listed month's line splits, and its sum over the whole period."""
    return [section.totals[month] for month in table.listed], summed(section.totals[month] for month in table.months)


def chart_of(table: Table, section: Section) -> dict[str, Any] | None:
    """Labels and series for frontend/chart.js: a series a category by month, or a bar a category where one month is
    listed. A withheld cell is null. None if fewer than three numbers are shown.
    """
    shown = [section.cells[month, one.code] for month in table.listed for one in section.breakdown.categories]
    if sum(cell is not None for cell in shown) < _DRAWN:
        return None
    if len(table.listed) == 1:
        bars = [(str(one), cell) for one, cell in zip(section.breakdown.categories, shown, strict=True) if cell]
        name = table.listed[0] or str(section.breakdown.name)
        return {"labels": [label for label, _cell in bars], "series": [{"name": name, "values": [c for _l, c in bars]}]}
    series = [
        {"name": str(one), "values": [section.cells[month, one.code] for month in table.listed]}
        for one in section.breakdown.categories
    ]
    return {"labels": list(table.listed), "series": [s for s in series if any(v is not None for v in s["values"])]}
