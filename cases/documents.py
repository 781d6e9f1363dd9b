"""Numbers (as the police write them: 澜公（经）受案字〔2026〕0042号, A3301060000002026010042) and days of documents."""

import re
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from kit.errors import Invalid
from privacy.kinds import looks_like_indicator

LONGEST_NUMBER = 80
NO_NUMBER = _("Give the number of the document, at most 80 characters.")
NOT_YET = _("This day has not come yet.")
NOT_BEFORE = _("This day is before the step it follows.")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# The police's own case numbers are a letter and 22 digits: part of one may pass for a card by chance. Shorter ones are
# looked at as they are, or a card or an ID number would pass behind a letter.
_CASE_NUMBER = re.compile(r"[A-Za-z][0-9]{20,22}(?![0-9])")


def checked_number(text: str, field: str = "document") -> str:
    """The number without blanks around it. Raises Invalid for none, a long one, or one that holds an indicator."""
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_NUMBER or _CONTROL.search(said):
        raise Invalid(NO_NUMBER, errors={field: [NO_NUMBER]})
    if looks_like_indicator(_CASE_NUMBER.sub("", said)) is not None:
        message = _("This holds a phone, card or ID number. Give the number of the document alone.")
        raise Invalid(message, errors={field: [message]})
    return said


def today() -> date:
    """Today in the alliance's time zone, by which documents are dated, wherever the reader is."""
    return timezone.localdate(timezone.now(), timezone.get_default_timezone())


def checked_day(on: date, field: str = "on", *, not_before: date | None = None) -> date:
    """A day that has come, and is not before another one. Raises Invalid."""
    if on > today():
        raise Invalid(NOT_YET, errors={field: [NOT_YET]})
    if not_before is not None and on < not_before:
        raise Invalid(NOT_BEFORE, errors={field: [NOT_BEFORE]})
    return on
