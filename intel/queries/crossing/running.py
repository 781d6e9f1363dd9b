"""What runs read: keys of the digests that several institutions hold, and sums over the scores of a run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

_SHARED = """
SELECT digest_id FROM intel_sighting WHERE digest_id > %s
GROUP BY digest_id HAVING min(institution_id) <> max(institution_id) ORDER BY digest_id LIMIT %s
"""
_SHARED_COUNT = """
SELECT count(*) FROM (SELECT FROM intel_sighting GROUP BY digest_id HAVING min(institution_id) <> max(institution_id)) s
"""
STEPS = (-2000, -1000, -500, 0, 1, 501, 1001, 2001)
"""Where one stretch of changes ends and the next begins, in hundredths of a point; the middle one is no change."""
_MOVES = """
SELECT d.kind, d.circle_id, least(r.before / 1000, 9), least(r.score / 1000, 9),
       width_bucket(r.score - r.before, %s::int[]), count(*), sum(r.score - r.before)
FROM intel_runscore r JOIN intel_digest d ON d.id = r.digest_id WHERE r.run_id = %s GROUP BY 1, 2, 3, 4, 5
"""
_BOTH = """
WITH mine AS (SELECT digest_id, before, score FROM intel_runscore WHERE run_id = %s)
SELECT count(*) FROM (SELECT digest_id FROM mine ORDER BY before DESC, digest_id LIMIT %s) was
JOIN (SELECT digest_id FROM mine ORDER BY score DESC, digest_id LIMIT %s) now USING (digest_id)
"""


def shared_digests(after: int, limit: int) -> list[int]:
    """Keys of digests that two or more institutions have sightings of, in order, beyond `after`."""
    return _column(_SHARED, after, limit)


def shared_digests_count() -> int:
    """How many digests `shared_digests` gives in all."""
    return _column(_SHARED_COUNT)[0]


@dataclass(slots=True)
class Moved:
    """How many scores rose and fell, and the sum of the changes in hundredths of a point."""

    rose: int = 0
    fell: int = 0
    same: int = 0
    change: int = 0

    @property
    def collisions(self) -> int:
        """All of them."""
        return self.rose + self.fell + self.same

    def add(self, stretch: int, number: int, change: int) -> None:
        """Count `number` changes of one stretch of STEPS."""
        middle = len(STEPS) // 2
        if stretch > middle:
            self.rose += number
        elif stretch < middle:
            self.fell += number
        else:
            self.same += number
        self.change += change


@dataclass(slots=True)
class Sums:
    """Two rules over the same collisions; counts only, nothing says which. A tenth is ten points wide."""

    whole: Moved = field(default_factory=Moved)
    tenths: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(tenth by the rule before, tenth by this one) -> how many."""
    stretches: Counter[int] = field(default_factory=Counter)
    kinds: dict[int, Moved] = field(default_factory=dict)
    sizes: dict[int, Moved] = field(default_factory=dict)
    """By the number of ownership groups of the circle."""


def sums_of(run: int, owners: Mapping[int, int]) -> Sums:
    """What a shadow run changed; `owners` maps a circle to the number of its ownership groups."""
    sums = Sums()
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, [list(STEPS), run])
        for kind, circle, before, after, stretch, number, change in cursor:
            for one in (
                sums.whole,
                sums.kinds.setdefault(kind, Moved()),
                sums.sizes.setdefault(owners.get(circle, 0), Moved()),
            ):
                one.add(stretch, number, int(change))
            sums.tenths[before, after] += number
            sums.stretches[stretch] += number
    return sums


def in_both_tops(run: int, size: int) -> int:
    """How many of the `size` collisions ranked first by the rule before are among them by this one too."""
    return _column(_BOTH, run, size, size)[0]


def _column(statement: str, *parameters: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [value for (value,) in cursor.fetchall()]
