"""Two runs beside each other: equal bit for bit, or how many scores differ and what happened in between."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from intel.models import Run, RunScore
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict

_OPINIONS = frozenset({"confirmed", "refuted", "outdated", "disputed"})
CLUES, OPINIONS, HOLD, TIME, RULE, EPOCH = "clues", "opinions", "hold", "time", "rule", "epoch"
"""Why a score differs: clues were withdrawn, suspended, erased or came late; opinions were given or changed; the digest
was held or freed; the runs are as of different moments; by another rule or engine; the value is under another key."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs compare. `why` counts each reason once a collision, so its sum may exceed `differing`."""

    collisions: int
    differing: int
    why: Counter[str] = field(default_factory=Counter)

    @property
    def is_equal(self) -> bool:
        """Every score and every input of it is the same."""
        return not self.differing


def compare_runs(actor: Actor, one: Run, other: Run) -> Comparison:
    """Compare the rows of two finished runs. Raises Forbidden, Conflict if one is not finished or was pruned."""
    actor.require(Capability.MANAGE_RULES)
    for run in (one, other):
        if run.result_sha256 is None:
            raise Conflict(_("A run that is not finished cannot be compared."), code="run_unfinished")
    if bytes(one.result_sha256 or b"") == bytes(other.result_sha256 or b""):
        return Comparison(one.rows or other.rows or 0, 0)
    for run in (one, other):
        if run.rows is None:
            raise Conflict(
                _("The scores of one of the runs are pruned; its checksum says only that they differ."),
                code="run_pruned",
            )
    return _compare(one, other)


def _compare(one: Run, other: Run) -> Comparison:
    # A digest that no clue names any more has left both runs; what is left of it is that the numbers do not add up.
    lost = max((run.rows or 0) - RunScore.objects.filter(run=run).count() for run in (one, other))
    differing, collisions, why = lost, lost, Counter({CLUES: lost} if lost else ())
    for mine, theirs in _side_by_side(one, other):
        collisions += 1
        reasons = _reasons(mine, theirs, same_moment=one.as_of == other.as_of)
        if reasons:
            differing += 1
            why.update(reasons)
    return Comparison(collisions, differing, why)


_Row = tuple[int, int, int, dict[str, Any]]


def _side_by_side(one: Run, other: Run) -> Iterator[tuple[_Row | None, _Row | None]]:
    """The rows of both by digest, None where one has none; two ordered streams, one row of each in memory."""
    left, right = _rows(one), _rows(other)
    mine, theirs = next(left, None), next(right, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and mine[0] < theirs[0]):
            yield mine, None
            mine = next(left, None)
        elif mine is None or theirs[0] < mine[0]:
            yield None, theirs
            theirs = next(right, None)
        else:
            yield mine, theirs
            mine, theirs = next(left, None), next(right, None)


def _rows(run: Run) -> Iterator[_Row]:
    rows = RunScore.objects.filter(run=run).order_by("digest_id").values_list("digest_id", "epoch", "score", "inputs")
    return rows.iterator(chunk_size=5000)


def _reasons(mine: _Row | None, theirs: _Row | None, *, same_moment: bool) -> set[str]:
    if mine is None or theirs is None:
        return {CLUES if same_moment else TIME}
    if mine[1:] == theirs[1:]:
        return set()
    reasons = {EPOCH} if mine[1] != theirs[1] else set()
    changed = {name for name in mine[3] | theirs[3] if mine[3].get(name) != theirs[3].get(name)}
    if not changed:
        return reasons | ({RULE} if mine[2] != theirs[2] else set())
    if not same_moment:
        return reasons | {TIME}
    if changed & _OPINIONS:
        reasons.add(OPINIONS)
    if "hold" in changed:
        reasons.add(HOLD)
    if changed - _OPINIONS - {"hold"}:
        reasons.add(CLUES)
    return reasons
