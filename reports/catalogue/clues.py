"""What institutions reported, by the month of filing."""

from django.utils.translation import gettext_lazy as _

from intel.models import Clue
from reports.catalogue.counting import circles, count_months, typologies
from reports.periods import Period
from reports.tables import Breakdown, Report, Table, category, protect

# Rows of equal attributes are counted first: on two million clues that is four times as fast as grouping each of them.
_COUNT = """
SELECT CASE grouping(typology, proof, role, code)
           WHEN 15 THEN 'all' WHEN 7 THEN 'typology' WHEN 11 THEN 'proof' WHEN 13 THEN 'role' ELSE 'circle' END,
       bucket, coalesce(typology, proof, role, code, ''), sum(alike)::bigint
FROM (
    SELECT width_bucket(clue.filed_at, %(boundaries)s::timestamptz[]) AS bucket, typology, proof, role, circle.code,
           count(*) AS alike
    FROM intel_clue clue JOIN members_circle circle ON circle.id = clue.circle_id
    WHERE clue.filed_at >= %(begins)s AND clue.filed_at < %(ends)s
    GROUP BY 1, 2, 3, 4, 5
) AS filed
GROUP BY GROUPING SETS ((bucket), (bucket, typology), (bucket, proof), (bucket, role), (bucket, code))
"""


def rows(period: Period) -> Table:
    """Clues by typology, grade of proof, role and circle, each by month of filing."""
    breakdowns = (
        typologies(),
        Breakdown("proof", _("Grade of proof"), tuple(category(p.value, p.label) for p in Clue.Proof)),
        Breakdown("role", _("Role"), tuple(category(r.value, r.label) for r in Clue.Role)),
        circles(),
    )
    return protect(map(str, period.months), breakdowns, count_months(_COUNT, period))


REPORT = Report(
    name="clues",
    title=_("Clues"),
    icon="send",
    how=(
        _("Counts clues in the month in which they were filed, not in that of the event they report."),
        _("A clue that was withdrawn later stays counted, so a month that is over never changes."),
        _("A clue has one typology, one grade of proof, one role and one circle."),
    ),
    rows=rows,
)
