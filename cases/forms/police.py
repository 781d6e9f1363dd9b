"""Forms of the police's part: they parse; services decide."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import LONGEST_NUMBER, today
from cases.forms.fields import day_input, lines
from cases.models import Measure, PoliceUnit
from cases.police_status import TERMS, Status
from cases.queries.routing import UnitRow
from cases.services.measures import LONGEST_NAME
from cases.services.requests import LONGEST_TEXT
from intel.reasons import LONGEST_REASON
from members.forms import ActingForm


def _number(required: bool = True) -> forms.CharField:
    return forms.CharField(label=_("Document number"), max_length=LONGEST_NUMBER, required=required)


def _text(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=lines(3), **more)


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=16, decimal_places=2, initial=0)


class StatusForm(ActingForm):
    """One step, with its document, its day and the term it sets."""

    document = _number()
    on = forms.DateField(label=_("Date of the document"), widget=day_input(), initial=today)
    term = forms.ChoiceField(label=_("Term"), required=False)
    note = _text(
        _("Note"),
        LONGEST_REASON,
        required=False,
        help_text=_("All participants read it. No phone, card or ID number, and no measure against a person."),
    )

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = TERMS.get(step, ())
        if terms:
            choices = [(term.code, f"{term.label} ({term.source})") for term in terms]
            self.fields["term"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["term"]
        self.fields["document"].required = step != Status.REPORTED


class CorrectionForm(StatusForm):
    """A step in the place of the newest one, and why."""

    note = _text(
        _("What was wrong"), LONGEST_REASON, help_text=_("All participants read it beside the corrected step.")
    )


class MeasureForm(ActingForm):
    """A measure against a person."""

    person = forms.TypedChoiceField(
        label=_("Person"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Members only ever read the number."),
    )
    name = forms.CharField(
        label=_("Name of the person"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Optional. Sealed, and shown to the police units of this case alone, also after a release."),
    )
    kind = forms.ChoiceField(label=_("Measure"), choices=Measure.Kind.choices)
    document = _number()
    on = forms.DateField(label=_("Date of the document"), widget=day_input(), initial=today)

    def __init__(self, *args: Any, persons: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(number), _("Person %(number)s") % {"number": number}) for number in sorted(set(persons))]
        self.fields["person"].choices = [("", _("The next person")), *known]  # type: ignore[attr-defined]


class MeasureEndForm(ActingForm):
    """The day a measure ended."""

    ended_on = forms.DateField(label=_("Ended on"), widget=day_input(), initial=today)


class OutcomeForm(ActingForm):
    """What the proceeding came to."""

    as_of = forms.DateField(label=_("As of"), widget=day_input(), initial=today)
    persons = forms.IntegerField(label=_("Persons dealt with"), min_value=0, max_value=100_000, initial=0)
    amount = _money(_("Amount of the case (yuan)"))
    frozen = _money(_("Frozen (yuan)"))
    refunded = _money(_("Refunded to victims (yuan)"))
    victims_refunded = forms.IntegerField(label=_("Victims refunded"), min_value=0, max_value=10_000_000, initial=0)


class RequestForm(ActingForm):
    """A notice to hand over evidence."""

    to = forms.TypedChoiceField(label=_("Asked of"), coerce=UUID)
    document = _number()
    dated_on = forms.DateField(label=_("Date of the document"), widget=day_input(), initial=today)
    items = _text(
        _("Evidence asked for"),
        LONGEST_TEXT,
        help_text=_("No phone, card or ID number: ask for a plain value as a disclosure, which is encrypted."),
    )
    due_on = forms.DateField(label=_("Answer by"), widget=day_input())

    def __init__(self, *args: Any, addressees: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Choose …")), *addressees]  # type: ignore[attr-defined]


class AnswerForm(ActingForm):
    """The answer to a notice, with evidence of one's own."""

    answer = _text(_("What they say"), LONGEST_TEXT, help_text=_("The police units of the case read it."))
    evidence = forms.TypedMultipleChoiceField(
        label=_("Evidence that goes with it"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("Each handing over stands in the custody record."),
    )
    refused = forms.BooleanField(label=_("It cannot be answered; the text says why"), required=False)

    def __init__(self, *args: Any, evidence: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(evidence)
        self.fields["evidence"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            self.fields["evidence"].help_text = _(
                "Your institution has no evidence here to hand over: add it on the page “Evidence” first. "
                "An answer is final."
            )


class StepChoice(forms.Form):
    """Which step the address names."""

    step = forms.ChoiceField(choices=Status.choices)

    def chosen(self) -> str:
        """The status; empty if none, or none that there is."""
        return str(self.cleaned_data["step"]) if self.is_valid() else ""


class UnitForm(ActingForm):
    """What the directory says of a police unit."""

    level = forms.ChoiceField(label=_("Level"), choices=PoliceUnit.Level.choices)
    region = forms.CharField(
        label=_("Region (GB/T 2260)"), max_length=6, help_text=_("Six digits: 310000 is Shanghai, 310115 its Pudong.")
    )
    region_name = forms.CharField(label=_("Name of the region"), max_length=60)
    phone = forms.CharField(label=_("Telephone of the office"), max_length=40, required=False)
    jurisdictions = forms.CharField(
        label=_("Takes cases of"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "A line each: 2, 4 or 6 digits of a region. Behind a colon the codes of typologies, with commas between "
            "them, if it does not take all: 3301: impersonation, forged_material."
        ),
    )

    def clean_jurisdictions(self) -> list[tuple[str, list[str]]]:
        """The lines that hold something: a region and its typologies."""
        return [_jurisdiction(line) for line in self.cleaned_data["jurisdictions"].splitlines() if line.strip()]


def _jurisdiction(line: str) -> tuple[str, list[str]]:
    region, _colon, named = line.replace("：", ":").replace("，", ",").partition(":")
    return region.strip(), [one.strip() for one in named.split(",") if one.strip()]


def unit_initial(row: UnitRow) -> dict[str, str]:
    """What the form of a unit begins with."""
    lines = [f"{region}: {', '.join(named)}" if named else region for region, named in row.jurisdictions]
    return {
        "level": row.level or PoliceUnit.Level.CITY,
        "region": row.region,
        "region_name": row.region_name,
        "phone": row.phone,
        "jurisdictions": "\n".join(lines),
    }
