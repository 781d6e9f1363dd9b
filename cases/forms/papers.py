"""Reading what the pages and scripts of certificate checks and seized lists send."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import LONGEST_NUMBER
from cases.forms.fields import lines
from cases.models import PaperCheck, SeizedFinding
from cases.reading import MOST_EPOCH, day, sealed_by_key, strictly, text
from cases.services.seized import MOST_NUMBER, Entry
from intel.reasons import LONGEST_REASON
from members.forms import ActingForm
from privacy import encoding
from privacy.encoding import Malformed

_QUESTION = ("ref", "issuer", "paper", "case", "seals")
_LIST = ("ref", "instrument", "found_on", "epoch", "rows")
_ROW = ("number", "kind", "digest", "lender", "seals")


PAPERS = PaperCheck.Paper.choices
"""The sorts of paper: code and name."""
CONTACT_STATES = SeizedFinding.State.choices
"""How far contacting a person has come: code and name."""


class AnswerForm(ActingForm):
    """An issuer's formal answer."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=PaperCheck.Answer.choices, widget=forms.RadioSelect)
    document = forms.CharField(
        label=_("Number of the formal answer"),
        max_length=LONGEST_NUMBER,
        help_text=_("The number of your written answer in your own register."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_REASON,
        widget=lines(3),
        help_text=_("Only the asker reads it. No phone, card or ID number."),
    )


def question(body: object) -> dict[str, Any]:
    """{"ref", "issuer", "paper", "case" or null, "seals": [{"key", "sealed"}]} as `ask_issuer` takes it.

    Raises Invalid.
    """
    with strictly():
        found = encoding.fields(body, _QUESTION, "the question")
        return {
            "ref": encoding.uuid(found["ref"], "ref"),
            "issuer": encoding.uuid(found["issuer"], "issuer"),
            "paper": text(found["paper"], "paper"),
            "case": None if found["case"] is None else encoding.uuid(found["case"], "case"),
            "seals": sealed_by_key(found["seals"], "seals"),
        }


def seized_list(body: object) -> dict[str, Any]:
    """{"ref", "instrument", "found_on", "epoch", "rows": [{"number", "kind", "digest" or null, "lender" or null,
    "seals"}]} as `file_list` takes it. Raises Invalid.
    """
    with strictly():
        found = encoding.fields(body, _LIST, "the list")
        if not isinstance(found["rows"], list):
            raise Malformed("rows must be a list")
        return {
            "ref": encoding.uuid(found["ref"], "ref"),
            "instrument": text(found["instrument"], "instrument"),
            "found_on": day(found["found_on"], "found_on"),
            "epoch": encoding.whole(found["epoch"], "epoch", 1, MOST_EPOCH),
            "rows": [_entry(row) for row in found["rows"]],
        }


def contact(body: object) -> str:
    """{"state"}. Raises Invalid."""
    with strictly():
        return text(encoding.fields(body, ("state",), "the request")["state"], "state")


def _entry(row: object) -> Entry:
    found = encoding.fields(row, _ROW, "a row")
    return Entry(
        number=encoding.whole(found["number"], "number", 1, MOST_NUMBER),
        kind=text(found["kind"], "kind"),
        digest=None if found["digest"] is None else encoding.unb64(found["digest"], "digest", 32),
        lender=None if found["lender"] is None else encoding.uuid(found["lender"], "lender"),
        seals=sealed_by_key(found["seals"], "seals"),
    )
