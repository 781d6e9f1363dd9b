"""Forms for represented customers: they parse; services decide."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import today
from cases.forms.fields import day_input
from cases.models import RepresentedCustomer
from cases.services.customers import MOST_AT_ONCE, NewCustomer
from intel.reasons import LONGEST_REASON
from members.forms import ActingForm


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2, initial=0)


class MarkForm(ActingForm):
    """Customers to mark, a line each: the own reference and, behind a comma, the fee lost."""

    customers = forms.CharField(
        label=_("Customers"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "A line each: your own reference of the customer and, behind a comma, the fee they paid the gang in yuan. "
            "No name, phone, card or ID number."
        ),
    )

    def clean_customers(self) -> list[NewCustomer]:
        """The lines that hold something, read."""
        lines = [line.strip() for line in self.cleaned_data["customers"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(_("Mark 1 to 200 customers at once."))
        return [_customer(number, line) for number, line in enumerate(lines, start=1)]


def _customer(number: int, line: str) -> NewCustomer:
    reference, _comma, fee = line.replace("，", ",").partition(",")
    try:
        return NewCustomer(reference.strip(), Decimal(fee.strip() or "0"))
    except InvalidOperation:
        message = _("Line %(number)s: behind the comma stands an amount such as 1280 or 1280.50.")
        raise forms.ValidationError(message, params={"number": number}) from None


class RedressForm(ActingForm):
    """How far a victim is made whole."""

    redress = forms.ChoiceField(label=_("Redress"), choices=RepresentedCustomer.Redress.choices)
    contacted_on = forms.DateField(label=_("Contacted on"), required=False, widget=day_input())
    fee_lost = _money(_("Fee lost to the gang (yuan)"))
    fee_refunded = _money(_("Fee refunded (yuan)"))
    interest_relief = _money(_("Interest relief (yuan)"))


class TakeBackForm(ActingForm):
    """Why a mark was a mistake."""

    reason = forms.CharField(
        label=_("Why the mark was a mistake"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your institution alone reads it. No name, phone, card or ID number."),
    )


class ComplaintForm(ActingForm):
    """The day a complaint came, or was answered."""

    on = forms.DateField(label=_("Day"), widget=day_input(), initial=today)
