"""What comes in through the pages of intel, parsed. Services and queries decide."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intel.models import Clue, Submission
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from kit.errors import Invalid
from kit.language import in_readers_language
from members.queries.circles import CircleRow, circles_for
from privacy.encoding import Malformed, unb64
from privacy.kinds import KINDS, Kind

MOST_BYTES = 4 * 1024 * 1024
_ALL = [("", gettext_lazy("All"))]


def name_of_kind(kind: Kind) -> str:
    """The name of a kind in the reader's language."""
    return in_readers_language(zh=kind.name_zh, en=kind.name_en)


def filing(request: HttpRequest) -> dict[str, Any]:
    """What `submit_clues` asks of a portal upload beside its rows. Raises Invalid."""
    try:
        epoch = int(request.GET.get("epoch", ""))
    except ValueError:
        raise Invalid(_("Name the key epoch of the digests: ?epoch=1."), code="unknown_epoch") from None
    filename = unquote(request.headers.get("Alliance-Filename", ""))[:200]
    return {
        "channel": Submission.Channel.FILE if filename else Submission.Channel.PORTAL,
        "idempotency_key": request.headers.get("Idempotency-Key", ""),
        "epoch": epoch,
        "filename": "".join(sign for sign in filename if sign.isprintable()),
    }


def retyped(body: bytes) -> dict[str, Any]:
    """{kind, digest, epoch} of a value that was retyped and digested in the browser. Raises Invalid."""
    try:
        given = orjson.loads(body)
        kind, digest, epoch = given["kind"], unb64(given["digest"], "digest", 32), given["epoch"]
        if kind not in KINDS or not isinstance(epoch, int) or not 0 < epoch < 2**32:
            raise Malformed("kind or epoch")
    except (orjson.JSONDecodeError, Malformed, KeyError, TypeError):
        raise Invalid(_("The request is malformed."), code="malformed") from None
    return {"kind": kind, "digest": digest, "epoch": epoch}


class Filter(forms.Form):
    """The query form above a list; the address holds its whole state."""

    def asked(self) -> dict[str, Any]:
        """What the list's query is asked for; a value that is none of the choices is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SubmissionFilter(Filter):
    """Above the submissions."""

    status = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[*_ALL, *Submission.Status.choices],
    )


def choose(form: forms.Form, field: str, choices: list[tuple[str, str]]) -> None:
    """Set the choices of a filter, the empty one first."""
    form.fields[field].choices = [*_ALL, *choices]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a clue may say, for the submit pages: pairs of code and name."""

    circles: list[CircleRow]
    kinds: list[Kind]
    typologies: list[tuple[str, str]]
    proofs: list[tuple[str, Any]]
    roles: list[tuple[str, Any]]

    def for_scripts(self) -> dict[str, Any]:
        """The same as JSON for the browser's scripts."""
        named = {"typology": self.typologies, "proof": self.proofs, "role": self.roles}
        circles = [
            {"code": circle.code, "name": str(circle), "libraries": list(circle.voice_libraries)}
            for circle in self.circles
        ]
        lists = {key: [{"code": code, "name": str(name)} for code, name in pairs] for key, pairs in named.items()}
        return {"circle": circles, **lists}


def choices(actor: Actor) -> Choices:
    """What the actor may choose from when they file a clue."""
    return Choices(
        circles=circles_for(actor),
        kinds=list(KINDS.values()),
        typologies=[(code, str(typology)) for code, typology in TYPOLOGIES.items()],
        proofs=list(Clue.Proof.choices),
        roles=list(Clue.Role.choices),
    )


def cursor(request: HttpRequest) -> str:
    """The place in a list that the address names."""
    return request.GET.get("cursor", "")


class HandshakeForm(forms.Form):
    """To whom our name would open, and until when."""

    label = forms.CharField(max_length=4)
    until = forms.DateField(required=False)

    def asked(self) -> dict[str, Any]:
        """What `offer_handshake` is asked. Raises Invalid."""
        if not self.is_valid():
            raise Invalid(
                _("Name the institution by its label, and a day such as 2026-12-31."), code="invalid_handshake"
            )
        return self.cleaned_data
