"""Reasons that others may read: short, and never an indicator."""

from django.utils.translation import gettext_noop as _

from kit.errors import Invalid
from privacy.kinds import looks_like_indicator

LONGEST_REASON = 500


def checked_reason(text: str, field: str = "reason") -> str:
    """The reason without blanks around it. Raises Invalid for an empty or long one and for one with an indicator."""
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_REASON or looks_like_indicator(said) is not None:
        message = _("1 to 500 characters, without a phone, card or ID number.")
        raise Invalid(message, errors={field: [message]})
    return said
