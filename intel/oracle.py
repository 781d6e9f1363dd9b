"""What the collisions ought to be, computed the slow and obvious way. Pure.

It shares no line with matching: every pair of sightings is compared. Tests and `check_invariants` hold the database
against it.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Seen:
    """A live sighting: which digest in which circle, by which institution, in which clue."""

    circle: Hashable
    digest: Hashable
    institution: int
    clue: Hashable


Expected = Mapping[tuple[Hashable, Hashable], Mapping[int, int]]
"""(circle, digest) -> institution -> number of its clues, for every collision that ought to be."""


def collisions(sightings: Iterable[Seen], owners: Mapping[int, int]) -> Expected:
    """Every collision with its parties. `owners` maps institution to ownership group."""
    live = set(sightings)
    independent = {
        (one.circle, one.digest)
        for one, other in combinations(live, 2)
        if one.circle == other.circle
        and one.digest == other.digest
        and owners[one.institution] != owners[other.institution]
    }
    parties: dict[tuple[Hashable, Hashable], Counter[int]] = defaultdict(Counter)
    for one in live:
        if (one.circle, one.digest) in independent:
            parties[one.circle, one.digest][one.institution] += 1
    return parties
