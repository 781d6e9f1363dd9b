"""Who belongs to the alliance: ownership groups, institutions, circles, people and their credentials."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.language import in_readers_language
from members.roles import Role, Scope

OFFICES = frozenset({"police", "issuer", "regulator", "operator"})
"""The kinds of institution that are no members: nobody owns them, and they file no clues."""


class OwnershipGroup(models.Model):
    """Institutions under one owner; they never corroborate each other."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class Institution(models.Model):
    """A member, a police unit, an issuer of papers (a hospital), a regulator or the operator."""

    class Kind(models.TextChoices):
        BANK = "bank", _("Bank")
        CONSUMER_FINANCE = "consumer_finance", _("Consumer finance")
        INSURER = "insurer", _("Insurer")
        FINTECH = "fintech", _("Fintech")
        POLICE = "police", _("Police unit")
        ISSUER = "issuer", _("Issuer of papers")
        REGULATOR = "regulator", _("Regulator")
        OPERATOR = "operator", _("Operator")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    class Band(models.TextChoices):
        """How good a member's filings are (intel's nightly quality score sets it); a new member begins at B."""

        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    class FourEyes(models.TextChoices):
        """From which grade of proof a clue waits for a second person of the institution."""

        NEVER = "never", _("Never")
        CLEAR = "clear", _("Clear evidence")
        REASONABLE = "reasonable", _("Reasonable grounds and above")
        ALWAYS = "always", _("Always")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name_zh = models.CharField(max_length=120, unique=True)
    name_en = models.CharField(max_length=120, unique=True)
    group = models.ForeignKey(OwnershipGroup, null=True, on_delete=models.PROTECT, related_name="institutions")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    band = models.CharField(max_length=1, choices=Band.choices, default=Band.B, db_default=Band.B)
    banded_at = models.DateTimeField(null=True, blank=True)
    four_eyes_from = models.CharField(
        max_length=12, choices=FourEyes.choices, default=FourEyes.CLEAR, db_default=FourEyes.CLEAR
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="member_has_owner",
                condition=Q(kind__in=sorted(OFFICES), group=None)
                | (~Q(kind__in=sorted(OFFICES)) & Q(group__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)

    @property
    def side(self) -> str:
        """`member`, or which of the OFFICES: the key of `roles.ROLES_BY_SIDE`."""
        return self.kind if self.kind in OFFICES else "member"


class Circle(models.Model):
    """The set of institutions that match with each other."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    is_confidential = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    institutions = models.ManyToManyField(Institution, through="Membership", related_name="circles")

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


class Membership(models.Model):
    """An institution in a circle; `left_at` ends it without erasing that it was."""

    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="memberships")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["circle", "institution"], condition=Q(left_at=None), name="one_live_membership"
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} in {self.circle_id}"


class VoiceLibrary(models.Model):
    """A shared voice library of a circle: `vendor:library:engine-version`. Equality holds only inside one."""

    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="voice_libraries")
    name = models.CharField(max_length=120)
    registered_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "voice libraries"
        constraints: ClassVar = [models.UniqueConstraint(fields=["circle", "name"], name="one_library_a_circle")]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person of one institution. What they may do is their roles (`members/roles.py`); Django's own permissions,
    staff and superuser flags do not exist here."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="users")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    roles = ArrayField(models.CharField(max_length=30, choices=Role.choices), default=list)
    is_active = models.BooleanField(default=True)
    locale = models.CharField(max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans")
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    created_at = models.DateTimeField(auto_now_add=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    invitation_hash = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    invitation_expires_at = models.DateTimeField(null=True, blank=True)

    has_second_factor: bool
    """Annotated by `queries.users`; a user fetched otherwise has no such attribute, so forgetting it fails loudly."""

    objects = BaseUserManager["User"]()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """`disabled`, `invited` (the invitation is not taken yet) or `active`."""
        if not self.is_active:
            return "disabled"
        return "active" if self.enrolled_at else "invited"


class Credential(models.Model):
    """A member system's key to the API. Only the SHA-256 of its 256-bit secret is kept."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="credentials")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """`revoked`, `expired` or `live`."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if self.is_live else "expired"


class Mark(models.Model):
    """A short-lived note of the sign-in walls: failed attempts of an address or account, a code already used.

    In the database, so that every web process sees the same count and a restart forgets none.
    """

    key = models.CharField(max_length=250, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
