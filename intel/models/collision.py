"""What two or more independent institutions of one circle hold in common."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Collision(models.Model):
    """One digest in one circle held by at least two ownership groups: unique per (circle, digest), as a digest is."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.OneToOneField("intel.Digest", on_delete=models.PROTECT, related_name="collision")
    circle = models.ForeignKey("members.Circle", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ref)


class Party(models.Model):
    """An institution in a collision. The others see its `label`, drawn afresh each time, never its name.

    The key is random and breaks ties of `joined_at` in paging: it tells a reader of cursors nothing. `kind` and
    `circle` repeat the collision's, so that an institution's list is read from this table's indexes alone.
    """

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

    class Meta:
        verbose_name_plural = "parties"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collision", "institution"], name="one_party_an_institution"),
            models.UniqueConstraint(fields=["collision", "label"], name="one_label_a_collision"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "-joined_at", "-id"],
                include=["circle", "kind", "typologies"],
                name="party_by_institution",
            ),
            models.Index(
                fields=["institution", "kind", "-joined_at", "-id"],
                include=["circle", "typologies"],
                name="party_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"party {self.label} of {self.collision_id}"
