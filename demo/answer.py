"""The alliance's answer against the plan's: the same collisions, in the same circles, with the same parties and counts.

The database holds no values, so collisions are compared by what is left of them: circle, kind, and how many clues each
party has. Each member's own client then shows how many of them that member is told of.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from demo.plan import Expected
from demo.roster import Cast
from intel.models import Party, Submission
from privacy.kinds import BY_NUMBER

Shape = tuple[str, str, tuple[tuple[str, int], ...]]
"""Circle, kind, and the clues of each party by institution code."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the collisions found compare with those expected; equal means nothing missed and nothing invented."""

    expected: int
    found: int
    missing: int
    surplus: int

    @property
    def is_exact(self) -> bool:
        """True if both are the same multiset."""
        return not self.missing and not self.surplus


def shapes_expected(expected: Iterable[Expected]) -> Counter[Shape]:
    """The plan's collisions without their values."""
    return Counter((one.circle, one.kind, one.clues) for one in expected)


def shapes_found(cast: Cast) -> Counter[Shape]:
    """The collisions in the cast's circles as the database has them."""
    codes = {member.name_en: member.code for member in cast.members}
    rows = Party.objects.filter(circle__code__in=[circle.code for circle in cast.circles]).values_list(
        "collision_id", "circle__code", "kind", "institution__name_en", "clues"
    )
    parties: dict[tuple[int, str, str], dict[str, int]] = {}
    for collision, circle, kind, name, clues in rows:
        parties.setdefault((collision, circle, BY_NUMBER[kind].label), {})[codes[name]] = clues
    return Counter((circle, kind, tuple(sorted(held.items()))) for (_, circle, kind), held in parties.items())


def compare(cast: Cast, expected: Iterable[Expected]) -> Answer:
    """Compare what the plan implies with what the alliance found."""
    wanted, found = shapes_expected(expected), shapes_found(cast)
    return Answer(wanted.total(), found.total(), (wanted - found).total(), (found - wanted).total())


def waiting() -> int:
    """How many submissions a worker has not matched yet."""
    return Submission.objects.filter(matched_at=None, failed_at=None).count()
