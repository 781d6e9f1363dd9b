"""What must collide, by plain set computation: the answer the platform has to give without seeing a value."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from demo.plan.rows import Expected, Row


def expected_collisions(rows: Iterable[Row], owners: Mapping[str, str]) -> tuple[Expected, ...]:
    """Every value that institutions of two owners filed to one circle, with the clues of all its holders there.

    `owners` maps an institution's code to its ownership group. An institution counts a value once a clue.
    """
    held: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for kind, value in {(one.kind, one.canonical) for one in row.indicators}:
            held[row.circle, kind, value][row.institution] += 1
    return tuple(
        Expected(circle, kind, value, tuple(sorted(clues.items())))
        for (circle, kind, value), clues in sorted(held.items())
        if len({owners[code] for code in clues}) >= 2
    )
