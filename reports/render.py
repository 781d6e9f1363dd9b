"""A report as a file."""

import csv
import io

from django.utils.translation import gettext as _

from reports.tables import Table

HIDDEN = "*"
"""What stands for a count that is not published."""


def to_csv(table: Table) -> str:
    """Comma-separated values with the mark that makes Excel read UTF-8. No cell holds a visitor's text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([table.head, table.title])
    writer.writerows([row.label, _shown(row.count)] for row in table.rows)
    writer.writerow([_("Total"), _shown(table.total)])
    return "\ufeff" + out.getvalue()


def _shown(count: int | None) -> str:
    return HIDDEN if count is None else str(count)
