"""Clues by typology and by month."""

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from intel.models import Clue, Submission
from intel.typologies import TYPOLOGIES
from reports.periods import moments_of, months_of
from reports.tables import Period, Table, make_table


def rows(period: Period) -> Table:
    """Standing clues by typology."""
    start, end = moments_of(period)
    found = Clue.objects.filter(filed_at__gte=start, filed_at__lt=end, withdrawn_at=None)
    counts = dict(found.values_list("typology").annotate(number=Count("pk")))
    return make_table(
        "clues",
        _("Clues by typology"),
        _("Clues filed in the period that have not been withdrawn."),
        _("Typology"),
        [(str(typology), counts.get(code, 0)) for code, typology in TYPOLOGIES.items()],
    )


def rows_by_month(period: Period) -> Table:
    """Clues accepted by month, from the submissions' own counts."""
    start, end = moments_of(period)
    found = (
        Submission.objects.filter(received_at__gte=start, received_at__lt=end)
        .annotate(month=TruncMonth("received_at"))
        .values_list("month")
        .annotate(number=Sum("accepted"))
    )
    counts = {timezone.localtime(month).date(): number for month, number in found}
    return make_table(
        "clues-by-month",
        _("Clues accepted by month"),
        _("Clues accepted when they were filed, whether or not they were withdrawn later."),
        _("Month"),
        [(month.strftime("%Y-%m"), counts.get(month, 0)) for month in months_of(period)],
    )
