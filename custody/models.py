"""What the platform keeps of custody: keys that members registered, budgets, and counters. The key epoch itself is the
ceremony's transcript, a public file; no element and no share is ever stored here."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import signing


class SigningKey(models.Model):
    """An Ed25519 public key of an institution: `signing` signs its evaluation requests, `approval` its budgets."""

    class Purpose(models.TextChoices):
        SIGNING = "signing", _("Signing requests")
        APPROVAL = "approval", _("Approving budgets")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    # One key, one owner, one purpose, for ever: a key that was revoked never comes back.
    public_key = models.BinaryField(max_length=32, unique=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey("members.User", on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "purpose"], condition=Q(revoked_at=None), name="one_live_key_a_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.ref}"

    @property
    def text(self) -> str:
        """The key as `alliance init` prints it and a custodian enrols it."""
        return signing.text_of(bytes(self.public_key))


class Budget(models.Model):
    """A declared budget: so many values until such a day, asked for by one, approved and granted by two others."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Waits for approval")
        APPROVED = "approved", _("Waits for the alliance")
        GRANTED = "granted", _("Granted")
        EXHAUSTED = "exhausted", _("Used up")
        REFUSED = "refused", _("Refused")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=10)
    values = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    until = models.DateField()
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    requested_by = models.ForeignKey("members.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    institution_signature = models.BinaryField(max_length=64, null=True)
    granted_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    alliance_signature = models.BinaryField(max_length=64, null=True)
    refused_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="budget_not_overdrawn", condition=Q(used__lte=F("values"))),
            models.CheckConstraint(
                name="budget_two_persons",
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="budget_granted_with_both_signatures",
                condition=~Q(status__in=["granted", "exhausted"])
                | Q(institution_signature__isnull=False, alliance_signature__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-requested_at", "-id"], name="budget_by_institution")]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def left(self) -> int:
        """Values that may still be evaluated."""
        return self.values - self.used

    @property
    def is_over(self) -> bool:
        """True once its last day is past, in UTC as custodians read it (docs/protocol.md)."""
        return self.until < timezone.now().date()


class QuotaDay(models.Model):
    """Values charged to an institution, or to an analyst of the portal, on one day under one key."""

    institution = models.ForeignKey("members.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=10)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)
    minute = models.DateTimeField(null=True)
    minute_used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="quota_of_one_party",
                condition=Q(institution=None, user__isnull=False) | Q(institution__isnull=False, user=None),
            ),
            models.UniqueConstraint(
                fields=["institution", "user", "key", "day"], nulls_distinct=False, name="one_quota_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} on {self.day}"


class Charge(models.Model):
    """A request that was counted. The same request again, with another quorum, is relayed and not counted."""

    signer = models.CharField(max_length=45)
    request = models.UUIDField()
    # The SHA-256 of blinded elements, which are uniform random: it shows nothing, and one id stands for one body.
    body_sha256 = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField()
    budget = models.ForeignKey(Budget, null=True, on_delete=models.PROTECT, related_name="+")
    charged_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["signer", "request"], name="one_charge_a_request")]

    def __str__(self) -> str:
        return str(self.request)
