"""What institutions sent in, by the month of receipt."""

from django.utils.translation import gettext_lazy as _

from intel.models import Submission
from reports.catalogue.counting import count_months
from reports.periods import Period
from reports.tables import Breakdown, Report, Table, category, protect

_COUNT = """
SELECT CASE grouping(channel) WHEN 1 THEN 'all' ELSE 'channel' END, bucket, coalesce(channel, ''), count(*)
FROM (
    SELECT width_bucket(received_at, %(boundaries)s::timestamptz[]) AS bucket, channel FROM intel_submission
    WHERE received_at >= %(begins)s AND received_at < %(ends)s AND repeats_id IS NULL
) AS received
GROUP BY GROUPING SETS ((bucket), (bucket, channel))
"""


def rows(period: Period) -> Table:
    """Submissions by channel and month of receipt."""
    channels = Breakdown("channel", _("Channel"), tuple(category(c.value, c.label) for c in Submission.Channel))
    return protect(map(str, period.months), [channels], count_months(_COUNT, period))


REPORT = Report(
    name="submissions",
    title=_("Submissions"),
    icon="upload",
    how=(
        _("Counts submissions in the month of their receipt. The same content sent again counts once."),
        _("A submission holds 1 to 100,000 clues; the report on clues counts those."),
    ),
    rows=rows,
)
