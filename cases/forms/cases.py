"""Forms of a case's life: they parse; services decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import day_input, lines
from cases.models import Case, Place
from cases.queries.cases import participants_of
from cases.queries.overview import Asked
from cases.services.opening import LONGEST_SUMMARY
from cases.words import LONGEST_COMMENT, LONGEST_TITLE
from intel.queries.in_cases import opened_among
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from members.forms import ActingForm
from members.queries.acquaintances import acquaintances_for, police_units

PARTS = (
    ("read", _("Read only")),
    ("contribute", _("Contribute: comments, tasks, evidence")),
    ("disclose", _("Contribute, and ask for and give plain values")),
)
FINDABLE = _("Other institutions may learn that there is a case with the same values, not whose")
REASON = _("Those who lead the case read it; no phone, card or ID number.")


def _words(label: Any, longest: int, *, required: bool = True, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, widget=lines(rows), help_text=help_text)


def _typologies() -> list[tuple[str, str]]:
    return [(code, str(one)) for code, one in TYPOLOGIES.items()]


class CaseFilter(forms.Form):
    """Above the list of cases; the address holds its whole state. Without a word it shows the open ones."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open")), (Case.State.CLOSED, _("Case closed")), ("all", _("All"))],
    )
    led = forms.ChoiceField(
        label=_("Led by"),
        required=False,
        choices=[("", _("All")), ("own", _("My institution")), ("others", _("Another institution"))],
    )
    typology = forms.ChoiceField(label=_("Typology"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["typology"].choices = [("", _("All")), *_typologies()]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What the list is asked for; a value that is none of the choices is left out."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        state = str(given.pop("state", Case.State.OPEN))
        return Asked(state="" if state == "all" else state, **given)


class OpenForm(ActingForm):
    """A case to open on collisions that were chosen before."""

    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, help_text=_("All who take part read it; name no person in it.")
    )
    typology = forms.ChoiceField(label=_("Typology"))
    summary = _words(_("What it is about (optional)"), LONGEST_SUMMARY, required=False)
    is_findable = forms.BooleanField(label=FINDABLE, required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typology"].choices = _typologies()  # type: ignore[attr-defined]


class DescribeForm(ActingForm):
    """A case's words anew."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    summary = _words(_("What it is about (optional)"), LONGEST_SUMMARY, required=False)
    is_findable = forms.BooleanField(label=FINDABLE, required=False)


class AddToForm(ActingForm):
    """To which of the institution's cases collisions are added."""

    case = forms.TypedChoiceField(label=_("Case"), coerce=UUID)

    def __init__(self, *args: Any, cases: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [(str(ref), title) for ref, title in cases]  # type: ignore[attr-defined]


class InviteForm(ActingForm):
    """Whom to invite: by name, or by a collision of the case where a handshake opened the name."""

    who = forms.ChoiceField(label=_("Institution"))
    part = forms.ChoiceField(label=_("What it may do"), choices=PARTS, initial="contribute")
    message = _words(
        _("Message (optional)"), LONGEST_COMMENT, required=False, help_text=_("It reads this before it accepts.")
    )

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {one.institution_id for one in participants_of(case)}
        opened = {
            one.institution: one for one in opened_among(actor, [item.collision for item in case.collisions.all()])
        }
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose …")),
            *((f"{one.collision}:{one.label}", one.name) for key, one in opened.items() if key not in known),
            *((str(one.ref), one) for one in acquaintances_for(actor) if one.pk not in known | set(opened)),
        ]

    def clean(self) -> dict[str, Any]:
        """`who` becomes an institution, or a collision and a label."""
        given = super().clean() or self.cleaned_data
        first, _colon, label = given.pop("who", "").partition(":")
        where = {"collision": UUID(first), "label": label} if label else {"institution": UUID(first) if first else None}
        return {**given, **where}


class InvitePoliceForm(ActingForm):
    """Which unit is invited, and under which instrument."""

    unit = forms.TypedChoiceField(label=_("Police unit"), coerce=UUID)
    instrument = forms.CharField(
        label=_("Number of the legal instrument"),
        max_length=80,
        help_text=_("As it stands on the document, such as 沪公（经）调证字〔2026〕0042号."),
    )
    instrument_on = forms.DateField(label=_("Its date"), widget=day_input())
    message = _words(_("Message (optional)"), LONGEST_COMMENT, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {one.institution_id for one in participants_of(case)}
        units = [(str(one.ref), one) for one in police_units() if one.pk not in known]
        self.fields["unit"].choices = [("", _("Choose …")), *units]  # type: ignore[attr-defined]


class PartForm(ActingForm):
    """What a participant may do from now on."""

    part = forms.ChoiceField(label=_("What it may do"), choices=PARTS)


class ReasonForm(ActingForm):
    """Why a part ends."""

    reason = _words(_("Reason"), LONGEST_COMMENT, help_text=REASON)


class CloseForm(ActingForm):
    """Why a case is closed."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Case.Reason.choices)
    note = _words(_("Note (optional)"), LONGEST_COMMENT, required=False, help_text=_("All who take part read it."))


class HandOverForm(ActingForm):
    """To whom the lead is offered."""

    participant = forms.TypedChoiceField(label=_("Institution"), coerce=UUID)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = participants_of(case).filter(is_police=False).exclude(institution_id=case.lead_id)
        self.fields["participant"].choices = [(str(one.ref), one.institution) for one in others]  # type: ignore[attr-defined]


class PlaceForm(ActingForm):
    """A place of the case."""

    tie = forms.ChoiceField(label=_("What it is the place of"), choices=Place.Tie.choices)
    region = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("Region (GB/T 2260)"),
        help_text=_("Six digits, as precise as you know: 310000 is Shanghai, 310115 its Pudong."),
    )
