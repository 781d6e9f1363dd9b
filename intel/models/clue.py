"""Clues, the sealed digests they name, and the sightings between the two."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from intel.models.submission import Submission


class Clue(models.Model):
    """One or more digests seen together, with typology, time and grade of proof; `row` is its line in the upload."""

    class Proof(models.TextChoices):
        SUSPICION = "suspicion", _("Suspicion")
        REASONABLE = "reasonable", _("Reasonable grounds")
        CLEAR = "clear", _("Clear evidence")

    class Role(models.TextChoices):
        AGENT = "agent", _("Agent")
        ACTOR = "actor", _("Suspected actor")
        VICTIM = "victim", _("Potential victim")
        UNKNOWN = "unknown", _("Unknown")

    class State(models.TextChoices):
        """Where a clue is in its life; only a filed one matches. A trigger refuses every other step than these:

        draft > filed, held, refused, withdrawn · held > filed, refused, withdrawn
        filed > suspended, expired, withdrawn
        suspended > filed, expired, withdrawn · expired > withdrawn
        """

        DRAFT = "draft", _("Draft: waits for the lead")
        HELD = "held", _("Held: waits for release")
        FILED = "filed", _("Filed")
        REFUSED = "refused", _("Refused by the lead")
        SUSPENDED = "suspended", _("Suspended")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="clues", db_index=False)
    row = models.PositiveIntegerField()
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    typology = models.CharField(max_length=40)
    proof = models.CharField(max_length=12, choices=Proof.choices)
    role = models.CharField(max_length=10, choices=Role.choices)
    observed_at = models.DateTimeField()
    filed_at = models.DateTimeField()
    note = models.BinaryField(null=True)
    own_reference = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, db_default=State.FILED, default=State.FILED)
    decided_by = models.CharField(max_length=80, blank=True, db_default="", default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.BinaryField(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "row"], name="one_clue_a_row"),
            models.CheckConstraint(name="clue_not_from_the_future", condition=Q(observed_at__lte=F("filed_at"))),
            models.CheckConstraint(name="clue_withdrawn_when", condition=Q(withdrawn_at=None) ^ Q(state="withdrawn")),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "filed_at"], condition=Q(state__in=["draft", "held"]), name="clue_waiting"
            ),
            models.Index(
                fields=["expired_at"], condition=Q(expired_at__isnull=False, erased_at=None), name="clue_to_erase"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Digest(models.Model):
    """A sealed digest in a circle. Its key never changes, so a new pepper re-seals this row and no other.

    `sealed` is AES-SIV(pepper, N, suite ‖ epoch ‖ kind ‖ pepper id), 48 bytes (docs/protocol.md). `hold` is what keeps
    it from matching: a warned, an over-common and a delisted digest collide with nothing, a released one always may.
    `disclosed_at` is when its first collision was found: what an institution filed later may be an echo, also after
    that collision dissolved. `is_kept` says that a case stands on it: the row stays when no clue names it any more;
    `in_case` that a case which is open and findable does.
    """

    class Hold(models.IntegerChoices):
        FREE = 0, _("Free")
        WARNED = 1, _("On a warning list")
        OVER_COMMON = 2, _("Over-common: under review")
        RELEASED = 3, _("Released by review")
        DELISTED = 4, _("Delisted")

    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField()
    suite = models.PositiveSmallIntegerField()
    epoch = models.PositiveIntegerField()
    pepper = models.CharField(max_length=16)
    sealed = models.BinaryField(max_length=48)
    hold = models.PositiveSmallIntegerField(choices=Hold.choices, db_default=Hold.FREE, default=Hold.FREE)
    held_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    disclosed_at = models.DateTimeField(null=True, blank=True)
    is_kept = models.BooleanField(db_default=False, default=False)
    in_case = models.BooleanField(db_default=False, default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sealed", "circle"], name="one_digest_a_circle"),
            models.CheckConstraint(name="digest_in_case_is_kept", condition=Q(in_case=False) | Q(is_kept=True)),
            models.CheckConstraint(name="digest_held_when", condition=Q(hold=0) | Q(held_at__isnull=False)),
            models.CheckConstraint(name="digest_delisted_until", condition=~Q(hold=4) | Q(held_until__isnull=False)),
        ]
        indexes: ClassVar = [models.Index(fields=["circle", "hold"], condition=~Q(hold=0), name="digest_held")]

    def __str__(self) -> str:
        return f"digest {self.pk}"


class Sighting(models.Model):
    """One institution's statement that it saw one digest in one clue; a withdrawal deletes it.

    `institution` repeats the clue's and `is_live` says that the clue is filed, so that matching reads this narrow table
    alone; `check_invariants` compares.
    """

    pk = models.CompositePrimaryKey("digest_id", "clue_id")
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="sightings", db_index=False)
    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="sightings")
    institution = models.ForeignKey(
        "members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    is_live = models.BooleanField(db_default=True, default=True)

    def __str__(self) -> str:
        return f"digest {self.digest_id} in clue {self.clue_id}"


class VoiceUse(models.Model):
    """That an institution reported voices of one voice library in a circle: what makes voices comparable there."""

    pk = models.CompositePrimaryKey("circle_id", "library", "institution_id")
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    library = models.CharField(max_length=120)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.library} in {self.circle_id}"


class KeyUse(models.Model):
    """A server key that sealed values of this database, from its first use until no value needs it any more.

    It is what stops a process with an old key file from writing beside a newer one (services/resealing.py).
    """

    class Name(models.TextChoices):
        PEPPER = "pepper"
        NOTE = "note"

    pk = models.CompositePrimaryKey("name", "key_id")
    name = models.CharField(max_length=16, choices=Name.choices)
    key_id = models.CharField(max_length=16)
    first_used_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="key_use_of_a_known_key", condition=Q(name__in=["pepper", "note"]))
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key_id}"
