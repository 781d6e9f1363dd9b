"""Rules and runs for the operators who propose and decide: parameters, progress and sums, no collision and no name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from intel.models import Run, ScoringRule
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden, NotFound
from kit.suppression import THRESHOLD, withheld
from privacy.kinds import BY_NUMBER

HIGH, MIDDLE = 7, 4
"""The tenths from which a collision is of the first class of the service levels, and of the second."""
RUNS_LISTED = 50
SHORTEST_PREFIX = 6


def rules_for(actor: Actor) -> QuerySet[ScoringRule]:
    """Every scoring rule, newest first. Raises Forbidden."""
    _require(actor)
    return ScoringRule.objects.order_by("-number")


def rule_for(actor: Actor, number: int, *, lock: bool = False) -> ScoringRule:
    """One rule, locked if asked. Raises Forbidden, NotFound."""
    rules = rules_for(actor)
    rule = (rules.select_for_update() if lock else rules).filter(number=number).first()
    if rule is None:
        raise NotFound
    return rule


def runs_for(actor: Actor, rule: ScoringRule | None = None) -> list[Run]:
    """The newest runs, of one rule or of all. Raises Forbidden."""
    _require(actor)
    runs = Run.objects.select_related("rule", "baseline").order_by("-started_at", "-pk")
    return list((runs if rule is None else runs.filter(rule=rule))[:RUNS_LISTED])


def run_for(actor: Actor, ref: UUID) -> Run:
    """One run. Raises Forbidden, NotFound."""
    _require(actor)
    run = Run.objects.select_related("rule", "baseline").filter(ref=ref).first()
    if run is None:
        raise NotFound
    return run


def run_by_prefix(actor: Actor, text: str) -> Run | None:
    """The one run whose reference begins so; None if there is none or more than one. Raises Forbidden."""
    _require(actor)
    if len(text) < SHORTEST_PREFIX or not set(text) <= set("0123456789abcdef-"):
        return None
    runs = Run.objects.select_related("rule", "baseline").annotate(text=Cast("ref", CharField()))
    found = list(runs.filter(text__startswith=text)[:2])
    return found[0] if len(found) == 1 else None


def _require(actor: Actor) -> None:
    if not (actor.may(Capability.MANAGE_RULES) or actor.may(Capability.DECIDE_RULES)):
        raise Forbidden(code="capability_missing", capability=str(Capability.MANAGE_RULES))


# --- What the difference page shows ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as an operator sees it: `text` is its digits, "<3", or "*" if it would give such a one away."""

    text: str
    number: int | None
    """None if it is not shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule does to a part of the collisions; `mean` is the mean change in hundredths, None if not shown."""

    name: Any
    collisions: Shown
    rose: Shown
    fell: Shown
    same: Shown
    mean: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The numbers of a shadow run as its page shows them."""

    whole: Line
    tenths: tuple[tuple[int, Shown, Shown], ...]
    """(first point of the tenth, how many by the rule before, by this one)."""
    stretches: tuple[Shown, ...]
    """How many changed by how much, as crossing.running.STEPS divides them."""
    classes: tuple[tuple[Shown, ...], ...]
    """From high, middle, low by the rule before to high, middle, low by this one."""
    kinds: tuple[Line, ...]
    sizes: tuple[Line, ...]
    tops: tuple[tuple[int, Shown], ...]
    """(so many first places, how many stand there by both rules)."""


def difference_for(actor: Actor, run: Run) -> Difference | None:
    """What a finished shadow run changed; None for another run. Raises Forbidden."""
    _require(actor)
    found = run.difference
    if found is None:
        return None
    kinds = {BY_NUMBER[int(kind)]: moved for kind, moved in found["kinds"].items()}
    sizes = {int(size): moved for size, moved in found["sizes"].items()}
    return Difference(
        whole=_line("", found["whole"], _shown([sum(_moves(found["whole"]))])[0]),
        tenths=_tenths(found["tenths"]),
        stretches=_shown(found["stretches"]),
        classes=_classes(found["tenths"]),
        kinds=_lines(kinds),
        sizes=_lines(sizes),
        tops=tuple((int(size), _few(both)) for size, both in found["tops"].items()),
    )


def _few(count: int) -> Shown:
    return Shown(str(count), count) if count >= THRESHOLD else Shown(f"<{THRESHOLD}", None)


def _shown(counts: Sequence[int]) -> tuple[Shown, ...]:
    """Counts that add up to a number that is shown too: besides the small ones, those that would give them away."""
    hidden = withheld({str(place): count for place, count in enumerate(counts)})
    return tuple(
        Shown("*", None) if str(place) in hidden and count >= THRESHOLD else _few(count)
        for place, count in enumerate(counts)
    )


def _moves(moved: Mapping[str, int]) -> tuple[int, int, int]:
    return moved["rose"], moved["fell"], moved["same"]


def _line(name: object, moved: Mapping[str, int], collisions: Shown) -> Line:
    if collisions.number is None:
        return Line(name, collisions, collisions, collisions, collisions, None)
    rose, fell, same = _shown(_moves(moved))
    return Line(name, collisions, rose, fell, same, round(moved["change"] / collisions.number))


def _lines(parts: Mapping[Any, Mapping[str, int]]) -> tuple[Line, ...]:
    counts = _shown([sum(_moves(moved)) for moved in parts.values()])
    return tuple(_line(name, moved, shown) for (name, moved), shown in zip(parts.items(), counts, strict=True))


def _tenths(cells: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, Shown, Shown], ...]:
    before, after = [0] * 10, [0] * 10
    for old, new, number in cells:
        before[old] += number
        after[new] += number
    return tuple((10 * place, *both) for place, both in enumerate(zip(_shown(before), _shown(after), strict=True)))


def _classes(cells: Sequence[tuple[int, int, int]]) -> tuple[tuple[Shown, ...], ...]:
    table = [[0] * 3 for _ in range(3)]
    for old, new, number in cells:
        table[_class(old)][_class(new)] += number
    return tuple(_shown(row) for row in table)


def _class(tenth: int) -> int:
    return 0 if tenth >= HIGH else 1 if tenth >= MIDDLE else 2
