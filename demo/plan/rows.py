"""What a plan is made of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Indicator:
    """A plain value: its canonical form, which the plan knows by construction, and one way people write it."""

    kind: str
    canonical: str
    written: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clue as an analyst files it. `story` says why it exists and never leaves the plan."""

    institution: str
    circle: str
    typology: str
    proof: str
    role: str
    observed_at: datetime
    indicators: tuple[Indicator, ...]
    note: str
    own_reference: str
    story: str


@dataclass(frozen=True, slots=True)
class Story:
    """Why some values recur: a gang, or the noise that only looks like one.

    `shape` is gang, sisters (a gang that one owner alone saw), recycled, family, switchboard, hotline or complainant.
    `institutions` are those that hold its `lead` value in `circle`.
    """

    ref: str
    shape: str
    circle: str
    institutions: tuple[str, ...]
    typology: str
    lead: Indicator


@dataclass(frozen=True, slots=True)
class Expected:
    """A collision the plan implies: one value in one circle, and how many clues each party has with it."""

    circle: str
    kind: str
    value: str
    clues: tuple[tuple[str, int], ...]

    @property
    def parties(self) -> frozenset[str]:
        """The institutions that hold the value."""
        return frozenset(code for code, _ in self.clues)


@dataclass(frozen=True, slots=True)
class Plan:
    """All clues in order of time, why some recur, and what must collide."""

    rows: tuple[Row, ...]
    stories: tuple[Story, ...]
    expected: tuple[Expected, ...]

    def rows_of(self, institution: str) -> list[Row]:
        """The clues of one institution in the order it filed them."""
        return [row for row in self.rows if row.institution == institution]

    def values(self) -> set[tuple[str, str]]:
        """Every distinct (kind, canonical value)."""
        return {(one.kind, one.canonical) for row in self.rows for one in row.indicators}
