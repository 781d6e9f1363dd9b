"""Reading a report. Each reading is on the record."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from reports.catalogue import CATALOGUE
from reports.periods import Period
from reports.render import csv_of
from reports.tables import Report, Table


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as it was counted just now, with the file that holds the same numbers and the file's SHA-256."""

    report: Report
    period: Period
    table: Table
    counted_at: datetime
    file: bytes
    sha256: str


def read_report(actor: Actor, name: str, period: Period, *, form: str) -> Reading:
    """Count a report. `form` says where it goes: overview, page or csv. Raises Forbidden, NotFound."""
    actor.require(Capability.VIEW_REPORTS)
    report = CATALOGUE.get(name)
    if report is None:
        raise NotFound
    with transaction.atomic():
        table = report.rows(period)
        file = csv_of(report, period, table)
        reading = Reading(report, period, table, timezone.now(), file, hashlib.sha256(file).hexdigest())
        months = {"first": str(period.first), "last": str(period.last)} if report.dated else {}
        audit.record(actor, "report.read", name, form=form, sha256=reading.sha256, **months)
    return reading


def read_all(actor: Actor, period: Period) -> list[Reading]:
    """Every report, for the overview."""
    return [read_report(actor, name, period, form="overview") for name in CATALOGUE]
