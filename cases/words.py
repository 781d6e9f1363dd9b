"""Texts that people write in a case: of a length, and never with a plain indicator in them."""

import re

from django.utils.translation import gettext_noop as _

from kit.errors import Invalid
from privacy.kinds import looks_like_indicator

LONGEST_TITLE = 120
LONGEST_COMMENT = 4000
NO_WORDS = _("Write something, without a phone, card or ID number in it.")
TOO_LONG = _("This is too long: a title holds 120 characters, a comment 4,000.")
# The database keeps no NUL, and nobody reads the others; lines and tabs are text.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def checked_words(text: str, field: str, longest: int) -> str:
    """The text without blanks around it. Raises Invalid, naming the field, for none, a long one or an indicator."""
    said = text.strip()
    if len(said) > longest:
        raise Invalid(TOO_LONG, errors={field: [TOO_LONG]})
    # A value belongs into a disclosure, where it is encrypted: a plain one here would lie on the platform.
    if not said or _CONTROL.search(said) or looks_like_indicator(said) is not None:
        raise Invalid(NO_WORDS, errors={field: [NO_WORDS]})
    return said
