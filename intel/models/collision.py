"""What two or more independent institutions of one circle hold in common."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

NO_DAY = date.max
"""What `Party.due_on` has where nothing is due: it sorts behind every day."""
_DAY = "(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date"
_NARROWED_BY = ["circle", "kind", "state", "assignee", "typologies"]


class Collision(models.Model):
    """One digest in one circle held by at least two ownership groups: unique per (circle, digest), as a digest is.

    `score` is in hundredths of a point, 0 to 10,000. It is `intel.scoring` of `inputs` under `engine` and `rule` on the
    day `as_of`: the same four give the same score on every machine, so a past one can be computed again.
    """

    class State(models.TextChoices):
        """Where a collision is in its life. A trigger refuses every other step than these:

        open > quarantined, disputed, suspended, in_case, closed, expired · quarantined > open, closed
        disputed > open, suspended, in_case, closed · suspended > open, closed · in_case > open, disputed, closed
        closed > open · expired > open
        """

        OPEN = "open", _("Corroborated")
        QUARANTINED = "quarantined", _("Quarantined: over-common")
        DISPUTED = "disputed", _("Disputed")
        SUSPENDED = "suspended", _("Suspended")
        IN_CASE = "in_case", _("In a case")
        CLOSED = "closed", _("Closed")
        EXPIRED = "expired", _("Expired")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.OneToOneField("intel.Digest", on_delete=models.PROTECT, related_name="collision")
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, db_default=State.OPEN, default=State.OPEN)
    score = models.PositiveSmallIntegerField(db_default=0, default=0)
    engine = models.PositiveSmallIntegerField(db_default=0, default=0)
    rule = models.PositiveIntegerField(db_default=0, default=0)
    as_of = models.DateField(null=True)
    inputs = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="collision_score_in_range", condition=Q(score__lte=10_000))
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Party(models.Model):
    """An institution in a collision. The others see its `label`, drawn afresh each time, never its name.

    The key is random and breaks ties in paging: it tells a reader of cursors nothing. `kind`, `circle`, `state` and
    `score` repeat the collision's, so that an institution's queue is read from this table's indexes alone. `status` and
    what follows is this institution's own triage, which no other sees.

    `found_on` and `due_on` are days in China's zone, and all that leaves the platform of `joined_at` and `due_at`: the
    collisions of one upload share the moment, which would tie another party's labels together (docs/queue.md).
    """

    class Status(models.TextChoices):
        NEW = "new", _("New")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        SNOOZED = "snoozed", _("Snoozed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collision = models.ForeignKey(Collision, on_delete=models.CASCADE, related_name="parties", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField()
    label = models.PositiveSmallIntegerField()
    clues = models.PositiveIntegerField()
    typologies = ArrayField(models.CharField(max_length=40))
    roles = ArrayField(models.CharField(max_length=10))
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    state = models.CharField(max_length=12, db_default=Collision.State.OPEN, default=Collision.State.OPEN)
    score = models.PositiveSmallIntegerField(db_default=0, default=0)
    status = models.CharField(max_length=10, choices=Status.choices, db_default=Status.NEW, default=Status.NEW)
    assignee = models.ForeignKey(
        "members.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    found_on = models.GeneratedField(
        expression=Func("joined_at", template=_DAY, output_field=models.DateField()),
        output_field=models.DateField(),
        db_persist=True,
    )
    due_on = models.GeneratedField(
        expression=Coalesce(Func("due_at", template=_DAY, output_field=models.DateField()), Value(NO_DAY)),
        output_field=models.DateField(),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "parties"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collision", "institution"], name="one_party_an_institution"),
            models.UniqueConstraint(fields=["collision", "label"], name="one_label_a_collision"),
            models.CheckConstraint(name="party_snoozed_until", condition=Q(status="snoozed") ^ Q(snoozed_until=None)),
        ]
        # One index for each order of the queue: a page is chosen, narrowed and counted from it alone. What waits for a
        # decision, which is what one looks at all day, has its own and leaves it when it is decided.
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "-score", "-id"],
                include=[*_NARROWED_BY, "found_on", "due_on"],
                condition=Q(status="new"),
                name="party_new_by_score",
            ),
            models.Index(
                fields=["institution", "due_on", "id"],
                include=[*_NARROWED_BY, "found_on", "score"],
                condition=Q(status="new"),
                name="party_new_by_due",
            ),
            models.Index(
                fields=["institution", "-score", "-id"],
                include=[*_NARROWED_BY, "status", "found_on", "due_on"],
                name="party_by_score",
            ),
            models.Index(
                fields=["institution", "-found_on", "-id"],
                include=[*_NARROWED_BY, "status", "due_on", "score"],
                name="party_by_found",
            ),
            models.Index(
                fields=["institution", "assignee", "status", "-score", "-id"],
                condition=Q(assignee__isnull=False),
                name="party_by_assignee",
            ),
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed"), name="party_snoozed"),
        ]

    def __str__(self) -> str:
        return f"party {self.label} of {self.collision_id}"


class TriageAct(models.Model):
    """What somebody of one institution did with a collision in its own queue; only that institution reads it."""

    digest = models.ForeignKey("intel.Digest", on_delete=models.CASCADE, related_name="+", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    acted_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest", "institution", "acted_at"], name="triage_act_of_party")]

    def __str__(self) -> str:
        return f"{self.act} {self.digest_id}"


class SavedView(models.Model):
    """Filters of the queue that one person keeps under a name; `query` is the address's query string."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("members.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="one_saved_view_a_name")]

    def __str__(self) -> str:
        return self.name


class Opinion(models.Model):
    """What one institution, itself a party, says of a collision; the others read it under its label.

    `counts` is settled when it is given: only somebody whose own clue came before the first disclosure confirms; what
    comes after may be an echo. It hangs on the digest, so it outlives a collision that dissolves and comes back.
    """

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        FALSE = "false", _("False")
        DISPUTED = "disputed", _("Disputed")
        OUTDATED = "outdated", _("Outdated")

    pk = models.CompositePrimaryKey("digest_id", "institution_id")
    digest = models.ForeignKey("intel.Digest", on_delete=models.CASCADE, related_name="opinions", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    counts = models.BooleanField()
    given_by = models.CharField(max_length=80)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.verdict} {self.digest_id}"


class HandshakeOffer(models.Model):
    """That an institution would open its name to one other party if that one does the same, until a day.

    The other side never learns of it unless it makes the same offer: then both rows are `opened_at` at once.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.ForeignKey("intel.Digest", on_delete=models.CASCADE, related_name="+", db_index=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    to = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    offered_by = models.CharField(max_length=80)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "institution", "to"], name="one_offer_a_pair"),
            models.CheckConstraint(name="offer_to_another", condition=~Q(institution=models.F("to"))),
        ]

    def __str__(self) -> str:
        return str(self.ref)
