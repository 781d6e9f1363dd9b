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

    scope = forms.ChoiceField(
        label=_("Watch what"),
        choices=[
            (scope.value, scope.label) for scope in Watch.Scope if scope not in {Watch.Scope.OWN, Watch.Scope.CLUE}
        ],
    )
    target = forms.CharField(
        label=_("Which one"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "targets", "autocomplete": "off"}),
        help_text=_("The code of a kind, typology or circle from the list; for a strength, the points from 0 to 100."),
    )
    field_order = ("scope", "target", "portal", "mail")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(label, name_of_kind(label)) for label in KINDS]
        circles = [(circle.code, str(circle)) for circle in circles_for(actor)]
        self.targets = [*kinds, *((code, str(name)) for code, name in typologies().items()), *circles]


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
