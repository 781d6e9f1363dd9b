"""Which period a report is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.periods import last_months
from reports.tables import Period


class PeriodForm(forms.Form):
    """The period picker; the address holds its state."""

    months = forms.TypedChoiceField(
        label=_("Period"),
        coerce=int,
        required=False,
        empty_value=12,
        choices=[(3, _("Last 3 months")), (12, _("Last 12 months")), (36, _("Last 36 months"))],
    )

    def __init__(self, data: Any) -> None:
        super().__init__({"months": data.get("months") or 12}, auto_id="filter-%s")

    def period(self) -> Period:
        """The months asked for; twelve for anything that is no choice."""
        return last_months(self.cleaned_data["months"] if self.is_valid() else 12)
