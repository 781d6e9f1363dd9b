"""The forms of being told: they parse; services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.actor import Actor
from members.forms import ActingForm
from members.queries.circles import circles_for
from notices.event_types import TYPES
from notices.models import Delivery, MailPace, Watch
from notices.queries.watches import name_of_kind, typologies
from notices.services.webhooks import SUBSCRIBED
from privacy.kinds import KINDS

_STRENGTHS = (30, 50, 60, 70, 80, 90)


class Filter(forms.Form):
    """The query form above a list; the address holds its whole state."""

    def asked(self) -> dict[str, Any]:
        """What the list's query is asked for; a value that is none of the choices is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class NoticeFilter(Filter):
    """What the page of notices shows; its fields are the address's parameters."""

    type = forms.ChoiceField(label=_("What happened"), required=False)
    unread = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), ("1", _("Unread only"))])

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [(one.code, one.label) for one in TYPES.values() if one.told and one.is_for(actor)]
        self.fields["type"].choices = [("", _("All")), *told]  # type: ignore[attr-defined]


class ReadAllForm(forms.Form):
    """Up to which notice all are marked as read."""

    up_to = forms.IntegerField(min_value=0, max_value=2**62)


class HowForm(ActingForm):
    """How a person is told."""

    portal = forms.BooleanField(label=_("In the portal"), required=False, initial=True)
    mail = forms.TypedChoiceField(label=_("By mail"), coerce=int, choices=MailPace.choices, initial=MailPace.NONE.value)


class WatchForm(HowForm):
    """One more watch: what of, and how."""

    what = forms.ChoiceField(label=_("Watch what"))
    field_order = ("what", "portal", "mail")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mail"].initial = MailPace.INSTANT.value
        scopes = Watch.Scope
        named: dict[Watch.Scope, list[tuple[str, object]]] = {
            scopes.KIND: [(label, name_of_kind(label)) for label in KINDS],
            scopes.TYPOLOGY: [(code, str(name)) for code, name in typologies().items()],
            scopes.CIRCLE: [(circle.code, str(circle)) for circle in circles_for(actor)],
            scopes.SCORE: [
                (str(points), _("%(points)d points and more") % {"points": points}) for points in _STRENGTHS
            ],
        }
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (scope.label, [(f"{scope}:{target}", name) for target, name in choices]) for scope, choices in named.items()
        ]

    def clean(self) -> dict[str, Any]:
        """The choice as the service takes it: a scope and a target."""
        cleaned = super().clean() or {}
        if what := cleaned.pop("what", ""):
            cleaned["scope"], _colon, cleaned["target"] = what.partition(":")
        return cleaned


class WebhookForm(ActingForm):
    """A webhook's name, address and types."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which system it reaches, for example “case system, production”.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("https only, and only into public networks. It holds no secret: the signature says who sends."),
    )
    types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(code, TYPES[code].label) for code in SUBSCRIBED],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        initial=[code for code in SUBSCRIBED if TYPES[code].is_collision],
    )


class ReplayForm(ActingForm):
    """What is sent once more: all dead letters, or everything since a moment."""

    which = forms.ChoiceField(
        label=_("Send once more"),
        choices=[("dead", _("All dead letters")), ("since", _("Everything since a moment"))],
    )
    since = forms.DateTimeField(
        label=_("Since"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Only for “everything since a moment”. Receivers tell repeated events by their webhook-id."),
    )

    def clean(self) -> dict[str, Any]:
        """The choice, with its moment where it needs one."""
        cleaned = super().clean() or {}
        if cleaned.get("which") == "since" and not cleaned.get("since"):
            self.add_error("since", _("Say since when."))
        return cleaned


class DeliveryFilter(Filter):
    """Which deliveries the page shows."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Delivery.State.choices])
