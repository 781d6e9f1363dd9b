"""Certificate checks (核验): is this paper really yours? A member asks the purported issuer, which answers formally."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.keys import PublicKey


class PaperCheck(models.Model):
    """A question about one paper to its purported issuer. The facts on the paper are encrypted to both sides' keys."""

    class Paper(models.TextChoices):
        DIAGNOSIS = "diagnosis", _("Diagnosis or hospital record")
        HARDSHIP = "hardship", _("Certificate of hardship")
        POLICE_RECEIPT = "police_receipt", _("Receipt or notice of the police")
        DEATH = "death", _("Death certificate")
        UNEMPLOYMENT = "unemployment", _("Certificate of unemployment")
        OTHER = "other", _("Another paper")

    class Answer(models.TextChoices):
        GENUINE = "genuine", _("Yes: issued by us as described")
        NOT_OURS = "not_ours", _("No: not issued by us")
        DIFFERS = "differs", _("No: issued by us, but altered")
        UNKNOWN = "unknown", _("Cannot be determined")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asker = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey("members.Institution", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="paper_checks")
    paper = models.CharField(max_length=16, choices=Paper.choices)
    asked_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answer_document = models.CharField(max_length=80, blank=True)
    answer_note = models.BinaryField(null=True)
    answered_by = models.ForeignKey("members.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="paper_answered_when", condition=Q(answer="") ^ Q(answered_at__isnull=False)),
            models.CheckConstraint(name="paper_of_another", condition=~Q(asker=F("issuer"))),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class PaperSeal(models.Model):
    """The facts on a paper, encrypted to one key of the asker or the issuer."""

    paper_check = models.ForeignKey(PaperCheck, on_delete=models.PROTECT, related_name="seals")
    key = models.ForeignKey(PublicKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper_check", "key"], name="one_paper_seal_a_key")]

    def __str__(self) -> str:
        return f"{self.paper_check_id} to {self.key_id}"
