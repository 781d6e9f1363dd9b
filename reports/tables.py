"""A report's table, and the rule that no published number gives a small one away. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

SMALLEST = 3
"""Counts below this are not published; zero is a count like any other, so that nobody can tell 0 from 2."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: from the first day of one to before the first day of another, in the reader's zone."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its count; None for one that is not published."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A report as published."""

    code: str
    title: str
    method: str
    """How the number is computed, in words."""
    head: str
    rows: Sequence[Row]
    total: int | None
    """None where it is small itself, or where rows overlap and a total would mean nothing."""


def published(counts: Sequence[int]) -> list[int | None]:
    """The counts with None for each that must not be published, even to a reader who knows the sum and this rule.

    Counts below SMALLEST are hidden. If the sum of the hidden ones would give them away (there is just one, or all
    are as large as a hidden count can be), the smallest other count is hidden with them (complementary suppression).
    """
    hidden = {place for place, count in enumerate(counts) if count < SMALLEST}
    rest = sum(counts[place] for place in hidden)
    if rest and (len(hidden) == 1 or rest == (SMALLEST - 1) * len(hidden)):
        others = [place for place in range(len(counts)) if place not in hidden]
        hidden |= {min(others, key=lambda place: (counts[place], place))} if others else set()
    return [None if place in hidden else count for place, count in enumerate(counts)]


def make_table(
    code: str, title: str, method: str, head: str, counts: Sequence[tuple[str, int]], *, adds_up: bool = True
) -> Table:
    """A publishable table of labelled counts. `adds_up`: the rows part one whole, so that their sum means something."""
    shown = published([count for _label, count in counts])
    whole = sum(count for _label, count in counts)
    is_known = adds_up and (whole >= SMALLEST or whole == 0) and not (whole and all(count is None for count in shown))
    rows = [Row(label, count) for (label, _count), count in zip(counts, shown, strict=True)]
    return Table(code, title, method, head, rows, whole if is_known else None)
