"""Evidence: files encrypted before they come here, their checksums, and every touch of each.

A file is a version of a piece of evidence, encrypted by chunks under the case key (docs/protocol.md) and uploaded in
parts, each its own file on disk. Nothing is replaced: another file is another version.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.police import EvidenceRequest


class Evidence(models.Model):
    """One piece of evidence. `hold_*` is a legal hold: while it lasts nothing of it is erased, whatever has expired.

    `custody_count` and `custody_mac` bind its chain of custody entries to their number and to the last one.
    """

    class Kind(models.TextChoices):
        RECORDING = "recording", _("Recording")
        CHAT = "chat", _("Chat export")
        FORGED = "forged", _("Forged document")
        PAYMENT = "payment", _("Payment record")
        SCREENSHOT = "screenshot", _("Screenshot")
        LETTER = "letter", _("Complaint letter")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.BinaryField()
    source = models.BinaryField(null=True)
    """How and where the provider came by it: stands in its statement (电子证明文件)."""
    acquired_on = models.DateField(null=True, blank=True)
    request = models.ForeignKey(
        EvidenceRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    created_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField()
    hold_instrument = models.CharField(max_length=80, blank=True)
    hold_until = models.DateField(null=True, blank=True)
    held_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(null=True, blank=True)
    """From then on no version is added (封存)."""
    erased_at = models.DateTimeField(null=True, blank=True)
    custody_count = models.PositiveIntegerField(default=0)
    custody_mac = models.BinaryField(null=True)

    class Meta:
        verbose_name_plural = "evidence"
        constraints: ClassVar = [
            models.CheckConstraint(name="hold_has_instrument", condition=Q(hold_until=None) | ~Q(hold_instrument="")),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class EvidenceVersion(models.Model):
    """One file. `source_*` were computed at the source before encryption, `cipher_*` there and again on arrival.

    Sizes in bytes. `started_by` is the actor, `started_by_user` the person if it was one. `mac` binds checksums, sizes,
    salt and the checksums of the parts to this row under the server's case key: a row whose cipher text was exchanged
    for another's is refused, and the refusal recorded.
    """

    class State(models.TextChoices):
        """uploading > checking, dropped · checking > kept, refused · kept > erased"""

        UPLOADING = "uploading", _("Uploading")
        CHECKING = "checking", _("Being checked")
        KEPT = "kept", _("Kept")
        REFUSED = "refused", _("Refused: the checksums differ")
        DROPPED = "dropped", _("Dropped")
        ERASED = "erased", _("Erased")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADING)
    name = models.BinaryField()
    generation = models.PositiveIntegerField()
    salt = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    cipher_size = models.BigIntegerField()
    source_sha256 = models.BinaryField(max_length=32)
    source_sm3 = models.BinaryField(max_length=32)
    cipher_sha256 = models.BinaryField(max_length=32, null=True)
    cipher_sm3 = models.BinaryField(max_length=32, null=True)
    mac = models.BinaryField(null=True)
    started_by = models.CharField(max_length=80)
    started_by_user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    checked_bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evidence", "number"], name="one_evidence_version_a_number"),
            models.CheckConstraint(
                name="version_kept_whole",
                condition=~Q(state="kept")
                | Q(cipher_sha256__isnull=False, cipher_sm3__isnull=False, mac__isnull=False, kept_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class EvidencePart(models.Model):
    """A stretch of a version's cipher text that has arrived; `cases.locker` says how long and where it lies."""

    version = models.ForeignKey(EvidenceVersion, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "number"], name="one_part_a_number")]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.number}"


class CustodyEntry(models.Model):
    """A touch of one piece of evidence: who, when, why. `chain` is the SHA-256 of the entry and the chain before it.

    A trigger keeps rows as they are; only `reason` may be sealed again under another key of the server.
    """

    class Act(models.TextChoices):
        RECEIVED = "received", _("Received")
        VIEWED = "viewed", _("Viewed")
        COPIED = "copied", _("Copied")
        TRANSFERRED = "transferred", _("Transferred")
        SEALED = "sealed", _("Sealed")
        HELD = "held", _("Put under a legal hold")
        RELEASED = "released", _("Released from a legal hold")
        REFUSED = "refused", _("Refused: not what was kept")
        ERASED = "erased", _("Erased")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="custody")
    version = models.ForeignKey(EvidenceVersion, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=12, choices=Act.choices)
    at = models.DateTimeField()
    institution = models.ForeignKey("members.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80)
    to = models.ForeignKey("members.Institution", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.BinaryField(null=True)
    chain = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "custody entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evidence", "number"], name="one_custody_entry_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.ref}"
