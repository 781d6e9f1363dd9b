"""Texts that people write in a case: of a length, and never with a plain indicator in them."""

from django.utils.translation import gettext_noop as _

from intel.reasons import is_reason
from kit.errors import Invalid

LONGEST_TITLE = 120
LONGEST_COMMENT = 4000
NO_WORDS = _("Write something, without a phone, card or ID number in it.")
TOO_LONG = _("This is too long: a title holds 120 characters, a comment 4,000.")


def checked_words(text: str, field: str, longest: int) -> str:
    """The text without blanks around it. Raises Invalid, naming the field, for none, a long one or an indicator."""
    said = text.strip()
    if len(said) > longest:
        raise Invalid(TOO_LONG, errors={field: [TOO_LONG]})
    # A value belongs into a disclosure, where it is encrypted: a plain one here would lie on the platform.
    if not is_reason(said, longest):
        raise Invalid(NO_WORDS, errors={field: [NO_WORDS]})
    return said
