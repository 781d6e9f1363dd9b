"""The forms of warning lists. Services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from intel.models import WarningList


class ProposalForm(forms.Form):
    """What a proposal says beside its entries; the page's script reads it and sends it with their digests."""

    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits and hyphens, as in public-hotlines.")
    )
    sort = forms.ChoiceField(label=_("Sort"), choices=WarningList.Sort.choices)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The leads who approve read it: why these values are nobody's guilt."),
    )


class RefusalForm(forms.Form):
    """Why a proposal is refused."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays with the proposal, and every member reads it."),
    )
