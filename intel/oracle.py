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
    """A sighting: which digest in which circle, by which institution, in which clue, and what may keep it back.

    `hold` is the digest's, as intel.models.Digest.Hold counts them; `is_new` says that the clue is clear evidence of a
    time after the hold.
    """

    circle: Hashable
    digest: Hashable
    institution: int
    clue: Hashable
    is_live: bool = True
    hold: int = 0
    is_new: bool = False

    @property
    def matches(self) -> bool:
        """Live, and not kept back: a warned digest never matches, a delisted one by new evidence alone."""
        warned, delisted = 1, 4
        return self.is_live and self.hold != warned and (self.hold != delisted or self.is_new)


Expected = Mapping[tuple[Hashable, Hashable], Mapping[int, int]]
"""(circle, digest) -> institution -> number of its clues, for every collision that ought to be."""


def collisions(sightings: Iterable[Seen], owners: Mapping[int, int]) -> Expected:
    """Every collision with its parties. `owners` maps institution to ownership group."""
    live = {one for one in sightings if one.matches}
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
