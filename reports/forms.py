"""The period picker; its state is the address."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kit.errors import Invalid
from reports.periods import Period, read_period, usual_period


def _month(label: Any) -> forms.CharField:
    # Where a browser has no month picker this is a text field, so the pattern and the example tell how to write one.
    widget = forms.TextInput(attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}", "placeholder": "2026-03"})
    return forms.CharField(label=label, max_length=7, widget=widget)


class PeriodForm(forms.Form):
    """From one month to another, both included."""

    first = _month(_("From month"))
    last = _month(_("To month"))

    def clean(self) -> dict[str, Any]:
        """Both months as a `period`."""
        cleaned = {**(super().clean() or {})}
        if not self.errors:
            try:
                cleaned["period"] = read_period(cleaned["first"], cleaned["last"])
            except Invalid as refusal:
                raise forms.ValidationError(refusal.detail) from refusal
        return cleaned

    @property
    def period(self) -> Period:
        """The period of a valid form."""
        period: Period = self.cleaned_data["period"]
        return period


def picked(query: QueryDict) -> PeriodForm:
    """The form as the address fills it; an address without months means the usual period."""
    usual = usual_period()
    return PeriodForm({"first": query.get("first", str(usual.first)), "last": query.get("last", str(usual.last))})
