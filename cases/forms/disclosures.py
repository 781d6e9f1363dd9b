"""Reading what the pages and scripts of disclosures send. There is no field for a value: none may come here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import LONGEST_NUMBER, today
from cases.forms.fields import day_input, lines
from cases.queries.disclosures import Askable
from cases.reading import MOST_EPOCH, sealed_by_key, strictly, text
from cases.services.disclosures import LONGEST_DAYS, MOST_SEALED, Basis
from intel.forms import name_of_kind
from intel.reasons import LONGEST_REASON
from members.forms import ActingForm
from privacy import encoding
from privacy.encoding import Malformed

USUAL_DAYS = 30
MOST_KEYS = 500
_PROPOSAL = ("digest", "epoch", "commitment", "seals")
_CHECK = ("fingerprint", "digest", "epoch")


class AskForm(ActingForm):
    """What is asked of whom, on which ground, until when."""

    what = forms.ChoiceField(
        label=_("Which value, of whom"),
        help_text=_(
            "Those who take part in this case and hold the digest. They see your name and what you write here."
        ),
    )
    basis = forms.ChoiceField(label=_("Legal basis"))
    reference = forms.CharField(
        label=_("Number of its document"),
        required=False,
        max_length=LONGEST_NUMBER,
        help_text=_("Of the consent, the article, or the legal instrument. No phone, card or ID number."),
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=LONGEST_REASON,
        widget=lines(3),
        help_text=_("What the value is needed for. The holder reads it, and it stays in both ledgers."),
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=day_input(),
        help_text=_("At most 90 days. After that day nobody is shown the value, and its cipher text is emptied."),
    )

    def __init__(self, *args: Any, askable: Sequence[Askable], is_police: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{one.item.ref}/{one.holder.ref}", _name(one)) for one in askable]
        bases = [(code, name) for code, name in Basis.choices if (code == Basis.INSTRUMENT) == is_police]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["basis"].choices = bases  # type: ignore[attr-defined]  # likewise
        first = today()
        self.fields["until"].initial = first + timedelta(days=USUAL_DAYS)
        days = {"min": first.isoformat(), "max": (first + timedelta(days=LONGEST_DAYS)).isoformat()}
        self.fields["until"].widget.attrs.update(days)

    def asked(self) -> dict[str, Any]:
        """The arguments of `ask_disclosure` beside the case."""
        said = dict(self.cleaned_data)
        item, holder = said.pop("what").split("/")
        return {"item": UUID(item), "holder": UUID(holder), **said}


class RefuseForm(ActingForm):
    """Why the value is not given."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=lines(),
        help_text=_("The institution that asked reads it. No phone, card or ID number."),
    )


class UnmaskForm(ActingForm):
    """Why the value is shown, and the fingerprint of the key that this browser holds; the page's script fills it in."""

    reason = forms.CharField(
        label=_("Why you look at it"),
        max_length=LONGEST_REASON,
        widget=lines(),
        help_text=_("Kept with your name; the institution that gave the value reads the reason."),
    )
    fingerprint = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class LedgerFilter(forms.Form):
    """The days of the ledger; a day that is none is left out."""

    since = forms.DateField(label=_("From"), required=False, widget=day_input())
    until = forms.DateField(label=_("To"), required=False, widget=day_input())

    def asked(self) -> dict[str, Any]:
        """The days asked for."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("since", "until")}


def proposal(message: object) -> dict[str, Any]:
    """{"digest", "epoch", "commitment", "seals": [{"key", "sealed"}]} as `propose_disclosure` takes it. Raises Invalid.

    Bytes are base64url; the digest and the commitment have 32.
    """
    with strictly():
        found = encoding.fields(message, _PROPOSAL, "the proposal")
        seals = sealed_by_key(found["seals"], "seals")
        if not 1 <= len(seals) <= MOST_KEYS or any(len(sealed) > MOST_SEALED for sealed in seals.values()):
            raise Malformed("seals must be 1 to 500, of at most 4096 bytes each")
        return {
            "digest": encoding.unb64(found["digest"], "digest", 32),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
            "commitment": encoding.unb64(found["commitment"], "commitment", 32),
            "seals": seals,
        }


def check(message: object) -> dict[str, Any]:
    """{"fingerprint", "digest", "epoch"} as `check_disclosure` takes it. Raises Invalid."""
    with strictly():
        found = encoding.fields(message, _CHECK, "the check")
        return {
            "fingerprint": text(found["fingerprint"], "fingerprint")[:64],
            "digest": encoding.unb64(found["digest"], "digest", 32),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
        }


def _name(one: Askable) -> str:
    return f"{name_of_kind(one.kind)} {str(one.item.ref)[:8]} · {one.holder.institution}"
