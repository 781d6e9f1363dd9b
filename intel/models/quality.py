"""What a member gave and got, and how good its filings were, a row a night."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class QualityScore(models.Model):
    """An institution's quality on one day: `parts` are the five parts in hundredths with their counts."""

    pk = models.CompositePrimaryKey("institution_id", "day")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    parts = models.JSONField()
    score = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="quality_score_in_range", condition=Q(score__lte=10_000)),
            models.CheckConstraint(name="quality_band_known", condition=Q(band__in=["A", "B", "C", "D"])),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.day}: {self.band}"


class Contribution(models.Model):
    """What an institution gave the alliance and got from it, all told at the end of a day."""

    pk = models.CompositePrimaryKey("institution_id", "day")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    clues = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    corroborated = models.PositiveIntegerField()
    collisions = models.PositiveIntegerField()
    confirmations_given = models.PositiveIntegerField()
    confirmations_got = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.institution_id} {self.day}"
