"""Reading what the pages and scripts of keys send."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from cases.models import PublicKey
from cases.reading import sealed_by_key, strictly, text
from kit.errors import Invalid
from privacy import encoding, hpke
from privacy.encoding import Malformed

MOST_GENERATIONS = 1_000_000
_INVALID = gettext_lazy("Make the key on this page again: what was sent is no public key.")


class PublishForm(forms.Form):
    """A public key that the page's script made; `replaces` is the reference of the key it takes the place of."""

    name = forms.CharField(max_length=60)
    public = forms.CharField(max_length=43)
    holder = forms.ChoiceField(choices=[("person", ""), ("institution", "")])
    replaces = forms.UUIDField(required=False)

    def clean_public(self) -> bytes:
        """32 bytes of base64url."""
        try:
            return encoding.unb64(self.cleaned_data["public"], "public", hpke.KEY_SIZE)
        except Malformed:
            raise forms.ValidationError(_INVALID) from None

    def asked(self) -> dict[str, Any]:
        """The arguments of `publish_key`. Raises Invalid that names the fields."""
        _check(self)
        given = self.cleaned_data
        is_personal = given["holder"] == "person"
        return {**{name: given[name] for name in ("name", "public", "replaces")}, "is_personal": is_personal}


class RevokeForm(forms.Form):
    """Why a key ends."""

    end = forms.ChoiceField(choices=PublicKey.End.choices)

    def asked(self) -> dict[str, str]:
        """The arguments of `revoke_key`. Raises Invalid."""
        _check(self)
        return {"end": self.cleaned_data["end"]}


def _check(form: forms.Form) -> None:
    if not form.is_valid():
        raise Invalid(_("Some fields are not valid."), errors={name: list(why) for name, why in form.errors.items()})


def grants_asked(body: bytes | Mapping[str, Any]) -> dict[str, Any]:
    """{"new", "generation", "check", "grants": [{"key", "sealed"}]} as the services take it. Raises Invalid."""
    with strictly():
        found = encoding.fields(body, ("new", "generation", "check", "grants"), "the request")
        if type(found["new"]) is not bool:
            raise Malformed("new is not true or false")
        return {
            "new": found["new"],
            "generation": encoding.whole(found["generation"], "generation", 1, MOST_GENERATIONS),
            "check_value": encoding.unb64(found["check"], "check", 32),
            "grants": sealed_by_key(found["grants"], "grants"),
        }


def refusal_asked(body: bytes | Mapping[str, Any]) -> dict[str, Any]:
    """{"generation", "fingerprint"}. Raises Invalid."""
    with strictly():
        found = encoding.fields(body, ("generation", "fingerprint"), "the request")
        return {
            "generation": encoding.whole(found["generation"], "generation", 1, MOST_GENERATIONS),
            "fingerprint": text(found["fingerprint"], "fingerprint")[:64],
        }


def institution_asked(query: Mapping[str, str]) -> UUID | None:
    """The institution a query asks for. Raises Invalid for what is no reference."""
    given = query.get("institution")
    with strictly():
        return encoding.uuid(given, "institution") if given else None
