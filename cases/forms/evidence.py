"""The forms of evidence: they parse; services decide. The file itself never stands in one: its script encrypts it."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import LONGEST_NUMBER
from cases.forms.fields import day_input, lines
from cases.models import Case, Evidence
from cases.queries.cases import participants_of
from cases.queries.evidence import open_requests
from cases.services.uploads import LONGEST_TITLE
from intel.reasons import LONGEST_REASON
from kit.actor import Actor
from members.forms import ActingForm


class AboutForm(forms.Form):
    """What a new piece of evidence is; its script reads the fields."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Evidence.Kind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        help_text=_("What it is, for those who take part. No phone, card or ID number: that is what the file is for."),
    )
    source = forms.CharField(
        label=_("How you came by it"),
        max_length=LONGEST_REASON,
        required=False,
        widget=lines(),
        help_text=_(
            "From which system or whom, how, and by whom. It stands in your institution's statement (电子证明文件)."
        ),
    )
    acquired_on = forms.DateField(label=_("Secured on"), required=False, widget=day_input())
    request = forms.TypedChoiceField(
        label=_("Answers the request of the police"), coerce=UUID, required=False, empty_value=None
    )

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [(str(one.ref), f"{one.document} · {one.due_on:%Y-%m-%d}") for one in open_requests(actor, case)]
        if asked:
            self.fields["request"].choices = [("", _("None")), *asked]  # type: ignore[attr-defined]
        else:
            del self.fields["request"]


class ReasonForm(ActingForm):
    """An act that needs a reason only."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=lines())


class HoldForm(ActingForm):
    """A legal hold."""

    instrument = forms.CharField(label=_("Legal instrument"), max_length=LONGEST_NUMBER)
    until = forms.DateField(label=_("Until the end of"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=lines())


class HandOverForm(ActingForm):
    """That the evidence or its carrier was handed to another participant."""

    to = forms.TypedChoiceField(label=_("Handed to"), coerce=UUID)
    reason = forms.CharField(label=_("What was handed over, and why"), max_length=LONGEST_REASON, widget=lines())

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = participants_of(case).exclude(institution_id=actor.own_institution())
        choices = [(str(one.institution.ref), str(one.institution)) for one in others]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]
