"""The search form of the log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.kinds import KINDS
from audit.queries.entries import Filter

_LAST_DAY = datetime(9999, 1, 1, tzinfo=UTC)


def _hinted(hint: str | Promise) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": hint})


class LogForm(forms.Form):
    """What to look for in the log; every field may stay empty."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *((kind, kind) for kind in KINDS)]
    )
    subject = forms.CharField(label=_("Subject"), required=False, max_length=80, widget=_hinted(_("A reference")))
    actor = forms.CharField(
        label=_("Actor"), required=False, max_length=80, widget=_hinted("user:…, credential:…, system:…")
    )
    institution = forms.UUIDField(label=_("Institution"), required=False, widget=_hinted(_("Its reference")))
    since = forms.DateTimeField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"]
    )
    until = forms.DateTimeField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"]
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def wanted(self) -> Filter:
        """The filter of a valid form; days count in the reader's zone, the last one is included."""
        fields: dict[str, Any] = {
            name: value for name, value in self.cleaned_data.items() if value and name != "before"
        }
        if "until" in fields:
            # The last day there is has no next one, and no entry either.
            fields["until"] = min(fields["until"], _LAST_DAY) + timedelta(days=1)
        return Filter(**fields)
