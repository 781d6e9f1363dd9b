"""An institution's own quality and contribution; of the others only how many are in each band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intel.models import Contribution, QualityScore
from intel.quality import ENOUGH, FULL, GRACE_DAYS, PARTS
from intel.queries import crossing
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.institutions import band_counts, filing_terms, members_since

CHARTED = 90
"""Days of the chart."""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of the score: its weight in percent, what it added of that, and the counts behind it."""

    code: str
    weight: int
    points: float
    good: int
    of: int

    @property
    def is_thin(self) -> bool:
        """Too few were judged for the share to speak for itself."""
        return self.of < ENOUGH


@dataclass(frozen=True, slots=True)
class OwnQuality:
    """The institution's quality on the last day that was closed; no parts before the first."""

    band: str
    grace_until: datetime | None
    """Until when it is in band B whatever its score; None once that is over."""
    day: date | None
    score: float | None
    """0 to 100."""
    parts: Sequence[PartRow]
    bands: Mapping[str, str]
    """How many members are in each band: digits, or "<3"."""
    history: Sequence[Contribution]
    """By day, oldest first, at most CHARTED."""

    @property
    def latest(self) -> Contribution | None:
        """What it gave and got, all told."""
        return self.history[-1] if self.history else None


def quality_for(actor: Actor) -> OwnQuality:
    """The quality of the actor's institution. Raises Forbidden."""
    actor.require(Capability.VIEW_QUALITY)
    institution = actor.own_institution()
    row = QualityScore.objects.filter(institution_id=institution).order_by("-day").first()
    history = list(Contribution.objects.filter(institution_id=institution).order_by("-day")[:CHARTED])
    until = members_since()[institution] + timedelta(days=GRACE_DAYS)
    return OwnQuality(
        band=filing_terms(institution).band,
        grace_until=until if row is None or (row.day - until.date()).days < 0 else None,
        day=row.day if row else None,
        score=row.score / 100 if row else None,
        parts=_parts(row) if row else (),
        bands={band: crossing.shown_count(number) for band, number in band_counts().items()},
        history=history[::-1],
    )


def _parts(row: QualityScore) -> tuple[PartRow, ...]:
    return tuple(
        PartRow(
            part.code,
            part.weight,
            row.parts[part.code]["points"] * 100 / FULL,
            row.parts[part.code]["good"],
            row.parts[part.code]["of"],
        )
        for part in PARTS
    )
