"""Running a report's one statement, so that all its numbers are of one moment."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from intel.typologies import TYPOLOGIES
from members.models import Circle
from reports.periods import Period
from reports.tables import NOW, Breakdown, Category, Counts


def count_months(statement: str, period: Period) -> Counts:
    """Counts of a statement that yields (breakdown, bucket, category, count).

    Its parameters are `begins` and `ends` of the period, and `boundaries`, whose `width_bucket` numbers the months.
    """
    months = [str(month) for month in period.months]
    bounds: dict[str, datetime | list[datetime]] = {
        "begins": period.begins,
        "ends": period.ends,
        "boundaries": period.boundaries,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, bounds)
        return {(breakdown, months[bucket - 1], code): count for breakdown, bucket, code, count in cursor.fetchall()}


def count_now(statement: str) -> Counts:
    """Counts of a statement that yields (breakdown, category, count)."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {(breakdown, NOW, code): count for breakdown, code, count in cursor.fetchall()}


def typologies() -> Breakdown:
    """By typology."""
    names = tuple(Category(one.code, one.name_zh, one.name_en) for one in TYPOLOGIES.values())
    return Breakdown("typology", _("Typology"), names)


def circles() -> Breakdown:
    """By circle, with every circle there is."""
    names = tuple(Category(one.code, one.name_zh, one.name_en) for one in Circle.objects.order_by("code"))
    return Breakdown("circle", _("Circle"), names)
