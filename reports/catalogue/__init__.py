"""The reports there are, in the order in which the page shows them. Each module has `rows(period) -> Table`."""

from collections.abc import Callable

from reports.catalogue import clues, collisions, members, submissions
from reports.tables import Period, Table

REPORTS: dict[str, Callable[[Period], Table]] = {
    "members": members.rows,
    "submissions": submissions.rows,
    "clues": clues.rows,
    "clues-by-month": clues.rows_by_month,
    "collisions-by-kind": collisions.rows_by_kind,
    "collisions-by-typology": collisions.rows_by_typology,
    "collisions-by-month": collisions.rows_by_month,
}
