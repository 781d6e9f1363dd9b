"""What institutions report: a submission of clues, each with its sightings of digests."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """A batch of clues from one institution. It stays pending until `matched_at` is set: the row is the truth."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("Portal")
        FILE = "file", _("File")
        API = "api", _("API")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    filed_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    idempotency_key = models.CharField(max_length=80)
    body_sha256 = models.BinaryField(max_length=32)
    filename = models.CharField(max_length=200, blank=True)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    collisions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "idempotency_key"], name="one_submission_a_key")
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-received_at", "-id"], name="submission_by_institution"),
            models.Index(fields=["received_at"], condition=Q(matched_at=None), name="submission_pending"),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_pending(self) -> bool:
        """True until a worker has matched it."""
        return self.matched_at is None


class RowError(models.Model):
    """Why one row of a submission was refused; the row itself stays with the member."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="row_errors")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    detail = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["submission", "row"], name="one_error_a_row")]

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"


class Clue(models.Model):
    """One or more digests seen together, with typology, time and grade of proof."""

    class Proof(models.TextChoices):
        SUSPICION = "suspicion", _("Suspicion")
        REASONABLE = "reasonable", _("Reasonable grounds")
        CLEAR = "clear", _("Clear evidence")

    class Role(models.TextChoices):
        AGENT = "agent", _("Agent")
        ACTOR = "actor", _("Suspected actor")
        VICTIM = "victim", _("Potential victim")
        UNKNOWN = "unknown", _("Unknown")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="clues")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    typology = models.CharField(max_length=40)
    proof = models.CharField(max_length=12, choices=Proof.choices)
    role = models.CharField(max_length=10, choices=Role.choices)
    observed_at = models.DateTimeField()
    filed_at = models.DateTimeField()
    note = models.BinaryField(null=True)
    own_reference = models.BinaryField(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="clue_not_from_the_future", condition=Q(observed_at__lte=F("filed_at")))
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Digest(models.Model):
    """A sealed digest in a circle. Its key never changes, so a new pepper re-seals this row and no other.

    `sealed` is AES-SIV(pepper, N, suite ‖ key id ‖ kind ‖ pepper id), 48 bytes (docs/protocol.md).
    """

    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField()
    suite = models.PositiveSmallIntegerField()
    epoch = models.PositiveSmallIntegerField()
    pepper = models.CharField(max_length=16)
    sealed = models.BinaryField(max_length=48)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["sealed", "circle"], name="one_digest_a_circle")]

    def __str__(self) -> str:
        return f"digest {self.pk}"


class Sighting(models.Model):
    """One institution's statement that it saw one digest in one clue; a withdrawal deletes it."""

    pk = models.CompositePrimaryKey("digest_id", "clue_id")
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="sightings", db_index=False)
    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="sightings")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"digest {self.digest_id} in clue {self.clue_id}"
