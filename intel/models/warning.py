"""What must not match: warning lists, and the review of digests that are too common."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WarningList(models.Model):
    """Public values that are nobody's guilt: hotlines, courts, couriers, members' own lines."""

    class Sort(models.TextChoices):
        HOTLINE = "hotline", _("Hotlines")
        COURT = "court", _("Courts and authorities")
        COURIER = "courier", _("Couriers")
        MEMBER = "member", _("Members' own lines")
        OTHER = "other", _("Other")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    sort = models.CharField(max_length=10, choices=Sort.choices)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.code


class WarningVersion(models.Model):
    """A whole list as one member proposed it. In force once two others approved it, until the next one is.

    `signature` is the alliance's Ed25519 over the canonical JSON of the published version (docs/protocol.md).
    `applied` counts the entries that the worker has held (in force) or freed (replaced); `applied_at` says it is done.
    """

    class State(models.TextChoices):
        """A trigger refuses every other step than these: proposed > active, refused · active > retired."""

        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("In force")
        RETIRED = "retired", _("Replaced")
        REFUSED = "refused", _("Refused")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    list = models.ForeignKey(WarningList, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=500)
    epoch = models.PositiveIntegerField()
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True, db_default="", default="")
    refusal = models.CharField(max_length=500, blank=True, db_default="", default="")
    applied = models.PositiveIntegerField(db_default=0, default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    signature = models.BinaryField(max_length=64, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["list"], condition=Q(state="active"), name="one_version_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} version {self.number}"


class WarningEntry(models.Model):
    """One public value of a version, or a prefix of values. `digest` is its N, which a prefix has none of."""

    version = models.ForeignKey(WarningVersion, on_delete=models.CASCADE, related_name="entries")
    kind = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=200)
    is_prefix = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=32, null=True)
    label = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "kind", "value", "is_prefix"], name="one_entry_a_value"),
            models.CheckConstraint(
                name="entry_digest_or_prefix", condition=Q(is_prefix=True) ^ Q(digest__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.value


class WarningApproval(models.Model):
    """That another institution computed the same digests of a version itself and approves it."""

    pk = models.CompositePrimaryKey("version_id", "institution_id")
    version = models.ForeignKey(WarningVersion, on_delete=models.CASCADE, related_name="approvals", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    approved_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.institution_id} approves {self.version_id}"


class HoldReview(models.Model):
    """What a party's lead says of an over-common digest: release it, or keep it from matching."""

    class Verdict(models.TextChoices):
        RELEASE = "release", _("Release")
        KEEP = "keep", _("Keep")

    pk = models.CompositePrimaryKey("digest_id", "institution_id")
    digest = models.ForeignKey("intel.Digest", on_delete=models.CASCADE, related_name="reviews", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    reviewed_by = models.CharField(max_length=80)
    reviewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.verdict} {self.digest_id}"
