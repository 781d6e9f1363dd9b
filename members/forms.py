"""The forms of members: they parse; services decide."""

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid
from members.adapters import one_attempt
from members.models import Institution
from members.queries.institutions import institutions_for, owners_for
from members.roles import ONBOARDED_ROLES, ROLES_BY_SIDE, Role, Scope
from members.services import sign_in


def _checks() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


class ActingForm(forms.Form):
    """A form that hands its fields to a service and shows what the service refuses beside the field."""

    outcome: Any
    """What the service answered to a successful attempt."""

    def attempt(self, act: Callable[..., Any], *arguments: Any) -> bool:
        """Call `act` with the arguments and the cleaned fields; False if the form or the service finds them wanting."""
        if not self.is_valid():
            return False
        try:
            self.outcome = act(*arguments, **self.cleaned_data)
        except (Invalid, Conflict) as refusal:
            errors: dict[str, list[str]] = refusal.extras.get("errors", {})
            for field, words in (errors or {"": [refusal.detail]}).items():
                self.add_error(field if field in self.fields else None, [gettext(word) for word in words])
            return False
        return True


def _role_choices(roles: frozenset[str]) -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role if role in roles]


class InviteForm(ActingForm):
    """Invite a colleague or, for a system operator, an officer, a regulator or another operator."""

    name = forms.CharField(label=_("Full name"), max_length=80)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("They sign in with it. No mail is sent."))
    institution = forms.TypedChoiceField(label=_("Institution"), coerce=str, empty_value=None)
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=_checks())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actor.may(Capability.ONBOARD):
            others = institutions_for(actor).filter(group=None, status=Institution.Status.ACTIVE)
            self._choose("institution", [(str(one.ref), str(one)) for one in others])
            self._choose("roles", _role_choices(ONBOARDED_ROLES))
        else:
            del self.fields["institution"]
            self._choose("roles", _role_choices(ROLES_BY_SIDE["member"]))

    def _choose(self, field: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]


class RolesForm(ActingForm):
    """The roles of a person, as far as the actor may give them."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=_checks())

    def __init__(self, *args: Any, side: str, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = ROLES_BY_SIDE[side]
        given = roles & ONBOARDED_ROLES if actor.may(Capability.ONBOARD) else roles
        self.fields["roles"].choices = _role_choices(given)  # type: ignore[attr-defined]


class EnrolForm(ActingForm):
    """What an invited person sends: the code of the link and a password of their own."""

    code = forms.CharField(
        label=_("Invitation code"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-from-address": ""}),
        help_text=_("The part of the link after #. It is filled in where scripts run."),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is easier to remember than a word."),
    )
    again = forms.CharField(
        label=_("The password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """The code and one password; raise ValidationError if the two differ."""
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.pop("again", None):
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class CredentialForm(ActingForm):
    """A new API credential."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which system holds it, for example “risk gateway, production”.")
    )
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=Scope.choices, widget=_checks())
    days = forms.TypedChoiceField(
        label=_("Lives for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("365 days"))],
        initial=90,
    )


class FourEyesForm(ActingForm):
    """From which grade of proof clues wait for a second person."""

    four_eyes_from = forms.ChoiceField(
        label=_("A clue waits for a lead other than who filed it"),
        choices=Institution.FourEyes.choices,
        help_text=_("It matches nothing until then. What an API credential with the scope for it files never waits."),
    )


class InstitutionForm(ActingForm):
    """A new institution with its first person."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Institution.Kind.choices)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    owner = forms.CharField(
        label=_("Ownership group"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "owners"}),
        help_text=_(
            "Institutions of one group never corroborate each other. Empty for police, regulator and operator."
        ),
    )
    admin_name = forms.CharField(label=_("First person's full name"), max_length=80)
    admin_email = forms.EmailField(label=_("First person's e-mail address"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = owners_for(actor)


def _confidential() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Confidential membership"),
        required=False,
        help_text=_("Its members learn neither who else is in it nor how many. A handshake may still open a name."),
    )


class CircleForm(ActingForm):
    """A new circle."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Members' systems name it in every clue."))
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    is_confidential = _confidential()


class ConfidentialForm(ActingForm):
    """Whether a circle's members learn who else is in it."""

    is_confidential = _confidential()


class JoinForm(ActingForm):
    """A member institution to add to a circle."""

    institution = forms.TypedChoiceField(label=_("Institution"), coerce=str)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = institutions_for(actor).exclude(group=None)
        self.fields["institution"].choices = [(str(one.ref), str(one)) for one in members]  # type: ignore[attr-defined]


class VoiceLibraryForm(ActingForm):
    """A voice library to register in a circle."""

    name = forms.CharField(
        label=_("Voice library"),
        max_length=120,
        help_text=_("vendor:library:engine-version, for example acme:fraud:v3."),
    )


class SettingsForm(ActingForm):
    """The signed-in person's own language and time zone."""

    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in sorted(available_timezones()) if "/" in name]
    )


class _RecordedCode:
    """A wrong one-time code, or one sent to a locked account, leaves an entry like a wrong password does."""

    user: Any

    def clean_code(self) -> str:
        """The code; raise ValidationError for a wrong, used or locked-out one."""
        try:
            with one_attempt(context.request) as attempt:
                code = str(super().clean_code())  # type: ignore[misc]
                attempt.succeeded = True
        except ValidationError as error:
            reason = "locked" if error.code == "too_many_login_attempts" else "code"
            address = get_adapter().get_client_ip(context.request)
            sign_in.session_refused(account=self.user, reason=reason, address=address)
            raise
        return code


class CodeForm(_RecordedCode, AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class CodeAgainForm(_RecordedCode, ReauthenticateForm):  # type: ignore[misc]
    """The second factor before a sensitive act."""


class _PasskeyField(forms.JSONField):
    """What an authenticator answers: a few flat objects of base64url, so anything deep or odd is nobody's passkey."""

    def to_python(self, value: Any) -> Any:
        """The parsed answer; raise ValidationError for JSON that no authenticator makes."""
        if isinstance(value, str) and (value.count("{") + value.count("[") > _MOST_NESTED or "\\u" in value):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> None:
        """Nothing: an answer serves once, so a form that is shown again does not hold it."""

    def prepare_value(self, value: Any) -> str:
        """What the hidden field holds until the script fills it."""
        return ""


_MOST_NESTED = 50


def _passkey() -> _PasskeyField:
    return _PasskeyField(required=True, widget=forms.HiddenInput)


class _RecordedPasskey:
    """A passkey that is refused leaves an entry, and one that makes no sense is refused like a wrong one."""

    user: Any

    def clean_credential(self) -> Any:
        """The authenticator; raise ValidationError for one that is unknown, wrong or malformed."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
            address = get_adapter().get_client_ip(context.request)
            sign_in.session_refused(account=self.user, reason="passkey", address=address)
            if isinstance(error, ValidationError):
                raise
            raise get_mfa_adapter().validation_error("incorrect_code") from error


class PasskeyForm(_RecordedPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor."""

    credential = _passkey()


class PasskeyLoginForm(_RecordedPasskey, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""

    credential = _passkey()


class PasskeyAgainForm(_RecordedPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before a sensitive act."""

    credential = _passkey()


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    credential = _passkey()

    def clean(self) -> dict[str, Any]:
        """The checked answer; raise ValidationError for one that makes no sense."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_mfa_adapter().validation_error("incorrect_code") from error
        return cleaned
