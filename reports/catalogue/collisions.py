"""What two or more independent institutions hold in common, by the month in which it was found."""

from django.utils.translation import gettext_lazy as _

from privacy.kinds import KINDS
from reports.catalogue.counting import circles, count_months, typologies
from reports.periods import Period
from reports.tables import Breakdown, Category, Report, Table, protect

_COUNT = """
WITH found AS (
    SELECT id, kind::text AS kind, circle_id, width_bucket(found_at, %(boundaries)s::timestamptz[]) AS bucket
    FROM intel_collision WHERE found_at >= %(begins)s AND found_at < %(ends)s
)
SELECT 'all', bucket, '', count(*) FROM found GROUP BY bucket
UNION ALL SELECT 'kind', bucket, kind, count(*) FROM found GROUP BY bucket, kind
UNION ALL SELECT 'circle', bucket, c.code, count(*)
    FROM found JOIN members_circle c ON c.id = circle_id GROUP BY bucket, c.code
UNION ALL SELECT 'typology', bucket, named.typology, count(DISTINCT found.id)
    FROM found JOIN intel_party p ON p.collision_id = found.id CROSS JOIN unnest(p.typologies) AS named (typology)
    GROUP BY bucket, named.typology
"""


def rows(period: Period) -> Table:
    """Collisions by kind, typology and circle, each by the month in which they were found."""
    kinds = tuple(Category(str(kind.number), kind.name_zh, kind.name_en) for kind in KINDS.values())
    breakdowns = (Breakdown("kind", _("Kind"), kinds), typologies(), circles())
    return protect(map(str, period.months), breakdowns, count_months(_COUNT, period))


REPORT = Report(
    name="collisions",
    title=_("Collisions"),
    icon="arrows-join",
    how=(
        _("Counts collisions in the month in which they were found, once each, however many institutions hold them."),
        _("A collision that a withdrawal dissolved is counted no longer, so the number of a past month can fall."),
        _("A collision counts under every typology that its clues name: typologies can add up to more than the total."),
        _("A collision is a lead, never a verdict."),
    ),
    rows=rows,
)
