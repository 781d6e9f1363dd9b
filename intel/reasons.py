"""Reasons that others may read: short, and never an indicator."""

import re

from django.utils.translation import gettext_noop as _

from kit.errors import Invalid
from members.queries.institutions import names_an_institution
from privacy.kinds import looks_like_indicator

LONGEST_REASON = 500
NO_REASON = _("1 to 500 characters, without a phone, card or ID number.")
# The database keeps no NUL, half a character is none, nobody reads the others, and what turns the order of those that
# follow makes a report say another thing than its bytes; lines and tabs are text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def checked_reason(text: str, field: str = "reason") -> str:
    """The reason without blanks around it. Raises Invalid for an empty or long one and for one with an indicator."""
    if not is_reason(text):
        raise Invalid(NO_REASON, errors={field: [NO_REASON]})
    return text.strip()


def nameless_reason(text: str) -> str:
    """`checked_reason` of what other parties read under a label. Raises Invalid if it names an institution, too."""
    said = checked_reason(text)
    if names_an_institution(said):
        message = _("Name no institution: names stay closed until both sides open them.")
        raise Invalid(message, errors={"reason": [message]})
    return said


def is_reason(text: str, longest: int = LONGEST_REASON) -> bool:
    """Whether others may read it: not empty, at most `longest` characters, no indicator, nothing that is no text."""
    said = text.strip()
    if _CONTROL.search(said):
        return False
    return 1 <= len(said) <= longest and looks_like_indicator(said) is None
