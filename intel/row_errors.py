"""What can be wrong with one row of a submission: a stable code and a sentence that says what to do.

Sentences never repeat what the row held: a value typed into the wrong column must not end in our database.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

MAX_DIGESTS = 20
MAX_NOTE = 2000
MAX_REFERENCE = 64
MAX_YEARS = 5
MAY_PASS_LATER = frozenset({"unknown_circle", "unknown_library", "future_time"})
"""Codes of rows that the same file may have accepted another day."""


class BadRow(Exception):
    """A row that cannot become a clue: the `field` and the `code` of the first thing wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "not_an_object": _("The row must be a JSON object."),
        "unknown_field": _("The row has a field that this interface does not know. Nothing of it was stored."),
        "missing": _("This field is missing."),
        "unknown_circle": _("Your institution is in no circle of this code."),
        "unknown_typology": _("This typology is not in the list."),
        "unknown_proof": _("The grade of proof is suspicion, reasonable or clear."),
        "unknown_role": _("The role is agent, actor, victim or unknown."),
        "invalid_time": _("Write the time as in RFC 3339, for example 2026-05-01T09:30:00+08:00."),
        "time_without_offset": _("Add the offset from UTC to the time, for example +08:00."),
        "future_time": _("The time lies in the future."),
        "too_old": _("The time lies more than 5 years back; such records may not be kept."),
        "no_digests": _("A clue holds 1 to 20 digests; this one has none."),
        "too_many_digests": _("A clue holds 1 to 20 digests; this one has more."),
        "unknown_kind": _("This kind is not known."),
        "invalid_digest": _("A digest is 32 bytes in base64url without padding, 43 characters."),
        "invalid_point": _("The digest is not a valid point; compute it again with the client."),
        "duplicate_digest": _("The clue names this digest twice."),
        "library_missing": _("A voice digest names its voice library."),
        "library_not_allowed": _("Only a voice digest names a voice library."),
        "unknown_library": _("This voice library is not registered in the circle."),
        "not_a_text": _("This field must be a text."),
        "note_too_long": _("A note holds at most 2,000 characters."),
        "note_has_indicator": _(
            "The note seems to hold a phone, card or ID number. Remove it: notes carry no indicators."
        ),
        "reference_too_long": _("An own reference holds at most 64 characters."),
        "reference_has_indicator": _(
            "The own reference seems to hold a phone, card or ID number. Use an opaque key of your system."
        ),
    }
)


def sentence(code: str) -> str:
    """The sentence of a code in the reader's language; the code itself for one this version does not know."""
    return gettext(SENTENCES[code]) if code in SENTENCES else code
