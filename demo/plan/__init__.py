"""A plan of clues from a seed: pure and deterministic, so that the alliance's answer can be checked exactly."""

from datetime import datetime
from random import Random

from demo import roster
from demo.plan.expected import expected_collisions
from demo.plan.gangs import write_gangs
from demo.plan.noise import write_background, write_noise, write_split
from demo.plan.rows import TOOL, VICTIM, Expected, Indicator, Plan, Row, Story
from demo.plan.values import Mint
from demo.plan.writing import Draft

__all__ = ["TOOL", "VICTIM", "Expected", "Indicator", "Plan", "Row", "Story", "expected_collisions", "make_plan"]

CLUES = 20_000
SEED = 20_260
_GANG_SHARE = 0.27
_FEWEST = 600


def make_plan(*, seed: int = SEED, clues: int = CLUES, until: datetime) -> Plan:
    """Exactly `clues` clues of the year before `until` (aware): gangs, noise and background, in order of time.

    Equal arguments give equal plans; another seed gives other values. Raises ValueError for fewer clues than the
    gangs and the noise of a believable alliance need.
    """
    if clues < _FEWEST:
        raise ValueError(f"A plan needs at least {_FEWEST} clues.")
    rng = Random(seed)  # noqa: S311 - a plan is reproducible, not secret
    draft = Draft(rng, until, Mint(rng))
    write_gangs(draft, round(clues * _GANG_SHARE))
    write_noise(draft, clues)
    write_split(draft, max(3, round(clues / 1_000)))
    write_background(draft, clues)
    rows = draft.filed()
    return Plan(rows, tuple(draft.stories), expected_collisions(rows, roster.DEMO.owners))
