"""Submissions by month."""

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from intel.models import Submission
from reports.periods import moments_of, months_of
from reports.tables import Period, Table, make_table


def rows(period: Period) -> Table:
    """Submissions received, repetitions of the same content left out."""
    start, end = moments_of(period)
    found = (
        Submission.objects.filter(received_at__gte=start, received_at__lt=end, repeats=None)
        .annotate(month=TruncMonth("received_at"))
        .values_list("month")
        .annotate(number=Count("pk"))
    )
    counts = {timezone.localtime(month).date(): number for month, number in found}
    return make_table(
        "submissions",
        _("Submissions by month"),
        _("Batches of clues received by portal, file and API; a repetition of the same content is not counted."),
        _("Month"),
        [(month.strftime("%Y-%m"), counts.get(month, 0)) for month in months_of(period)],
    )
