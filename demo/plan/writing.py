"""Turning what happened into clues: who files, when it was observed, under which reference."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from demo import roster
from demo.plan import words
from demo.plan.rows import Indicator, Row, Story
from demo.plan.values import Mint

_HOURS = (9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16, 16, 17, 18, 19, 20, 21)


@dataclass(slots=True)
class Draft:
    """A plan while it is being written."""

    rng: Random
    until: datetime
    mint: Mint
    rows: list[Row] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)

    def file(
        self,
        institution: str,
        circle: str,
        indicators: list[Indicator],
        *,
        story: str,
        typology: str,
        role: str,
        observed_at: datetime,
        note: str = "",
        proof: str | None = None,
    ) -> None:
        """Add one clue of an institution; every value is spelled anew, as another hand would write it."""
        grade = proof or self.rng.choices(("suspicion", "reasonable", "clear"), (46, 44, 10))[0]
        spelled = tuple(self.mint.rewrite(one) for one in {(i.kind, i.canonical): i for i in indicators}.values())
        self.rows.append(Row(institution, circle, typology, grade, role, observed_at, spelled, note, "", story))

    def tell(self, ref: str, circle: str, institutions: list[str], lead: Indicator) -> Story:
        """Note a story of noise; its shape is the first part of its reference."""
        shape = ref.rsplit("-", 1)[0]
        story = Story(ref, shape, circle, tuple(sorted(institutions)), words.typology(self.rng, circle), lead)
        self.stories.append(story)
        return story

    def innocent(self, hurried: float) -> tuple[str, str]:
        """Role and proof that an analyst gives somebody innocent; one in a hurry takes them for an agent or actor."""
        if self.rng.random() < hurried:
            return self.rng.choice(("agent", "actor")), "reasonable"
        return "unknown", "suspicion"

    def any_circle(self) -> str:
        """One of the circles, as often as clues are filed to it."""
        return self.rng.choices((roster.CREDIT, roster.AGENCY), (68, 32))[0]

    def filed(self) -> tuple[Row, ...]:
        """The clues in order of time, each with the running number its institution's own system gave it."""
        count: Counter[str] = Counter()
        rows = []
        for row in sorted(self.rows, key=lambda row: (row.observed_at, row.institution)):
            count[row.institution] += 1
            short = roster.BY_CODE[row.institution].short
            rows.append(replace(row, own_reference=f"{short}-{count[row.institution]:06d}"))
        return tuple(rows)

    def moment(self, first: datetime, last: datetime) -> datetime:
        """A moment of a working day between two days, never after the plan's end."""
        days = max((last - first).days, 0)
        day = first + timedelta(days=self.rng.randint(0, days))
        at = day.replace(hour=self.rng.choice(_HOURS), minute=self.rng.randrange(60), second=self.rng.randrange(60))
        return min(at, self.until - timedelta(minutes=self.rng.randint(5, 600)))

    def any_moment(self) -> datetime:
        """A moment of the last year."""
        return self.moment(self.until - timedelta(days=364), self.until - timedelta(days=1))

    def members_of(self, circle: str, count: int) -> list[str]:
        """`count` institutions of a circle, of at least two owners, the larger ones more often; count ≥ 2."""
        pool = list(roster.CIRCLES[circle].members)
        while True:
            chosen: list[str] = []
            while len(chosen) < count:
                left = [code for code in pool if code not in chosen]
                weights = [roster.BY_CODE[code].weight + 4 for code in left]
                chosen.append(self.rng.choices(left, weights)[0])
            if len(roster.groups_of(set(chosen))) >= 2:
                return chosen
