"""What comes in through pages and the API, parsed. Services decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from custody import quotas
from custody.queries.keys import Purpose
from kit.errors import Invalid
from privacy import encoding, shares
from privacy.encoding import Malformed
from privacy.requests import EvaluationRequest

_PORTAL_FIELDS = ("request", "epoch", "generation", "key", "suite", "quorum", "count", "elements")
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
        return _bytes(self.cleaned_data["public_key"].strip().removeprefix("ed25519:"), 32)


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


def portal_evaluation(body: bytes) -> dict[str, Any]:
    """The fields that the page's script sends for an analyst, as keyword arguments of the service. Raises Invalid."""
    try:
        found = encoding.fields(body, _PORTAL_FIELDS, "the request")
        quorum = found["quorum"]
        if not isinstance(quorum, list):
            raise Malformed("quorum must be a list")
        count = encoding.whole(found["count"], "count", 1, quotas.PORTAL_BATCH)
        request: UUID = encoding.uuid(found["request"], "request")
        return {
            "request": request,
            "epoch": encoding.whole(found["epoch"], "epoch", 1, 2**32 - 1),
            "generation": encoding.whole(found["generation"], "generation", 0, 2**32 - 1),
            "key": str(found["key"]),
            "suite": encoding.whole(found["suite"], "suite", 1, 255),
            "quorum": [encoding.whole(index, "quorum", 1, shares.MAX_CUSTODIANS) for index in quorum],
            "elements": encoding.unb64(found["elements"], "elements", 32 * count),
        }
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
