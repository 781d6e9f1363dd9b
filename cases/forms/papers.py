"""Reading what the pages and scripts of certificate checks and seized lists send."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

from cases.models import PaperCheck, SeizedFinding
from cases.services.seized import MOST_NUMBER, Entry
from kit.errors import Invalid
from privacy import encoding
from privacy.encoding import Malformed

MOST_EPOCH = 2**32 - 1
_QUESTION = ("ref", "issuer", "paper", "case", "seals")
_LIST = ("ref", "instrument", "found_on", "epoch", "rows")
_ROW = ("number", "kind", "digest", "lender", "seals")


PAPERS = PaperCheck.Paper.choices
"""The sorts of paper: code and name."""
CONTACT_STATES = SeizedFinding.State.choices
"""How far contacting a person has come: code and name."""


class AnswerForm(forms.Form):
    """An issuer's formal answer."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"), choices=PaperCheck.Answer.choices, widget=forms.RadioSelect
    )
    document = forms.CharField(
        label=gettext_lazy("Number of the formal answer"),
        max_length=80,
        help_text=gettext_lazy("The number of your written answer in your own register."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only the asker reads it. No phone, card or ID number."),
    )

    def refuse(self, refusal: Invalid) -> None:
        """Show what the service refused at the field it names."""
        for field, reasons in refusal.extras.get("errors", {None: [refusal.detail]}).items():
            self.add_error(field, [gettext(reason) for reason in reasons])


def question(body: object) -> dict[str, Any]:
    """{"ref", "issuer", "paper", "case" or null, "seals": [{"key", "sealed"}]} as `ask_issuer` takes it.

    Raises Invalid.
    """
    try:
        found = encoding.fields(body, _QUESTION, "the question")
        return {
            "ref": encoding.uuid(found["ref"], "ref"),
            "issuer": encoding.uuid(found["issuer"], "issuer"),
            "paper": _text(found["paper"], "paper"),
            "case": None if found["case"] is None else encoding.uuid(found["case"], "case"),
            "seals": _seals(found["seals"]),
        }
    except Malformed as error:
        raise _malformed(error) from error


def seized_list(body: object) -> dict[str, Any]:
    """{"ref", "instrument", "found_on", "epoch", "rows": [{"number", "kind", "digest" or null, "lender" or null,
    "seals"}]} as `file_list` takes it. Raises Invalid.
    """
    try:
        found = encoding.fields(body, _LIST, "the list")
        if not isinstance(found["rows"], list):
            raise Malformed("rows must be a list")
        return {
            "ref": encoding.uuid(found["ref"], "ref"),
            "instrument": _text(found["instrument"], "instrument"),
            "found_on": _day(found["found_on"]),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
            "rows": [_entry(row) for row in found["rows"]],
        }
    except Malformed as error:
        raise _malformed(error) from error


def contact(body: object) -> str:
    """{"state"}. Raises Invalid."""
    try:
        return _text(encoding.fields(body, ("state",), "the request")["state"], "state")
    except Malformed as error:
        raise _malformed(error) from error


def _entry(row: object) -> Entry:
    found = encoding.fields(row, _ROW, "a row")
    return Entry(
        number=encoding.whole(found["number"], "number", 1, MOST_NUMBER),
        kind=_text(found["kind"], "kind"),
        digest=None if found["digest"] is None else encoding.unb64(found["digest"], "digest", 32),
        lender=None if found["lender"] is None else encoding.uuid(found["lender"], "lender"),
        seals=_seals(found["seals"]),
    )


def _seals(rows: object) -> dict[UUID, bytes]:
    if not isinstance(rows, list):
        raise Malformed("seals must be a list")
    found = [encoding.fields(row, ("key", "sealed"), "a seal") for row in rows]
    seals = {encoding.uuid(row["key"], "key"): encoding.unb64(row["sealed"], "sealed") for row in found}
    if len(seals) < len(found):
        raise Malformed("a key is given twice")
    return seals


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{field} is not text")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(_text(value, "found_on"))
    except ValueError as error:
        raise Malformed("found_on is not a day as in 2026-05-01") from error


def _malformed(error: Malformed) -> Invalid:
    return Invalid(_("The request is malformed."), code="malformed", reason=str(error))
