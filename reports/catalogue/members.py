"""Members of the alliance by kind of institution."""

from django.db.models import Count
from django.utils.translation import gettext as _

from members.models import Institution
from reports.periods import moments_of
from reports.tables import Period, Table, make_table

KINDS = [kind for kind in Institution.Kind if kind not in {"police", "regulator", "operator"}]


def rows(period: Period) -> Table:
    """Active members at the end of the period."""
    _start, end = moments_of(period)
    found = (
        Institution.objects.filter(kind__in=KINDS, status=Institution.Status.ACTIVE, created_at__lt=end)
        .values_list("kind")
        .annotate(number=Count("pk"))
    )
    counts = dict(found)
    return make_table(
        "members",
        _("Members by kind of institution"),
        _("Institutions that joined before the end of the period and are active today."),
        _("Kind of institution"),
        [(str(kind.label), counts.get(kind.value, 0)) for kind in KINDS],
    )
