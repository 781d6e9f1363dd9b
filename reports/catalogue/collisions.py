"""Collisions by kind, typology and month."""

from django.db.models import Count, F, Func, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from intel.models import Collision, Party
from intel.typologies import TYPOLOGIES
from privacy.kinds import BY_NUMBER
from reports.periods import moments_of, months_of
from reports.tables import Period, Table, make_table


def rows_by_kind(period: Period) -> Table:
    """Collisions found, by the kind of their digest."""
    counts = dict(_found(period).values_list("kind").annotate(number=Count("pk")))
    is_english = (get_language() or "").startswith("en")
    names = {number: kind.name_en if is_english else kind.name_zh for number, kind in BY_NUMBER.items()}
    return make_table(
        "collisions-by-kind",
        _("Collisions by kind"),
        _("Digests of one circle that institutions of two or more ownership groups hold, found in the period."),
        _("Kind"),
        [(name, counts.get(number, 0)) for number, name in names.items()],
    )


def rows_by_typology(period: Period) -> Table:
    """Collisions found, by the typologies that any party's clues name."""
    parties = Party.objects.filter(collision__in=_found(period))
    counts = dict(
        parties.annotate(typology=Func(F("typologies"), function="unnest"))
        .values_list("typology")
        .annotate(number=Count("collision", distinct=True))
    )
    return make_table(
        "collisions-by-typology",
        _("Collisions by typology"),
        _("A collision counts once for every typology that a party names; the rows overlap and have no total."),
        _("Typology"),
        [(str(typology), counts.get(code, 0)) for code, typology in TYPOLOGIES.items()],
        adds_up=False,
    )


def rows_by_month(period: Period) -> Table:
    """Collisions by the month in which they were found."""
    found = _found(period).annotate(month=TruncMonth("found_at")).values_list("month").annotate(number=Count("pk"))
    counts = {timezone.localtime(month).date(): number for month, number in found}
    return make_table(
        "collisions-by-month",
        _("Collisions by month"),
        _("By the month in which the second independent institution filed what both hold."),
        _("Month"),
        [(month.strftime("%Y-%m"), counts.get(month, 0)) for month in months_of(period)],
    )


def _found(period: Period) -> QuerySet[Collision]:
    start, end = moments_of(period)
    return Collision.objects.filter(found_at__gte=start, found_at__lt=end)
