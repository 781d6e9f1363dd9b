"""What the police made of joint cases: by the month a unit accepted them, 刑事 and 治安 apart, by province."""

from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cases.regions import PROVINCES
from reports.periods import Month, Period
from reports.tables import Breakdown, Category, Report, Table, category, protect

OPEN = "open"
NO_PROVINCE = "none"
_BRANCHES = (
    ("criminal", _("Criminal (刑事)")),
    ("public_order", _("Public order (治安)")),
    (OPEN, _("Not decided, or not taken up")),
)
_COUNT = """
WITH step AS (
    -- What was corrected was never so, on whatever day one asks.
    SELECT s.id, s.participant_id, s.status, s.branch, s."on", p.case_id, p.institution_id
    FROM cases_statusentry s JOIN cases_participant p ON p.id = s.participant_id
    WHERE s."on" < %(until)s AND NOT EXISTS (SELECT FROM cases_statusentry c WHERE c.corrects_id = s.id)
), accepted AS (
    SELECT participant_id, min("on") AS day FROM step WHERE status = 'accepted' GROUP BY participant_id
), newest AS (
    SELECT DISTINCT ON (participant_id) participant_id, case_id, institution_id, status, branch
    FROM step ORDER BY participant_id, id DESC
), proceeding AS (
    SELECT DISTINCT ON (n.case_id) n.case_id, n.institution_id, coalesce(nullif(n.branch, ''), 'open') AS branch
    FROM newest n JOIN accepted a USING (participant_id)
    ORDER BY n.case_id, n.status = 'transferred',
             CASE n.branch WHEN 'criminal' THEN 0 WHEN 'public_order' THEN 1 ELSE 2 END, a.day, n.participant_id
), counted AS (
    SELECT pr.branch, coalesce(left(u.region, 2), 'none') AS province, first.day
    FROM proceeding pr
    JOIN (SELECT case_id, min("on") AS day FROM step WHERE status = 'accepted' GROUP BY case_id) first USING (case_id)
    LEFT JOIN cases_policeunit u ON u.institution_id = pr.institution_id
)
SELECT branch, province, to_char(day, 'YYYY-MM'), count(*) FROM counted WHERE day >= %(since)s GROUP BY 1, 2, 3
"""

_PROVINCES = """
SELECT left(region, 2) FROM cases_policeunit
UNION SELECT 'none' WHERE EXISTS (
    SELECT FROM cases_participant p
    WHERE p.is_police AND NOT EXISTS (SELECT FROM cases_policeunit u WHERE u.institution_id = p.institution_id)
)
"""


def standing(since: date, until: date) -> dict[tuple[str, str, str], int]:
    """Cases accepted from `since` to before `until`, as they stood then: counts by (branch, province, month).

    Each case counts once: where several units have a proceeding, a criminal one before a public-order one before the
    others, the first to accept before the later, and a transferred one last. Unprotected: for this package alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"since": since, "until": until})
        return {(branch, province, month): count for branch, province, month, count in cursor.fetchall()}


def rows(period: Period) -> Table:
    """Cases by branch, and each branch by province, by the month of acceptance; as they stand at the period's end."""
    counts: dict[tuple[str, str, str], int] = {}
    for (branch, province, month), count in standing(_first(period.first), _first(period.last.plus(1))).items():
        for line in (("all", month, ""), ("branch", month, branch), (branch, month, province)):
            counts[line] = counts.get(line, 0) + count
    return protect(map(str, period.months), _breakdowns(), counts)


def _first(month: Month) -> date:
    return date(month.year, month.number, 1)


def _breakdowns() -> tuple[Breakdown, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_PROVINCES)
        codes = {code for (code,) in cursor.fetchall()}
    # A line for units without an entry only where there are such: an empty one would hide a number beside it for ever.
    elsewhere = [category(NO_PROVINCE, _("Unit not in the directory"))] if NO_PROVINCE in codes else []
    known = [PROVINCES[code] for code in sorted(codes & set(PROVINCES))]
    provinces = [*(Category(one.code, one.name_zh, one.name_en) for one in known), *elsewhere]
    of = (_("Criminal cases by province"), _("Public-order cases by province"), _("Others by province"))
    return (
        Breakdown("branch", _("Law"), tuple(category(code, name) for code, name in _BRANCHES)),
        *(
            Breakdown(code, name, tuple(provinces), ("branch", code))
            for (code, _label), name in zip(_BRANCHES, of, strict=True)
        ),
    )


REPORT = Report(
    name="police",
    title=_("Cases with the police"),
    icon="shield-lock",
    how=(
        _("Counts joint cases in the month in which a police unit first accepted them (受案), once each."),
        _("Law and province are those of the case at the end of the period, or now: so a past month can change."),
        _(
            "Where several units have a proceeding, the case counts where the criminal one is, then the public-order "
            "one, then the first to accept; a transferred one counts where it went."
        ),
        _("A step that was corrected is counted as corrected. The province is that of the unit in the directory."),
    ),
    rows=rows,
)
