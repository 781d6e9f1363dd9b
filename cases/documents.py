"""Numbers (as the police write them: 澜公（经）受案字〔2026〕0042号, A3301060000002026010042) and days of documents."""

import re
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.regions import PROVINCES
from kit.errors import Invalid
from privacy.kinds import looks_like_indicator
from privacy.kinds.text import folded_of

LONGEST_NUMBER = 80
NO_NUMBER = _("Give the number of the document, at most 80 characters.")
NOT_YET = _("This day has not come yet.")
TOO_EARLY = _("This day lies before the year 2000: give the year in four digits.")
NOT_BEFORE = _("This day is before the step it follows.")
# A year of two digits, 26, is a day that a field for dates takes: 0026. Nothing of a case is dated before this one.
EARLIEST = date(2000, 1, 1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# The police's own number of a case: a letter, the unit (12 digits that begin with its region by GB/T 2260), year and
# month, and a number of four digits. Whatever else is longer than a short number may hold a phone, card or ID number,
# with digits before or behind it that hide it from who looks for one.
_CASE_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z](?:{'|'.join(PROVINCES)})(?:[0-6][0-9]|[79]0)[0-9]{{8}}"
    r"20[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{4}(?![0-9])"
)
_LONG = re.compile("[0-9]{12}")


def checked_number(text: str, field: str = "document") -> str:
    """The number without blanks around it. Raises Invalid for none, a long one, or one that holds an indicator or more
    than 11 digits in a row that are no case number of the police.
    """
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_NUMBER or _CONTROL.search(said):
        raise Invalid(NO_NUMBER, errors={field: [NO_NUMBER]})
    rest = _CASE_NUMBER.sub(" ", folded_of(said))
    if looks_like_indicator(rest) is not None or _LONG.search(rest):
        message = _("This may hold a phone, card or ID number. Give the number of the document alone.")
        raise Invalid(message, errors={field: [message]})
    return said


def today() -> date:
    """Today in the alliance's time zone, by which documents are dated, wherever the reader is."""
    return timezone.localdate(timezone.now(), timezone.get_default_timezone())


def checked_day(on: date, field: str = "on", *, not_before: date | None = None) -> date:
    """A day that has come, of this century, and not before another one. Raises Invalid."""
    if on < EARLIEST:
        raise Invalid(TOO_EARLY, errors={field: [TOO_EARLY]})
    if on > today():
        raise Invalid(NOT_YET, errors={field: [NOT_YET]})
    if not_before is not None and on < not_before:
        raise Invalid(NOT_BEFORE, errors={field: [NOT_BEFORE]})
    return on
