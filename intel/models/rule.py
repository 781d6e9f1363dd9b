"""The rules collisions are scored by, and the runs that applied one."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ScoringRule(models.Model):
    """Parameters of `intel.scoring` under a number that is never reused. One is active; another may run in shadow."""

    class State(models.TextChoices):
        """A trigger refuses every other step than these: proposed > active, refused · active > retired."""

        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")
        REFUSED = "refused", _("Refused")

    number = models.PositiveIntegerField(unique=True)
    parameters = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=500)
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="one_active_rule"),
            models.CheckConstraint(name="rule_decided_by_another", condition=~Q(decided_by=F("proposed_by"))),
        ]

    def __str__(self) -> str:
        return f"rule {self.number}"


class Run(models.Model):
    """All collisions scored at once under one engine and rule as of one moment; its rows are RunScore.

    `result_sha256` is over the rows in the order of their digests, so two runs are equal bit for bit if these are. A
    shadow also scores by `baseline`, the rule that was active when it started, and keeps what differs in `difference`.
    A run that puts a rule into force writes the collisions themselves and has no rows. It goes on after `cursor`, the
    last digest it has done; `attempts` are starts since it last moved. `rows` is how many scores it ended with, none
    once they are pruned; those of a digest that no clue names any more have gone with it.
    """

    class Purpose(models.TextChoices):
        SHADOW = "shadow", _("Shadow of a rule")
        REMATCH = "rematch", _("Computed again")
        SWITCH = "switch", _("Put into force")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    engine = models.PositiveSmallIntegerField()
    rule = models.ForeignKey(ScoringRule, on_delete=models.PROTECT, related_name="runs")
    as_of = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    scored = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(null=True, blank=True)
    baseline = models.ForeignKey(ScoringRule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    difference = models.JSONField(null=True, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    result_sha256 = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "purpose"],
                condition=Q(finished_at=None, failed_at=None) & ~Q(purpose="rematch"),
                name="one_unfinished_run",
            ),
            models.CheckConstraint(name="run_over_once", condition=Q(finished_at=None) | Q(failed_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class RunScore(models.Model):
    """One collision's score in a run, with the inputs it was computed from; `before` is the baseline's score."""

    pk = models.CompositePrimaryKey("run_id", "digest_id")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="scores", db_index=False)
    digest = models.ForeignKey("intel.Digest", on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()
    before = models.PositiveSmallIntegerField(null=True)
    epoch = models.PositiveIntegerField()
    inputs = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest"], name="run_score_of_digest")]

    def __str__(self) -> str:
        return f"{self.digest_id}: {self.score}"
