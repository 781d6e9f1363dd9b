"""Months of a report."""

from datetime import date, datetime, time

from django.utils import timezone

from reports.tables import Period

MOST_MONTHS = 36


def month_after(month: date, months: int = 1) -> date:
    """The first day of the month so many months later; negative goes back."""
    place = month.year * 12 + month.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def last_months(number: int) -> Period:
    """The last `number` months, the current one included."""
    this = timezone.localdate().replace(day=1)
    return Period(month_after(this, 1 - number), month_after(this))


def months_of(period: Period) -> list[date]:
    """The first day of each month of the period."""
    months = []
    month = period.start
    while month < period.end:
        months.append(month)
        month = month_after(month)
    return months


def moments_of(period: Period) -> tuple[datetime, datetime]:
    """The period as aware moments: from the first, before the second."""
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (period.start, period.end))
    return start, end
