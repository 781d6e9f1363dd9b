"""Who belongs to the alliance, as the register stands now."""

from django.utils.translation import gettext_lazy as _

from members.models import Institution
from reports.catalogue.counting import circles, count_now
from reports.periods import Period
from reports.tables import NOW, Breakdown, Report, Table, category, protect

_COUNT = """
WITH member AS (SELECT id, kind, status FROM members_institution WHERE group_id IS NOT NULL)
SELECT 'all', '', count(*) FROM member
UNION ALL SELECT 'kind', kind, count(*) FROM member GROUP BY kind
UNION ALL SELECT 'status', status, count(*) FROM member GROUP BY status
UNION ALL SELECT 'circle', c.code, count(*)
    FROM member m
    JOIN members_membership s ON s.institution_id = m.id AND s.left_at IS NULL
    JOIN members_circle c ON c.id = s.circle_id
    GROUP BY c.code
"""
_KINDS = (
    Institution.Kind.BANK,
    Institution.Kind.CONSUMER_FINANCE,
    Institution.Kind.INSURER,
    Institution.Kind.FINTECH,
)


def rows(_period: Period) -> Table:
    """Member institutions by kind, status and circle. A history would tell who joined when, so there is none."""
    breakdowns = (
        Breakdown("kind", _("Kind of institution"), tuple(category(kind.value, kind.label) for kind in _KINDS)),
        Breakdown("status", _("Status"), tuple(category(s.value, s.label) for s in Institution.Status)),
        circles(),
    )
    return protect([NOW], breakdowns, count_now(_COUNT))


REPORT = Report(
    name="members",
    title=_("Members"),
    icon="building-bank",
    how=(
        _("Counts institutions that are members, as the register stands now; police, regulator and operator are none."),
        _("An institution counts in every circle that it belongs to now: circles can add up to more than the total."),
    ),
    rows=rows,
    dated=False,
)
