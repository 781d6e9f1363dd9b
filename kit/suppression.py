"""Small-cell suppression: which numbers of an aggregate are withheld. Pure: counts go in, codes come out.

A *line* is one month of one breakdown: a count for each category. The rule, for each line by itself:

1. every cell below THRESHOLD is withheld, a zero too;
2. if the withheld cells are all equal, or count fewer than THRESHOLD together, the smallest of the other cells are
   withheld with them (all that tie).

A month's total is shown unless it is below THRESHOLD. Every other number of a report, such as the sum over a period, is
computed from shown cells alone, so no choice of periods shows more than the single months do.

What this guarantees. Let R be a report, and assume that the reader knows the rule, every month's total, and every
period's report. Then for each withheld cell there are other data that give the very same R in which that cell holds
another value; so no arithmetic on R yields a withheld cell. The reason is symmetry: the rule depends on the counts and
not on the names of the categories, and two withheld cells of a line differ in value, so exchanging the names of their
categories in that month's records changes the withheld cells and nothing that is shown. (In a line without any shown
cell all cells may be equal; then other counts with the same total are withheld wholly too.) And what the withheld
cells of a line hold together, which the total gives away, is never a number below THRESHOLD other than where the total
itself is withheld.

What it does not guarantee. A withheld cell may be bounded: whoever sees the total knows that no cell exceeds it. It
speaks of one report and one state of the database: two reports count different things, and two readings of a running
month show what came between them. It protects counts, not the fact that a category exists.
"""

from collections.abc import Mapping

THRESHOLD = 3
"""The smallest count that is shown."""


def withheld(line: Mapping[str, int]) -> frozenset[str]:
    """The codes of the cells of a line that must not be shown. Raises ValueError for a negative count."""
    if any(count < 0 for count in line.values()):
        raise ValueError("a count is never negative")
    small = {code for code, count in line.items() if count < THRESHOLD}
    others = [count for count in line.values() if count >= THRESHOLD]
    if not small or not others or not _gives_itself_away([line[code] for code in small]):
        return frozenset(small)
    return frozenset(small | {code for code, count in line.items() if count == min(others)})


def shown_total(total: int) -> int | None:
    """A month's total, or None if it is withheld."""
    return total if total >= THRESHOLD else None


def _gives_itself_away(counts: list[int]) -> bool:
    """True if the sum of these withheld cells, which the total tells, says too much about them."""
    return len(set(counts)) == 1 or sum(counts) < THRESHOLD
