"""What a score is computed from: counts and days, nothing that says who or what."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts of one collision on one day. All are whole numbers, none is negative.

    Where a fact could be pushed up by one side alone, the second best ownership group's counts: nobody strengthens a
    collision without an independent witness who goes as far.
    """

    kind: int
    """The digest's kind, by number (privacy.kinds)."""
    groups: int
    """Independent ownership groups that hold it."""
    institutions: int
    clues: int
    """Clues that hold it; an institution's below three count as three, as the page shows them."""
    seen: int
    """Clues of the group that saw it second most often; below three they count as three."""
    shared: int
    """Kinds shared by the one pair of clues of two groups that shares most: bit k is kind number k."""
    proof: int
    """The second best group's best grade: 0 suspicion, 1 reasonable grounds, 2 clear evidence."""
    agents: int
    """How many of the second best group's clues call it an agent's or an actor's, in percent.

    0 for none, 25 for fewer than half, 75 for half or more, 100 for all of them.
    """
    victim: int
    """1 if every clue calls it a victim's, else 0."""
    age: int
    """Days since the end of the month of the newest observation."""
    gap: int
    """Days between the last observation of one group and the first of the next, in whole stretches of 30 days."""
    confirmed: int
    """Groups whose opinion counts and who confirm."""
    refuted: int
    """Groups who say it is false."""
    outdated: int
    disputed: int
    hold: int
    """The digest's hold by number (intel.models.Digest.Hold)."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                raise ValueError(f"{name} is not a count: {value!r}")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Inputs":
        """The inputs as `to_json` gave them. Raises ValueError for another shape."""
        if set(stored) != {field.name for field in fields(cls)}:
            raise ValueError("These are not the inputs of this engine.")
        return cls(**stored)

    def to_json(self) -> dict[str, int]:
        """Names to numbers."""
        return asdict(self)
