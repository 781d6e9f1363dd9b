"""From what each side saw to the inputs of a score: which of its facts count, and whose."""

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from intel.scoring.inputs import Inputs
from privacy.kinds import BY_NUMBER

FEW = 3
"""A side's clues below this many count as this many: the score tells nobody which of one and two it is."""
_MONTH = 30
_PERSONS = "cnid/1"
_STRONG = sum(1 << number for number, kind in BY_NUMBER.items() if not kind.weak)
_TELLING = sum(
    1 << number for number, kind in BY_NUMBER.items() if not kind.weak and not kind.public and kind.label != _PERSONS
)


@dataclass(frozen=True, slots=True)
class Witness:
    """What one ownership group saw of a digest: how many of its clues say what, its best proof, its first and last day.

    `padded` counts each of its institutions' clues as FEW at least.
    """

    institutions: int
    clues: int
    padded: int
    proof: int
    agents: int
    victims: int
    first: date
    last: date


def inputs_of(
    *,
    kind: int,
    hold: int,
    witnesses: Sequence[Witness],
    shared: Collection[int],
    opinions: Mapping[str, int],
    as_of: date,
) -> Inputs:
    """The inputs of one collision on a day. There are at least two witnesses.

    `shared` has each set of kinds, as bits, that a pair of clues of two groups shares besides; `opinions` says how many
    groups hold which verdict.
    """
    return Inputs(
        kind=kind,
        groups=len(witnesses),
        institutions=sum(one.institutions for one in witnesses),
        clues=sum(one.padded for one in witnesses),
        seen=_second(max(one.clues, FEW) for one in witnesses),
        shared=_most(shared) | (1 << kind & _STRONG),
        proof=_second(one.proof for one in witnesses),
        agents=_second(_share(one.agents, one.clues) for one in witnesses),
        victim=int(all(one.victims == one.clues for one in witnesses)),
        age=max(0, (as_of - _month_end(max(one.last for one in witnesses))).days),
        gap=_gap(witnesses) // _MONTH * _MONTH,
        confirmed=opinions.get("confirmed", 0),
        refuted=opinions.get("false", 0),
        outdated=opinions.get("outdated", 0),
        disputed=opinions.get("disputed", 0),
        hold=hold,
    )


def _second(numbers: Iterable[int]) -> int:
    return sorted(numbers, reverse=True)[1]


def _share(some: int, clues: int) -> int:
    """None, a minority, half or more, or all of the clues: 0, 25, 75 or 100 percent."""
    if some == 0:
        return 0
    return 100 if some == clues else 75 if 2 * some >= clues else 25


def _most(shared: Collection[int]) -> int:
    """The pair that shares most: kinds that point at an agent before a person's, a domain's or a company's."""
    strong = {bits & _STRONG for bits in shared}
    return max(strong, key=lambda bits: ((bits & _TELLING).bit_count(), bits.bit_count(), bits), default=0)


def _gap(witnesses: Sequence[Witness]) -> int:
    """The longest time between what some groups saw and what the next one saw after them; 0 if they overlap."""
    in_turn = sorted(witnesses, key=lambda one: (one.first, one.last))
    longest, until = 0, in_turn[0].last
    for one in in_turn[1:]:
        longest = max(longest, (one.first - until).days)
        until = max(until, one.last)
    return longest


@lru_cache(maxsize=512)
def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
