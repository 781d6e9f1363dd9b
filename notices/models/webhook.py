"""Addresses of members' systems, and what is on its way to them."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Webhook(models.Model):
    """An address to which events of one institution are sent, signed.

    The secret is sealed under the note key (services/secrets.py); after a rotation the old one signs as well until
    `old_until`. `busy_until` is the lease of the one worker that sends; `paused_until` spares an address that does not
    answer at all.
    """

    class Off(models.TextChoices):
        PERSON = "person", _("Switched off by a person")
        FAILING = "failing", _("Switched off after days without an answer")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    types = ArrayField(models.CharField(max_length=40), default=list)
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_for = models.CharField(max_length=10, choices=Off.choices, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    pauses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="webhook_off_for_a_reason",
                condition=Q(disabled_at=None, disabled_for="") | (Q(disabled_at__isnull=False) & ~Q(disabled_for="")),
            ),
            models.CheckConstraint(
                name="webhook_old_secret_ends",
                condition=Q(old_secret=None, old_until=None) | Q(old_secret__isnull=False, old_until__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="webhook_of_institution")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event on its way to one webhook. Of the answer only the status code is kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Dead letter")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey("notices.Event", on_delete=models.CASCADE, related_name="deliveries")
    sequence = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    replays = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    last_tried_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=20, blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webhook", "event"], name="one_delivery_an_event"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["webhook", "-sequence"], name="delivery_of_webhook"),
            models.Index(fields=["webhook", "state", "-sequence"], name="delivery_by_state"),
            models.Index(
                fields=["webhook", "sequence"], condition=Q(state="waiting", attempts=0), name="delivery_fresh"
            ),
            models.Index(
                fields=["webhook", "due_at"], condition=Q(state="waiting", attempts__gt=0), name="delivery_again"
            ),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.sequence}"
