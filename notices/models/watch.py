"""What a person wants to be told of, what they were told, and the mail that carries it."""

import uuid
from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MailPace(models.IntegerChoices):
    """How soon a notice goes by mail; of several watches the greatest counts."""

    NONE = 0, _("No mail")
    DAILY = 1, _("Once a day")
    HOURLY = 2, _("Once an hour")
    INSTANT = 3, _("At once")


class Watch(models.Model):
    """One person's wish to be told. Without a row of scope `own` a person is told in the portal of everything.

    `target` is the clue's reference, the kind's label or the typology's code; `threshold` a score in hundredths.
    """

    class Scope(models.TextChoices):
        OWN = "own", _("My institution's clues")
        CLUE = "clue", _("One clue")
        KIND = "kind", _("A kind")
        TYPOLOGY = "typology", _("A typology")
        CIRCLE = "circle", _("A circle")
        SCORE = "score", _("A strength")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("members.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    target = models.CharField(max_length=60, blank=True, default="")
    circle = models.ForeignKey("members.Circle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    threshold = models.PositiveIntegerField(null=True)
    portal = models.BooleanField(default=True)
    mail = models.PositiveSmallIntegerField(choices=MailPace.choices, default=MailPace.NONE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "watches"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "scope", "target", "circle"], nulls_distinct=False, name="one_watch_a_target"
            ),
            models.CheckConstraint(
                name="watch_has_its_target",
                condition=Q(scope="own", target="", circle=None, threshold=None)
                | (Q(scope__in=["clue", "kind", "typology"], circle=None, threshold=None) & ~Q(target=""))
                | Q(scope="circle", target="", circle__isnull=False, threshold=None)
                | Q(scope="score", target="", circle=None, threshold__range=(0, 10_000)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.target or self.circle_id or self.threshold or ''}".strip()


class Letter(models.Model):
    """A mail to one person: what came up to the start of its window. Its text is written when it is sent.

    The reference makes the Message-ID, so a letter that is sent twice after a crash is recognised as one.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("members.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    pace = models.PositiveSmallIntegerField(choices=MailPace.choices)
    window = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    """When it may be tried (again); while somebody tries, when another may assume they died."""
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    """Given up after days, or nothing was left in it that the person may still see."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "pace", "window"], name="one_letter_a_window"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, dropped_at=None), name="letter_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Notice(models.Model):
    """That one person is told of one event, in the portal, by mail or both. It repeats nothing of the event."""

    ref = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True)
    user = models.ForeignKey("members.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.ForeignKey("notices.Event", on_delete=models.CASCADE, related_name="notices")
    portal = models.BooleanField()
    mail = models.PositiveSmallIntegerField(choices=MailPace.choices)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "event"], name="one_notice_an_event"),
            models.CheckConstraint(name="notice_is_given", condition=Q(portal=True) | Q(mail__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], condition=Q(portal=True), name="notice_of_person"),
            models.Index(fields=["user", "-id"], condition=Q(portal=True, read_at=None), name="notice_unread"),
            models.Index(fields=["user", "mail"], condition=Q(mail__gt=0, letter=None), name="notice_unmailed"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
