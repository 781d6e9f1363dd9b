"""What happened in a case, as far as its reader is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.models import Case, TimelineEntry
from cases.queries.cases import is_police
from kit.actor import Actor
from kit.paging import Page, newest


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Something that happened: an audit kind, the row it was done to, its codes and numbers, and who did it.

    `institution` is empty for the platform, `person` for a system. `police_only` ones are in the rows of police units
    alone.
    """

    at: datetime
    kind: str
    subject: UUID
    facts: Mapping[str, Any]
    institution: str
    person: str
    is_own: bool
    police_only: bool


def timeline_of(actor: Actor, case: Case, *, cursor: str = "", limit: int = 20) -> Page[TimelineRow]:
    """The case's timeline, the newest first. The caller has fetched the case for its reader. Raises Invalid."""
    found = TimelineEntry.objects.filter(case=case).select_related("institution", "user")
    if not is_police(actor):
        found = found.filter(police_only=False)
    rows, next_cursor = newest(found, moment="at", id="subject", cursor=cursor, limit=limit)
    return Page([_row(actor, entry) for entry in rows], next_cursor)


def _row(actor: Actor, entry: TimelineEntry) -> TimelineRow:
    return TimelineRow(
        at=entry.at,
        kind=entry.kind,
        subject=entry.subject,
        facts=entry.facts,
        institution=str(entry.institution) if entry.institution else "",
        person=entry.user.name if entry.user else "",
        is_own=entry.institution_id is not None and entry.institution_id == actor.institution,
        police_only=entry.police_only,
    )
