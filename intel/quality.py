"""How good an institution's filings are: a pure function of what others made of them and of how they were filed.

Five shares, each of good ones among those that could be judged, so filing more of the same changes nothing. No Django,
no clock. docs/quality.md says it in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FULL = 10_000
"""All of it, in hundredths of a percent; a score is between 0 and this."""
ENOUGH = 20
"""Judged ones from which a share speaks for itself; below, what is missing counts as the usual share."""
GRACE_DAYS = 90
"""A new member is in band B for so long, whatever its score."""
_BANDS = (("A", 8_000), ("B", 6_000), ("C", 4_000), ("D", 0))


@dataclass(frozen=True, slots=True)
class Share:
    """`good` ones of so many that could be judged."""

    good: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.of:
            raise ValueError(f"{self.good} of {self.of} is no share")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five parts: its weight in percent, and the share that is usual where nothing is known."""

    code: str
    weight: int
    usual: int


PARTS = (
    Part("confirmed", 40, 6_500),
    Part("standing", 25, 9_000),
    Part("complete", 15, 7_000),
    Part("fresh", 10, 7_000),
    Part("in_time", 10, 7_000),
)
"""confirmed: of the values that others confirmed or called false, those that a counting confirmation backs.
standing: of the values that collided, those that were not delisted. complete: of the four things a clue may say of its
evidence, those it says. fresh: clues filed within 30 days of what was seen. in_time: collisions triaged when due."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A score with what each part adds to it (hundredths of a percent), and the band it alone would give."""

    score: int
    points: Mapping[str, int]
    band: str


def quality(shares: Mapping[str, Share]) -> Quality:
    """The quality of these shares, one for each code of PARTS. Raises KeyError if one is missing."""
    points = {part.code: part.weight * estimate(shares[part.code], part.usual) // 100 for part in PARTS}
    score = sum(points.values())
    return Quality(score, points, next(band for band, least in _BANDS if score >= least))


def estimate(share: Share, usual: int) -> int:
    """What a share tells: itself from ENOUGH on; below, drawn towards the usual one by what is missing."""
    if share.of == 0:
        return usual
    own, known = share.good * FULL // share.of, min(share.of, ENOUGH)
    return (own * known + usual * (ENOUGH - known)) // ENOUGH


def band_of(found: Quality, days_a_member: int) -> str:
    """The band of an institution: B while it is new."""
    return "B" if days_a_member < GRACE_DAYS else found.band
