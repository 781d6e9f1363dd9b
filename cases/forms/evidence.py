"""The forms of evidence, and what clients send of it as JSON: they parse; services decide.

The file itself never stands in a form: its script encrypts it.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.documents import LONGEST_NUMBER
from cases.forms.fields import day_input, lines
from cases.models import Case, Evidence
from cases.queries.cases import participants_of
from cases.queries.evidence import open_requests
from cases.reading import day, strictly, text
from cases.services.uploads import LONGEST_TITLE, Source
from intel.reasons import LONGEST_REASON
from kit.actor import Actor
from members.forms import ActingForm
from privacy import encoding
from privacy.encoding import Malformed, unb64

_MOST_GENERATION = 2**31 - 1
_BEGIN = ("name", "size", "sha256", "sm3", "salt", "generation", "evidence", "about")
_ABOUT = ("kind", "title", "source", "acquired_on", "request")


class AboutForm(forms.Form):
    """What a new piece of evidence is; its script reads the fields."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Evidence.Kind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        help_text=_("What it is, for those who take part. No phone, card or ID number: that is what the file is for."),
    )
    source = forms.CharField(
        label=_("How you came by it"),
        max_length=LONGEST_REASON,
        required=False,
        widget=lines(),
        help_text=_(
            "From which system or whom, how, and by whom. It stands in your institution's statement (电子证明文件)."
        ),
    )
    acquired_on = forms.DateField(label=_("Secured on"), required=False, widget=day_input())
    request = forms.TypedChoiceField(
        label=_("Answers the request of the police"), coerce=UUID, required=False, empty_value=None
    )

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [(str(one.ref), f"{one.document} · {one.due_on:%Y-%m-%d}") for one in open_requests(actor, case)]
        if asked:
            self.fields["request"].choices = [("", _("None")), *asked]  # type: ignore[attr-defined]
        else:
            del self.fields["request"]


class ReasonForm(ActingForm):
    """An act that needs a reason only."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=lines())


class HoldForm(ActingForm):
    """A legal hold."""

    instrument = forms.CharField(label=_("Legal instrument"), max_length=LONGEST_NUMBER)
    until = forms.DateField(label=_("Until the end of"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=lines())


class HandOverForm(ActingForm):
    """That the evidence or its carrier was handed to another participant."""

    to = forms.TypedChoiceField(label=_("Handed to"), coerce=UUID)
    reason = forms.CharField(label=_("What was handed over, and why"), max_length=LONGEST_REASON, widget=lines())

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = participants_of(case).exclude(institution_id=actor.own_institution())
        choices = [(str(one.institution.ref), str(one.institution)) for one in others]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]


def beginning(message: object) -> dict[str, Any]:
    """The arguments of `begin_upload`: {"name", "size", "sha256", "sm3", "salt", "generation", "evidence", "about"}.

    Checksums and salt are 32 bytes in base64url. `evidence` is a reference for another version of it, else null and
    `about` is {"kind", "title", "source", "acquired_on", "request"}; the last three may be null. Raises Invalid.
    """
    with strictly():
        found = encoding.fields(message, _BEGIN, "the upload")
        evidence = found["evidence"]
        source = Source(
            name=text(found["name"], "name"),
            size=encoding.whole(found["size"], "size", 0, 2**53),
            sha256=unb64(found["sha256"], "sha256", 32),
            sm3=unb64(found["sm3"], "sm3", 32),
            salt=unb64(found["salt"], "salt", 32),
            generation=encoding.whole(found["generation"], "generation", 1, _MOST_GENERATION),
        )
        return {
            "source": source,
            "evidence": None if evidence is None else encoding.uuid(evidence, "evidence"),
            "about": None if evidence is not None else _about(found["about"]),
        }


def arrival(message: object) -> dict[str, bytes]:
    """The arguments of `finish_upload`: {"sha256", "sm3"} of the cipher text, in base64url. Raises Invalid."""
    with strictly():
        found = encoding.fields(message, ("sha256", "sm3"), "the arrival")
        return {name: unb64(found[name], name, 32) for name in ("sha256", "sm3")}


def purpose(message: object) -> dict[str, str]:
    """The arguments of `open_version`: {"act": "viewed" or "copied", "reason"}. Raises Invalid."""
    with strictly():
        found = encoding.fields(message, ("act", "reason"), "the opening")
        return {name: text(found[name], name) for name in ("act", "reason")}


def length_of(given: str | None) -> int | None:
    """The Content-Length, if the sender says it. One of more digits than a number is read from is no part's either."""
    return int(given[:20]) if given and given.isdecimal() else None


def reference(given: str) -> UUID:
    """A reference in a query string; one that nothing has for anything else."""
    try:
        return UUID(given)
    except ValueError:
        return UUID(int=0)


def _about(message: object) -> dict[str, Any]:
    found = encoding.fields(message, _ABOUT, "about")
    if found["kind"] not in Evidence.Kind.values:
        raise Malformed("kind is none of the kinds of evidence")
    acquired, request = found["acquired_on"], found["request"]
    return {
        "kind": found["kind"],
        "title": text(found["title"], "title"),
        "source": "" if found["source"] is None else text(found["source"], "source"),
        "acquired_on": None if acquired is None else day(acquired, "acquired_on"),
        "request": None if request is None else encoding.uuid(request, "request"),
    }
