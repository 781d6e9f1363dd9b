"""Victims: represented customers of a case, and those on lists that the police seized from a gang."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, Participant
from cases.models.keys import PublicKey


class RepresentedCustomer(models.Model):
    """A customer whom the gang spoke for: a victim, whatever else. Others see a number, never the own reference.

    A mark that was made by mistake is taken back, with a reason, and stays as history: it counts nowhere any more.

    The complaint is the customer's own business with the institution: nothing here reads or changes what a case does to
    it, because no case may do anything to it. Amounts in yuan.
    """

    class Complaint(models.TextChoices):
        NONE = "none", _("None of their own")
        OPEN = "open", _("Open: handled on its own")
        ANSWERED = "answered", _("Answered on its own merits")

    class Redress(models.TextChoices):
        NONE = "none", _("Not begun")
        OFFERED = "offered", _("Offered")
        AGREED = "agreed", _("Agreed")
        DONE = "done", _("Done")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="customers")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    own_reference = models.BinaryField()
    fee_lost = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    complaint = models.CharField(max_length=10, choices=Complaint.choices, default=Complaint.NONE)
    complaint_on = models.DateField(null=True, blank=True)
    complaint_answered_on = models.DateField(null=True, blank=True)
    redress = models.CharField(max_length=10, choices=Redress.choices, default=Redress.NONE)
    fee_refunded = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    interest_relief = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    contacted_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_reason = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="one_customer_a_number"),
            models.CheckConstraint(
                name="mark_taken_back_with_reason",
                condition=Q(taken_back_at=None, taken_back_reason=None)
                | Q(taken_back_at__isnull=False, taken_back_reason__isnull=False),
            ),
            models.CheckConstraint(
                name="complaint_has_its_days",
                condition=Q(complaint="none", complaint_on=None, complaint_answered_on=None)
                | Q(complaint="open", complaint_on__isnull=False, complaint_answered_on=None)
                | Q(complaint="answered", complaint_answered_on__gte=F("complaint_on")),
            ),
            models.CheckConstraint(
                name="redress_takes_nothing",
                condition=Q(fee_lost__gte=0, fee_refunded__gte=0, interest_relief__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class SeizedList(models.Model):
    """A list of customers found with a gang, digested on the officer's side."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="seized_lists")
    instrument = models.CharField(max_length=80)
    found_on = models.DateField()
    rows = models.PositiveIntegerField()
    filed_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)
    matched_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.ref)


class SeizedRow(models.Model):
    """One person of a seized list, and the lender if the list names it.

    The digest is compared when the list is filed and is not kept: the platform holds no list of victims. `number` is
    drawn at random by the officer's client, so that it tells no bank how long the list is.
    """

    list = models.ForeignKey(SeizedList, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    kind = models.PositiveSmallIntegerField()
    lender = models.ForeignKey("members.Institution", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["list", "number"], name="one_seized_row_a_number")]

    def __str__(self) -> str:
        return f"{self.list_id}/{self.number}"


class SeizedSeal(models.Model):
    """A seized row's value, encrypted on the officer's side to one key of the lender it names."""

    row = models.ForeignKey(SeizedRow, on_delete=models.CASCADE, related_name="seals")
    key = models.ForeignKey(PublicKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["row", "key"], name="one_seized_seal_a_key")]

    def __str__(self) -> str:
        return f"{self.row_id} to {self.key_id}"


class SeizedFinding(models.Model):
    """A person on a seized list who is this institution's customer: a victim to contact. Nobody else sees it.

    `clues` are references of the institution's own clues that name the person: how it knows whom, where the list named
    no lender and no value could be sealed to it.
    """

    class State(models.TextChoices):
        NEW = "new", _("To be contacted")
        CONTACTED = "contacted", _("Contacted")
        UNREACHABLE = "unreachable", _("Not reached")
        NOT_OURS = "not_ours", _("Not our customer")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    row = models.ForeignKey(SeizedRow, on_delete=models.CASCADE, related_name="findings")
    institution = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    clues = ArrayField(models.UUIDField(), default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["row", "institution"], name="one_finding_an_institution"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
