"""What a client sends about a warning list, read strictly; services decide."""

from typing import Any

from django.utils.translation import gettext as _

from kit.errors import Invalid
from privacy import encoding
from privacy.encoding import Malformed
from privacy.warnings import MOST_ENTRIES, Entry

MOST_BYTES = 4 * 1024 * 1024
"""Bytes of a proposal: 10,000 entries with their digests are some 1.5 MB."""
_PROPOSAL = ("code", "sort", "name_zh", "name_en", "reason", "epoch", "entries", "digests")
_TEXTS = ("code", "sort", "name_zh", "name_en", "reason")
_MOST_EPOCH = 2**32 - 1


def proposal(message: object) -> dict[str, Any]:
    """The arguments of `propose_version` of a JSON object. Raises Invalid that says which field or entry."""
    try:
        found = encoding.fields(message, _PROPOSAL, "the proposal")
        if not isinstance(found["entries"], list):
            raise Malformed("entries must be a list")
        if len(found["entries"]) > MOST_ENTRIES:
            raise Invalid(_("A list has at most 10,000 entries."), code="list_long", entry=MOST_ENTRIES + 1)
        for name in _TEXTS:
            if not isinstance(found[name], str):
                raise Malformed(f"{name} must be a text")
        return {
            **{name: found[name] for name in _TEXTS},
            "epoch": encoding.whole(found["epoch"], "epoch", 1, _MOST_EPOCH),
            "entries": [_entry(place, one) for place, one in enumerate(found["entries"], start=1)],
            "digests": encoding.unb64(found["digests"], "digests"),
        }
    except Malformed as error:
        raise _malformed(error) from error


def approval(message: object) -> dict[str, Any]:
    """The arguments of `approve_version`: {"epoch", "digests"}, the digests one blob in base64url. Raises Invalid."""
    try:
        found = encoding.fields(message, ("epoch", "digests"), "the approval")
        return {
            "epoch": encoding.whole(found["epoch"], "epoch", 1, _MOST_EPOCH),
            "digests": encoding.unb64(found["digests"], "digests"),
        }
    except Malformed as error:
        raise _malformed(error) from error


def refusal(message: object) -> str:
    """The reason of a refusal: {"reason"}. Raises Invalid."""
    try:
        found = encoding.fields(message, ("reason",), "the refusal")
    except Malformed as error:
        raise _malformed(error) from error
    return str(found["reason"])


def _entry(place: int, message: object) -> Entry:
    try:
        return Entry.from_json(message)
    except Malformed as error:
        raise Malformed(f"entry {place}: {error}") from error


def _malformed(error: Malformed) -> Invalid:
    return Invalid(_("The request is malformed."), code="malformed", reason=str(error))
