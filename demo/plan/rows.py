"""What a plan is made of."""

from dataclasses import dataclass
from datetime import datetime

GANGS = frozenset({"gang", "thin", "sisters"})
TOOL, VICTIM = "tool", "victim"


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

    `shape` is gang, thin (a gang of few clues, all of mere suspicion), sisters (a gang that one owner alone saw), split
    (a value in two circles), or an innocent one: recycled, family, complainant, switchboard, practice (a lawful
    adviser), courier, delivery, callcentre, hotline. `institutions` are those that hold its `lead` value in `circle`;
    `victims` the values of people in a gang's hands: they recur with it and are none of its tools.
    """

    ref: str
    shape: str
    circle: str
    institutions: tuple[str, ...]
    typology: str
    lead: Indicator
    victims: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_gang(self) -> bool:
        """True for people who work several institutions, however thinly they were seen."""
        return self.shape in GANGS


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

    def truths(self) -> dict[tuple[str, str], str]:
        """Why each (kind, value) of a story is there: TOOL of a gang, its VICTIM, or the story's innocent shape."""
        stories = {story.ref: story for story in self.stories}
        found = {}
        for row in self.rows:
            if (story := stories.get(row.story)) is None:
                continue
            for one in row.indicators:
                value = (one.kind, one.canonical)
                found[value] = VICTIM if value in story.victims else TOOL if story.is_gang else story.shape
        return found
