"""Every report there is, by its name in the address."""

from collections.abc import Mapping
from types import MappingProxyType

from reports.catalogue import clues, collisions, members, police, submissions
from reports.tables import Report

CATALOGUE: Mapping[str, Report] = MappingProxyType(
    {
        report.name: report
        for report in (members.REPORT, submissions.REPORT, clues.REPORT, collisions.REPORT, police.REPORT)
    }
)
