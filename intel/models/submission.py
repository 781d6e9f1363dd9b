"""What institutions report: a submission of clues, and what was wrong with the rows that were refused."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """A batch of clues from one institution. It stays pending until `matched_at` is set: the row is the truth."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("Portal")
        FILE = "file", _("File")
        API = "api", _("API")

    class Status(models.TextChoices):
        MATCHING = "matching", _("Matching")
        MATCHED = "matched", _("Matched")
        FAILED = "failed", _("Failed")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    filed_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    idempotency_key = models.CharField(max_length=80)
    body_sha256 = models.BinaryField(max_length=32)
    filename = models.CharField(max_length=200, blank=True)
    epoch = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    digests = models.PositiveIntegerField(default=0)
    voices = models.JSONField(default=list)
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    starts = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    collisions = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0, db_default=0)
    held_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "idempotency_key"], name="one_submission_a_key"),
            models.CheckConstraint(
                name="submission_matched_or_failed", condition=Q(matched_at=None) | Q(failed_at=None)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-received_at", "-ref"], name="submission_by_institution"),
            models.Index(fields=["institution", "body_sha256"], name="submission_by_body"),
            models.Index(fields=["received_at"], condition=Q(matched_at=None), name="submission_unmatched"),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def status(self) -> str:
        """`matching` until a worker has matched it or given up on it."""
        if self.matched_at is not None:
            return str(self.Status.MATCHED)
        return str(self.Status.MATCHING if self.failed_at is None else self.Status.FAILED)


class RowError(models.Model):
    """Why one row of a submission was refused: a code of `intel/row_errors.py`, nothing that the row held."""

    pk = models.CompositePrimaryKey("submission_id", "row")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="row_errors", db_index=False)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    code = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"
