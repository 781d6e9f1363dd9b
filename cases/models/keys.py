"""Whose keys plain values, case keys and facts are encrypted to: the directory, and the grants of case keys."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class PublicKey(models.Model):
    """A public key of an institution (`user` is null) or of one of its people. Its private half never comes here.

    32 bytes of X25519 (RFC 7748) for HPKE (RFC 9180); `fingerprint` is the SHA-256 of `public`, in hex. A revoked one
    is never encrypted to again and stays in the directory.
    """

    class End(models.TextChoices):
        """Why a key was revoked."""

        ROTATED = "rotated", _("Replaced by a newer one")
        LOST = "lost", _("Lost")
        COMPROMISED = "compromised", _("Somebody else may have it")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("members.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    public = models.BinaryField(max_length=32, unique=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    published_by = models.CharField(max_length=80)
    published_at = models.DateTimeField(auto_now_add=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="revoked_with_reason", condition=Q(revoked_at=None) ^ ~Q(end="")),
        ]

    def __str__(self) -> str:
        return self.fingerprint

    @property
    def is_live(self) -> bool:
        """Whether anything is still encrypted to it."""
        return self.revoked_at is None


class KeyGrant(models.Model):
    """One generation of a case's key, encrypted to one public key by a participant's browser or client.

    `sealed` is HPKE's encapsulated key and cipher text; `mac` binds the row to the server's case key (cases.sealing).
    `check_value` is a hash of the case key, the same in all grants of a generation: who opens a grant sees whether it
    is the key that the others have.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    generation = models.PositiveIntegerField()
    key = models.ForeignKey(PublicKey, on_delete=models.PROTECT, related_name="grants")
    sealed = models.BinaryField()
    check_value = models.BinaryField(max_length=32)
    mac = models.BinaryField()
    granted_by = models.CharField(max_length=80)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "generation", "key"], name="one_grant_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.generation} to {self.key_id}"
