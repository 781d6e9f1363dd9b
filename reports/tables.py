"""What a report consists of: breakdowns, the months they are counted in, and cells of which some are withheld."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise

from kit.language import in_readers_language
from kit.suppression import shown_total, withheld
from reports.periods import Period

ALL = "all"
"""The breakdown of the raw counts that holds the totals."""
NOW = ""
"""The only `month` of a report that shows a state, not a history."""

Counts = Mapping[tuple[str, str, str], int]
"""Raw counts by (breakdown, month, category code); they never leave `reports.catalogue`."""


@dataclass(frozen=True, slots=True)
class Category:
    """A line's category under a stable code."""

    code: str
    name_zh: str
    name_en: str

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way to split the total, with all its categories, those without any record included.

    `part_of` names a cell of an earlier breakdown, (breakdown, category): this one splits that cell, not the total.
    """

    code: str
    name: str | Promise
    categories: tuple[Category, ...]
    part_of: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of the shown cells; `complete` if no cell was withheld, otherwise it is a lower bound."""

    count: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A breakdown with its protected cells by (month, category code): None is a withheld cell.

    `totals` are what its lines split, by month: the table's own, or the cell that the breakdown is part of.
    """

    breakdown: Breakdown
    cells: Mapping[tuple[str, str], int | None]
    totals: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A report's numbers as they may be shown."""

    months: tuple[str, ...]
    totals: Mapping[str, int | None]
    sections: tuple[Section, ...]

    @property
    def listed(self) -> tuple[str, ...]:
        """The months whose total is shown: of the others nothing is."""
        return tuple(month for month in self.months if self.totals[month] is not None)

    @property
    def total(self) -> Sum:
        """The whole period."""
        return summed(self.totals[month] for month in self.months)


@dataclass(frozen=True, slots=True)
class Report:
    """An entry of the catalogue. `rows` counts and protects; `dated` is false for a state without months."""

    name: str
    title: str | Promise
    icon: str
    how: tuple[str | Promise, ...]
    rows: Callable[[Period], Table]
    dated: bool = True


def summed(cells: Iterable[int | None]) -> Sum:
    """The sum of shown cells."""
    known = list(cells)
    return Sum(sum(cell for cell in known if cell is not None), None not in known)


def protect(months: Iterable[str], breakdowns: Iterable[Breakdown], counts: Counts) -> Table:
    """The table of raw counts: the only way from a count to a reader. Each month of a breakdown is a line."""
    every = tuple(months)
    totals = {month: shown_total(counts.get((ALL, month, ""), 0)) for month in every}
    sections: dict[str, Section] = {}
    for breakdown in breakdowns:
        # What is withheld is split by nothing that is shown: the parts of a withheld cell would add up to it.
        split = totals if breakdown.part_of is None else _cells_of(sections, breakdown.part_of, every)
        sections[breakdown.code] = _section(every, split, breakdown, counts)
    return Table(every, totals, tuple(sections.values()))


def _cells_of(sections: Mapping[str, Section], of: tuple[str, str], months: Iterable[str]) -> dict[str, int | None]:
    code, category = of
    return {month: sections[code].cells[month, category] for month in months}


def _section(
    months: tuple[str, ...], totals: Mapping[str, int | None], breakdown: Breakdown, counts: Counts
) -> Section:
    cells: dict[tuple[str, str], int | None] = {}
    for month in months:
        line = {one.code: counts.get((breakdown.code, month, one.code), 0) for one in breakdown.categories}
        hidden = line.keys() if totals[month] is None else withheld(line)
        cells |= {(month, code): None if code in hidden else count for code, count in line.items()}
    return Section(breakdown, cells, totals)


def category(code: str, label: str | Promise) -> Category:
    """A category of a translated label."""
    with translation.override("zh-hans"):
        name_zh = str(label)
    with translation.override("en"):
        return Category(code, name_zh, str(label))
