"""How a figure is taken: work and floor alternate in one run, the median of at least five is kept."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from unittest.mock import patch


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `ratio` compares ours with the floor; `target` is what it should reach."""

    what: str
    ours: float
    floor: float | None
    unit: str
    ratio: float | None
    target: str
    reached: bool | None

    @classmethod
    def rate(cls, what: str, ours: float, floor: float, unit: str, at_least: float) -> "Row":
        """Rates: more is better; the ratio is ours over the floor."""
        ratio = ours / floor
        return cls(what, ours, floor, unit, ratio, f"≥ {at_least:g}", ratio >= at_least)

    @classmethod
    def cost(cls, what: str, ours: float, floor: float, unit: str, at_most: float) -> "Row":
        """Times or bytes: less is better; the ratio is ours over the floor."""
        ratio = ours / floor
        return cls(what, ours, floor, unit, ratio, f"≤ {at_most:g} × floor", ratio <= at_most)

    @classmethod
    def bound(cls, what: str, ours: float, unit: str, at_most: float) -> "Row":
        """A figure with a limit of its own and no floor."""
        return cls(what, ours, None, unit, None, f"≤ {at_most:g} {unit}", ours <= at_most)

    @classmethod
    def plain(cls, what: str, ours: float, unit: str) -> "Row":
        """A figure to know, without a target."""
        return cls(what, ours, None, unit, None, "", None)


def medians(
    *works: Callable[[], object], rounds: int = 5, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """The median seconds of each work; they take turns, so that what slows the machine slows all of them."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for taken, work in zip(seconds, works, strict=True):
            began = clock()
            work()
            taken.append(clock() - began)
    return [statistics.median(taken) for taken in seconds]


@contextmanager
def apart(*names: str) -> Iterator[dict[str, float]]:
    """The seconds that each of these functions took while the context lasted; `names` are module.function."""
    taken = dict.fromkeys(names, 0.0)

    def timed(name: str) -> Callable[..., object]:
        module, _, function = name.rpartition(".")
        called = getattr(import_module(module), function)

        def work(*args: object, **named: object) -> object:
            began = time.perf_counter()
            try:
                return called(*args, **named)
            finally:
                taken[name] += time.perf_counter() - began

        return work

    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch(name, timed(name)))
        yield taken
