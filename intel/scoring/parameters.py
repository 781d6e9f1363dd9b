"""The numbers of a rule: what each fact is worth. Members vote on them; the engine's code stays as it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

HIGHEST = 10_000
"""Full score, in hundredths of a point."""


@dataclass(frozen=True, slots=True, order=True)
class Curve:
    """How a kind ages: freshness is 1 - (t / days)^(100 / bend), t in days; nothing is left after `days`."""

    kind: int
    days: int
    bend: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """A rule. Worths are hundredths of a point, shares are percent. `curves` and `kinds` are in order of kind."""

    groups: int
    """Worth of being held by `groups_full` ownership groups or more; two of them get the logarithm's part."""
    groups_full: int
    seen: int
    """Worth of being seen `seen_full` times by a second group."""
    seen_full: int
    shared: int
    """Worth of a pair of clues that shares `shared_full` percent of kinds besides this one."""
    shared_full: int
    kinds: tuple[tuple[int, int], ...]
    """(kind, percent): what a shared kind counts. A kind that is not named counts 100, a weak one never."""
    person: int
    """The kind that names one person; 0 for none. A pair of clues that shares it is about that person, whose phone and

    device it shares besides: all of it together keeps `person_keeps` percent of its worth.
    """
    person_keeps: int
    weak: tuple[int, ...]
    """Kinds that never corroborate: alone they score no more than `weak_cap`."""
    proof: int
    """Worth of clear evidence from two groups; reasonable grounds get `proof_reasonable` percent of it."""
    proof_reasonable: int
    agents: int
    """Worth of two groups that always call it an agent's or an actor's."""
    unsure_keeps: int
    """How much of the worth of `seen` and `shared`, in percent, is left where nobody calls it an agent's.

    That many know a value and meet it in the same company says what it is the same as, not that it is an agent's.
    """
    rarity: int
    """Worth of being as rare as can be; it falls with the logarithm of the clues to nothing at `common`."""
    common: int
    confirmed: int
    """Added for each group that confirms, three of them at most."""
    refuted: int
    """Taken off for each group that says false; likewise `outdated` and `disputed`."""
    outdated: int
    disputed: int
    gap_days: int
    """A number rests about so long before it is given out again; a longer gap keeps `gap_keeps` percent."""
    gap_keeps: int
    curves: tuple[Curve, ...]
    """Kind 0 is every kind that is not named."""
    longest: int
    """Days after which nothing is left, whatever the curve."""
    weak_cap: int
    victim_cap: int
    common_cap: int
    """The most that an over-common digest scores while it waits for its review."""

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Parameters":
        """The parameters as `to_json` gave them. Raises ValueError for another shape or a number out of range."""
        if set(stored) != {one.name for one in fields(cls)}:
            raise ValueError("These are not the parameters of a rule.")
        try:
            return cls(
                **{
                    **stored,
                    "kinds": tuple((kind, percent) for kind, percent in stored["kinds"]),
                    "weak": tuple(stored["weak"]),
                    "curves": tuple(Curve(**curve) for curve in stored["curves"]),
                }
            )
        except TypeError as error:
            raise ValueError(f"A parameter has another shape: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """Names to whole numbers, lists and objects, ready for canonical JSON."""
        return {
            **asdict(self),
            "kinds": [list(one) for one in self.kinds],
            "weak": list(self.weak),
            "curves": [asdict(curve) for curve in self.curves],
        }

    def curve(self, kind: int) -> Curve:
        """The curve of a kind."""
        found = {curve.kind: curve for curve in self.curves}
        return found.get(kind, found[0])


_PERCENT = {"proof_reasonable", "gap_keeps", "person_keeps", "unsure_keeps"}
_AT_LEAST_TWO = {"groups_full", "seen_full", "common"}
_AT_LEAST_ONE = {"shared_full", "gap_days", "longest"}


def _check(rule: Parameters) -> None:
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.name in {"kinds", "weak", "curves"}:
            continue
        if type(value) is not int or value < 0:
            raise ValueError(f"{one.name} is a whole number from 0 on.")
        least = 2 if one.name in _AT_LEAST_TWO else 1 if one.name in _AT_LEAST_ONE else 0
        most = 100 if one.name in _PERCENT else HIGHEST
        if not least <= value <= most:
            raise ValueError(f"{one.name} is between {least} and {most}.")
    if rule.seen_full <= 3 or rule.common <= 6:
        raise ValueError("seen_full is above 3 and common above 6: fewer clues are all alike.")
    numbers = [*rule.weak, *(number for pair in rule.kinds for number in pair)]
    if any(type(number) is not int or number < 0 for number in numbers) or any(share > 100 for _, share in rule.kinds):
        raise ValueError("kinds and weak are kind numbers, with percents up to 100.")
    if 0 not in {curve.kind for curve in rule.curves}:
        raise ValueError("curves name kind 0, for every kind that is not named.")
    if any(type(n) is not int or n < 1 for curve in rule.curves for n in (curve.days, curve.bend)):
        raise ValueError("A curve has days and a bend from 1 on.")


RULE_1 = Parameters(
    groups=700,
    groups_full=5,
    seen=2_500,
    seen_full=12,
    shared=2_800,
    shared_full=250,
    # A resident ID is one person at two institutions, as any customer may be; a domain or a company anybody can name.
    kinds=((4, 0), (11, 10), (12, 10)),
    person=4,
    person_keeps=20,
    weak=(8, 10),
    proof=800,
    proof_reasonable=60,
    agents=2_300,
    unsure_keeps=10,
    rarity=900,
    common=50,
    confirmed=600,
    refuted=2_500,
    outdated=1_500,
    disputed=1_000,
    gap_days=90,
    gap_keeps=30,
    curves=(
        Curve(0, 180, 50),
        Curve(1, 180, 50),
        Curve(2, 365, 50),
        Curve(3, 180, 50),
        Curve(4, 730, 50),
        Curve(5, 365, 50),
        Curve(6, 365, 50),
        Curve(7, 365, 50),
        Curve(8, 365, 50),
        Curve(9, 180, 50),
        Curve(10, 30, 50),
        Curve(11, 365, 50),
        Curve(12, 730, 50),
    ),
    longest=1_826,
    weak_cap=2_500,
    victim_cap=2_500,
    common_cap=2_000,
)
"""The rule an alliance begins with: tuned on the generator's seeds 1 to 5 and no others."""
