"""Disclosures: one plain value, asked for and given to named keys, for a time. The platform relays cipher text only."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, CaseCollision
from cases.models.keys import PublicKey


class Disclosure(models.Model):
    """A request for the plain value behind a digest of a case, and what the holder made of it.

    `commitment` is SHA-256 over a random salt and the value, both of which only the recipients can read: the package's
    manifest names it, so that the value can be checked there (docs/protocol.md). Rows are kept: they are the ledger of
    what was given to whom. Triggers refuse to delete one within three years, and to change who asked whom for what.
    """

    class Basis(models.TextChoices):
        """The legal basis asked under; articles are per counsel."""

        CONSENT = "consent", _("The person's separate consent (PIPL 13, 23)")
        DUTY = "duty", _("A statutory duty (PIPL 13, telecom-fraud law)")
        INSTRUMENT = "instrument", _("A legal instrument of the police")
        CONTRACT = "contract", _("The alliance's agreement, fraud checks only")

    class State(models.TextChoices):
        """The steps, which a trigger keeps: asked > proposed, refused, withdrawn, expired

        proposed > approved, refused, withdrawn, expired · approved > withdrawn, expired
        """

        ASKED = "asked", _("Asked")
        PROPOSED = "proposed", _("Proposed: waits for the lead")
        APPROVED = "approved", _("Given")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disclosures")
    collision = models.ForeignKey(CaseCollision, on_delete=models.PROTECT, related_name="disclosures")
    asker = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    holder = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=12, choices=Basis.choices)
    basis_reference = models.CharField(max_length=80, blank=True)
    purpose = models.BinaryField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    proposed_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_as = models.CharField(max_length=80, blank=True)
    """Who proposed, as the audit log names them: a person, or a credential, whose person may not approve either."""
    proposed_at = models.DateTimeField(null=True, blank=True)
    commitment = models.BinaryField(max_length=32, null=True)
    decided_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="disclosure_two_persons",
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(name="disclosure_of_another", condition=~Q(asker=F("holder"))),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class DisclosureSeal(models.Model):
    """The value, encrypted to one recipient's key. Emptied when the disclosure ends; the row stays in the ledger.

    `matches` is what the recipient's own client found by evaluating the value: null until it looked.
    """

    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="seals")
    key = models.ForeignKey(PublicKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(null=True)
    mac = models.BinaryField(null=True)
    matches = models.BooleanField(null=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["disclosure", "key"], name="one_seal_a_key")]

    def __str__(self) -> str:
        return f"{self.disclosure_id} to {self.key_id}"


class Unmasking(models.Model):
    """A recipient's person had the value shown, and said why."""

    seal = models.ForeignKey(DisclosureSeal, on_delete=models.PROTECT, related_name="unmaskings")
    user = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.BinaryField()

    def __str__(self) -> str:
        return str(self.ref)
