"""What happened to an institution, in the order in which it may be read."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Event(models.Model):
    """One thing that happened to one institution.

    `sequence` is null until the event is numbered and fanned out, which happens in one act (services/fan_out.py):
    whatever has a number has its notices and deliveries too. `facts` serve the filters of watches and never leave.
    `persons` are the users (keys) it concerns, where it does not concern everybody whose roles let them know: only
    they get a notice. The institution's systems read it like every other event.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.BigIntegerField(null=True)
    type = models.CharField(max_length=40)
    subject = models.UUIDField()
    circle = models.ForeignKey("members.Circle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    facts = models.JSONField(default=dict)
    persons = ArrayField(models.BigIntegerField(), null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "sequence"], name="one_event_a_number"),
            models.CheckConstraint(name="event_number_is_positive", condition=Q(sequence__gte=1)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "id"], condition=Q(sequence=None), name="event_unnumbered"),
            models.Index(fields=["created_at"], name="event_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class EventCounter(models.Model):
    """How many events of an institution have their number; its row's lock is the turn to number more."""

    institution = models.OneToOneField(
        "members.Institution", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    last = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.last}"
