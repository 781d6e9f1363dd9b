"""A case, who takes part in it with which rights, and the work they share.

Every text that a person wrote is sealed under the server's case key (`cases.sealing`): a column of bytes, bound to its
table, column and row. A reader of the database finds no word of a case.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase


class Case(models.Model):
    """Joint work on collisions. `lead` is the institution that leads it, one of its participants.

    `key_generation` numbers the case key that new evidence is encrypted under: one more each time a participant is
    removed. Five rights are granted on a case, to institutions, as rows of `CaseRight`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Reason(models.TextChoices):
        """Why a case was closed."""

        DECIDED = "decided", _("The authorities decided")
        NO_GROUNDS = "no_grounds", _("No grounds were found")
        MERGED = "merged", _("Handled in another case")
        WITHDRAWN = "withdrawn", _("The members withdrew it")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.BinaryField()
    summary = models.BinaryField(null=True)
    typology = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    lead = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    is_findable = models.BooleanField(default=True)
    """Whether other cases with the same digests are told that there is one, without saying whose."""
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    close_note = models.BinaryField(null=True)
    key_generation = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("contribute_case", "Add to the case, and delete nothing"),
            ("disclose_case", "Ask for and be given plain values"),
            ("manage_case", "Invite, remove and close"),
            ("hand_over_case", "Hand the lead to another participant"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="case_closed_with_reason", condition=Q(state="open") ^ Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CaseRight(GroupObjectPermissionBase):
    """A right on one case, held by an institution (its Django group): a django-guardian row.

    Removing a participant deletes its rows, and every door asks for them: access is lost with the same commit.
    """

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rights")


class Participant(models.Model):
    """An institution or police unit in a case; `left_at` ends it without erasing that it was.

    For a police unit `instrument` is the number of the legal instrument it was invited under.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="participants")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    is_police = models.BooleanField(default=False)
    instrument = models.CharField(max_length=80, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    leave_reason = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "institution"], condition=Q(left_at=None), name="one_live_participant"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Invitation(models.Model):
    """An institution or police unit asked into a case. It sees who asks, the typology and its own collisions; no more.

    `collision` is set where a handshake opened the names there. A police unit's carries the legal instrument.
    """

    class State(models.TextChoices):
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="invitations")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    is_police = models.BooleanField(default=False)
    collision = models.UUIDField(null=True, blank=True)
    instrument = models.CharField(max_length=80, blank=True)
    instrument_on = models.DateField(null=True, blank=True)
    rights = ArrayField(models.CharField(max_length=20), default=list)
    message = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    invited_by = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    invited_by_user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "institution"], condition=Q(state="sent"), name="one_standing_invitation"
            ),
            models.CheckConstraint(name="police_need_instrument", condition=Q(is_police=False) | ~Q(instrument="")),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class HandOver(models.Model):
    """An offer of the lead to another participant; that one's lead accepts it."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    offered_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="offered"), name="one_standing_hand_over"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Place(models.Model):
    """Where the case touches the ground: decides which police unit has jurisdiction. `region` is a GB/T 2260 code."""

    class Tie(models.TextChoices):
        ACT = "act", _("Place of the act")
        RESULT = "result", _("Place of the result")
        SUSPECT = "suspect", _("The suspect's residence")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="places")
    tie = models.CharField(max_length=8, choices=Tie.choices)
    region = models.CharField(max_length=6)
    added_by = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "tie", "region"], name="one_place_a_tie")]

    def __str__(self) -> str:
        return f"{self.tie} {self.region}"


class CaseCollision(models.Model):
    """A collision that a case works on. The digest outlives the collision: if clues are withdrawn the case keeps it."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="collisions")
    digest = models.ForeignKey("intel.Digest", on_delete=models.PROTECT, related_name="+")
    collision = models.UUIDField()
    """The collision's reference: its parties know it."""
    kind = models.PositiveSmallIntegerField()
    added_by = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    untold_since = models.DateTimeField(null=True, blank=True)
    """When the collision dissolved, until the case's timeline says so."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "digest"], name="one_digest_a_case")]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(untold_since__isnull=False), name="dissolved_and_not_told"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CaseLink(models.Model):
    """Two cases to be worked on together (串并案): `first` offers, the other one agrees."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        LINKED = "linked", _("Linked")
        DECLINED = "declined", _("Declined")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_offered")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_received")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED)
    offered_by = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="one_link_a_pair"),
            models.CheckConstraint(name="link_of_two", condition=~Q(first=F("second"))),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Task(models.Model):
    """Something to be done in a case by one participant, by a day."""

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    title = models.BinaryField()
    asker = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey("members.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.ref)


class Comment(models.Model):
    """What a participant's person said to the others; never changed, never deleted."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()
    mentioned = models.ManyToManyField("members.User", related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.ref)


class TimelineEntry(models.Model):
    """What happened in a case, for those who take part in it. `kind` is an audit kind; `facts` hold codes and numbers.

    `police_only` entries are shown to police units until what they tell of is released.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    institution = models.ForeignKey("members.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    police_only = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "timeline entries"
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="timeline_of_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
