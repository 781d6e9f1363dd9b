"""Police units and where they have jurisdiction, and what a unit made of a case: its status, measures and outcome."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Participant
from cases.police_status import Branch, Status


class PoliceUnit(models.Model):
    """An institution of the police in the directory: its level and the region it works in (GB/T 2260)."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        COUNTY = "county", _("County or district")

    institution = models.OneToOneField(
        "members.Institution", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.CharField(max_length=8, choices=Level.choices)
    region = models.CharField(max_length=6)
    region_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.region} {self.institution_id}"


class Jurisdiction(models.Model):
    """A region a unit takes cases of: the first 2, 4 or all 6 digits of a GB/T 2260 code; no typology means all."""

    unit = models.ForeignKey(PoliceUnit, on_delete=models.CASCADE, related_name="jurisdictions")
    region = models.CharField(max_length=6)
    typologies = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "region"], name="one_jurisdiction_a_region")]

    def __str__(self) -> str:
        return f"{self.region} {self.unit_id}"


class StatusEntry(models.Model):
    """A step of a unit's proceeding, with its document; `due_on` is when the clock of its `term` runs out.

    Rows are never changed (a trigger refuses it): a mistake is corrected by an entry that takes the other one's place.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="statuses")
    status = models.CharField(max_length=24, choices=Status.choices)
    branch = models.CharField(max_length=12, choices=Branch.choices, blank=True)
    document = models.CharField(max_length=80, blank=True)
    on = models.DateField()
    term = models.CharField(max_length=20, blank=True)
    due_on = models.DateField(null=True, blank=True)
    note = models.BinaryField(null=True)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    recorded_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "status entries"
        indexes: ClassVar = [models.Index(fields=["participant", "id"], name="status_of_participant")]
        constraints: ClassVar = [
            models.CheckConstraint(name="term_has_its_day", condition=Q(term="") ^ Q(due_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.on}"


class Measure(models.Model):
    """A measure against a person (强制措施): seen by the police alone until `released_at`; the name for ever."""

    class Kind(models.TextChoices):
        SUMMONS = "summons", _("Compelled appearance")
        BAIL = "bail", _("Bail pending trial")
        RESIDENCE = "residence", _("Residential surveillance")
        DETENTION = "detention", _("Criminal detention")
        ARREST = "arrest", _("Arrest")
        ADMINISTRATIVE = "administrative", _("Administrative detention")
        FINE = "fine", _("Fine")
        WARNING = "warning", _("Admonition")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="measures")
    person = models.PositiveSmallIntegerField()
    """A person of the case, by number: 嫌疑人 1, 2, 3 … The police's own: it tells how many there are."""
    shown_as = models.PositiveSmallIntegerField(null=True, blank=True)
    """The person's number for members: persons count in the order in which something of them is released."""
    name = models.BinaryField(null=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    document = models.CharField(max_length=80)
    on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="measure_ends_after_it_began", condition=Q(ended_on=None) | Q(ended_on__gte=F("on"))
            ),
            models.CheckConstraint(
                name="released_measure_has_a_number",
                condition=Q(released_at=None, shown_as=None) | Q(released_at__isnull=False, shown_as__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class EvidenceRequest(models.Model):
    """A unit's notice to hand over evidence (调取证据通知书) to one participant, and its answer."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Cannot be answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="requests")
    to = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=80)
    dated_on = models.DateField()
    items = models.BinaryField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.BinaryField(null=True)
    answered_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.ref)


class Outcome(models.Model):
    """What a proceeding came to, as of a day; the newest of a unit counts. Amounts in yuan."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="outcomes")
    as_of = models.DateField()
    persons = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    frozen = models.DecimalField(max_digits=16, decimal_places=2)
    refunded = models.DecimalField(max_digits=16, decimal_places=2)
    victims_refunded = models.PositiveIntegerField()
    recorded_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="outcome_takes_nothing", condition=Q(amount__gte=0, frozen__gte=0, refunded__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
