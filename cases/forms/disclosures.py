"""Reading what the pages and scripts of disclosures send. There is no field for a value: none may come here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.queries.disclosures import Askable
from cases.services.disclosures import LONGEST_DAYS, MOST_SEALED, Basis
from intel.forms import name_of_kind
from kit.errors import Invalid
from privacy import encoding
from privacy.encoding import Malformed

USUAL_DAYS = 30
MOST_EPOCH = 2**32 - 1
MOST_KEYS = 500
_PROPOSAL = ("digest", "epoch", "commitment", "seals")
_CHECK = ("fingerprint", "digest", "epoch")


class _Refusing(forms.Form):
    def refuse(self, refusal: Invalid) -> None:
        """Show what the service refused at the field it names."""
        for field, reasons in refusal.extras.get("errors", {None: [refusal.detail]}).items():
            known = field if field in self.fields else None
            self.add_error(known, [gettext(reason) for reason in reasons])


class AskForm(_Refusing):
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
        max_length=80,
        help_text=_("Of the consent, the article, or the legal instrument. No phone, card or ID number."),
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the value is needed for. The holder reads it, and it stays in both ledgers."),
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most 90 days. After that day nobody is shown the value, and its cipher text is emptied."),
    )

    def __init__(self, *args: Any, askable: Sequence[Askable], is_police: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{one.item.ref}/{one.holder.ref}", _name(one)) for one in askable]
        bases = [(code, name) for code, name in Basis.choices if (code == Basis.INSTRUMENT) == is_police]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["basis"].choices = bases  # type: ignore[attr-defined]  # likewise
        today = timezone.localdate()
        self.fields["until"].initial = today + timedelta(days=USUAL_DAYS)
        days = {"min": today.isoformat(), "max": (today + timedelta(days=LONGEST_DAYS)).isoformat()}
        self.fields["until"].widget.attrs.update(days)

    def asked(self) -> dict[str, Any]:
        """The arguments of `ask_disclosure` beside the case."""
        said = dict(self.cleaned_data)
        item, holder = said.pop("what").split("/")
        return {"item": UUID(item), "holder": UUID(holder), **said}


class RefuseForm(_Refusing):
    """Why the value is not given."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The institution that asked reads it. No phone, card or ID number."),
    )


class UnmaskForm(_Refusing):
    """Why the value is shown, and the fingerprint of the key that this browser holds; the page's script fills it in."""

    reason = forms.CharField(
        label=_("Why you look at it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with your name; the institution that gave the value reads the reason."),
    )
    fingerprint = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class LedgerFilter(forms.Form):
    """The days of the ledger; a day that is none is left out."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def asked(self) -> dict[str, Any]:
        """The days asked for."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("since", "until")}


def proposal(message: object) -> dict[str, Any]:
    """{"digest", "epoch", "commitment", "seals": [{"key", "sealed"}]} as `propose_disclosure` takes it. Raises Invalid.

    Bytes are base64url; the digest and the commitment have 32.
    """
    try:
        found = encoding.fields(message, _PROPOSAL, "the proposal")
        listed = found["seals"]
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_KEYS:
            raise Malformed("seals must be a list of 1 to 500")
        seals = [encoding.fields(one, ("key", "sealed"), "a seal") for one in listed]
        sealed = {encoding.uuid(one["key"], "key"): _sealed(one["sealed"]) for one in seals}
        if len(sealed) != len(seals):
            raise Malformed("a key stands twice")
        return {
            "digest": encoding.unb64(found["digest"], "digest", 32),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
            "commitment": encoding.unb64(found["commitment"], "commitment", 32),
            "seals": sealed,
        }
    except Malformed as error:
        raise _malformed(error) from error


def check(message: object) -> dict[str, Any]:
    """{"fingerprint", "digest", "epoch"} as `check_disclosure` takes it. Raises Invalid."""
    try:
        found = encoding.fields(message, _CHECK, "the check")
        return {
            "fingerprint": str(found["fingerprint"])[:64],
            "digest": encoding.unb64(found["digest"], "digest", 32),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
        }
    except Malformed as error:
        raise _malformed(error) from error


def message(body: bytes) -> object:
    """The JSON of a script's request. Raises Invalid."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Invalid(gettext("The request is malformed."), code="malformed") from None


def _sealed(text: object) -> bytes:
    sealed = encoding.unb64(text, "sealed")
    if len(sealed) > MOST_SEALED:
        raise Malformed("sealed is too long")
    return sealed


def _name(one: Askable) -> str:
    return f"{name_of_kind(one.kind)} {str(one.item.ref)[:8]} · {one.holder.institution}"


def _malformed(error: Malformed) -> Invalid:
    return Invalid(gettext("The request is malformed."), code="malformed", reason=str(error))
