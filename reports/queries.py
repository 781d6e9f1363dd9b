"""Reports for whoever may read them."""

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from reports.catalogue import REPORTS
from reports.tables import Period, Table


def reports_for(actor: Actor, period: Period) -> list[Table]:
    """Every report of a period. Raises Forbidden."""
    actor.require(Capability.VIEW_REPORTS)
    return [rows(period) for rows in REPORTS.values()]


def report_for(actor: Actor, code: str, period: Period) -> Table:
    """One report of a period. Raises Forbidden, NotFound."""
    actor.require(Capability.VIEW_REPORTS)
    if code not in REPORTS:
        raise NotFound
    return REPORTS[code](period)
