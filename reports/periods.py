"""Which months a report counts. Months are whole, in the alliance's time zone, so that readers everywhere agree."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from kit.errors import Invalid

LONGEST = 36
"""Months of one report at most."""
USUAL = 12
_FORM = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; written `2026-03`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def plus(self, months: int) -> "Month":
        """The month so many months later, or earlier if negative."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    def begins(self) -> datetime:
        """Its first moment in the alliance's time zone (settings.TIME_ZONE), whatever the reader's is."""
        return datetime(self.year, self.number, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Period:
    """The months from `first` to `last`, both included."""

    first: Month
    last: Month

    @property
    def months(self) -> tuple[Month, ...]:
        """Every month, oldest first."""
        length = (self.last.year - self.first.year) * 12 + self.last.number - self.first.number + 1
        return tuple(self.first.plus(n) for n in range(length))

    @property
    def boundaries(self) -> list[datetime]:
        """The first moments of the months, for `width_bucket`."""
        return [month.begins() for month in self.months]

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return self.first.begins()

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.last.plus(1).begins()


def this_month() -> Month:
    """The month that runs now in the alliance's time zone."""
    now = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    return Month(now.year, now.month)


def usual_period() -> Period:
    """The last twelve months, the running one included."""
    last = this_month()
    return Period(last.plus(1 - USUAL), last)


def read_period(first: str, last: str) -> Period:
    """The period between two texts like `2026-03`. Raises Invalid."""
    since, until = _month(first), _month(last)
    if until > this_month():
        raise Invalid(_("The period ends with the running month at the latest."), code="invalid_period")
    if since > until:
        raise Invalid(_("The period begins after it ends."), code="invalid_period")
    period = Period(since, until)
    if len(period.months) > LONGEST:
        raise Invalid(_("A report covers at most %(n)s months.") % {"n": LONGEST}, code="invalid_period")
    return period


def _month(text: str) -> Month:
    found = _FORM.fullmatch(text)
    if found is None:
        raise Invalid(_("A month is written like 2026-03."), code="invalid_period")
    return Month(int(found[1]), int(found[2]))
