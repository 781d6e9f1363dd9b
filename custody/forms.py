"""What comes in through pages and the API, parsed. Services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from custody import quotas
from custody.queries.keys import Purpose
from kit.errors import Invalid
from privacy import encoding, signing
from privacy.encoding import Malformed
from privacy.requests import PORTAL, EvaluationRequest

_PORTAL_FIELDS = ("request", "epoch", "generation", "key", "suite", "quorum", "count", "elements")
_UNSIGNED = {"signer": PORTAL, "issued_at": 0, "budget": None, "signature": None}
_MALFORMED = _("The request is malformed.")


class BudgetForm(forms.Form):
    """A request for a declared budget."""

    values = forms.IntegerField(
        label=gettext_lazy("Values"),
        min_value=1,
        max_value=quotas.BUDGET_VALUES,
        help_text=gettext_lazy("At most 1,000,000. It is counted down; a retry is not counted again."),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("At most 92 days from today; the day ends at midnight UTC."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The alliance's operator reads this: no phone, card or ID number."),
    )


class ApprovalForm(forms.Form):
    """The institution's signature over a budget, made where its approval key lies."""

    signature = forms.CharField(
        label=gettext_lazy("Signature"), max_length=100, help_text=gettext_lazy("86 characters of base64url.")
    )

    def clean_signature(self) -> bytes:
        """64 bytes of base64url."""
        return _bytes(self.cleaned_data["signature"], 64)


class KeyForm(forms.Form):
    """A public key to register."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices)
    public_key = forms.CharField(
        label=gettext_lazy("Public key"),
        max_length=60,
        help_text=gettext_lazy("Ed25519, as “alliance init” prints it. It replaces the key you have for this purpose."),
    )

    def clean_public_key(self) -> bytes:
        """32 bytes of base64url, with or without the prefix that keys are printed with."""
        return _bytes(self.cleaned_data["public_key"].strip().removeprefix(signing.PREFIX), signing.KEY_SIZE)


def _bytes(text: str, size: int) -> bytes:
    try:
        return encoding.unb64(text.strip(), "it", size)
    except Malformed as error:
        raise forms.ValidationError(gettext_lazy("Paste it as it was printed: base64url without padding.")) from error


def evaluation_request(message: object) -> EvaluationRequest:
    """A member's signed request. Raises Invalid that says which field."""
    try:
        return EvaluationRequest.from_json(message)
    except Malformed as error:
        raise Invalid(_MALFORMED, code="malformed", reason=str(error)) from error


def portal_request(body: bytes) -> EvaluationRequest:
    """What the page's script asks for an analyst: a request that the platform has yet to sign. Raises Invalid."""
    try:
        found = encoding.fields(body, _PORTAL_FIELDS, "the request")
        return EvaluationRequest.from_json({**found, **_UNSIGNED})
    except Malformed as error:
        raise Invalid(_MALFORMED, code="malformed", reason=str(error)) from error


def budget_fields(message: object) -> dict[str, Any]:
    """The API's request for a budget as keyword arguments of the service; raises Invalid naming the fields."""
    found = message if isinstance(message, dict) else {}
    # A form reads texts; a list or an object in a field's place is as good as nothing there.
    texts = {name: str(value) for name, value in found.items() if isinstance(value, str | int)}
    return {"key": str(found.get("key", quotas.KEYS[0])), **_cleaned(BudgetForm(texts))}


def signature(message: object) -> bytes:
    """The API's signature of an approval, 64 bytes. Raises Invalid."""
    found: bytes = _cleaned(ApprovalForm(message if isinstance(message, dict) else {}))["signature"]
    return found


def _cleaned(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        errors = {field: [str(message) for message in messages] for field, messages in form.errors.items()}
        raise Invalid(_("Some fields are not valid."), errors=errors)
    return form.cleaned_data
