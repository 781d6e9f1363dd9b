"""What happened in a case, as far as its reader is told of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.models import Case, Disclosure, Evidence, Measure, Participant, Task, TimelineEntry
from cases.queries.cases import is_police
from cases.queries.police import person_of
from cases.sealing import unseal
from kit.actor import Actor
from kit.paging import Page, newest
from privacy.envelope import SealError


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Something that happened: an audit kind, the row it was done to, its codes and numbers, and who did it.

    `about` is the name of that row, where it has one that its reader may know: a participant, a task, evidence, or the
    number of a measure's person.
    `institution` is empty for the platform, `person` for a system. `police_only` ones are in the rows of police units
    alone.
    """

    at: datetime
    kind: str
    subject: UUID
    facts: Mapping[str, Any]
    about: str
    institution: str
    person: str
    is_own: bool
    police_only: bool


def timeline_of(actor: Actor, case: Case, *, cursor: str = "", limit: int = 20) -> Page[TimelineRow]:
    """The case's timeline, the newest first. The caller has fetched the case for its reader. Raises Invalid."""
    found = TimelineEntry.objects.filter(case=case).select_related("institution", "user")
    if not is_police(actor):
        found = found.filter(police_only=False)
    # A disclosure is the business of its two sides.
    sides = Q(asker_id=actor.institution) | Q(holder_id=actor.institution)
    own = Disclosure.objects.filter(sides, case=case).values("ref")
    found = found.filter(~Q(kind__startswith="disclosure.") | Q(subject__in=own))
    rows, next_cursor = newest(found, moment="at", id="subject", cursor=cursor, limit=limit)
    names = _names(actor, case, {entry.subject for entry in rows})
    return Page([_row(actor, entry, names.get(entry.subject, "")) for entry in rows], next_cursor)


def _names(actor: Actor, case: Case, subjects: Collection[UUID]) -> dict[UUID, str]:
    parts = Participant.objects.filter(case=case, ref__in=subjects).select_related("institution")
    named = {part.ref: str(part.institution) for part in parts}
    for task in Task.objects.filter(case=case, ref__in=subjects):
        named[task.ref] = _opened(task.title, "task/title", task.ref)
    for item in Evidence.objects.filter(case=case, ref__in=subjects):
        named[item.ref] = _opened(item.title, "evidence/title", item.ref)
    for measure in Measure.objects.filter(participant__case=case, ref__in=subjects):
        named[measure.ref] = str(person_of(measure, police=is_police(actor)))
    return named


def _opened(title: bytes | memoryview, place: str, ref: UUID) -> str:
    try:
        return unseal(title, place, ref)
    except SealError:
        return ""  # the page of the thing itself says that it is not what was kept


def _row(actor: Actor, entry: TimelineEntry, about: str) -> TimelineRow:
    return TimelineRow(
        at=entry.at,
        kind=entry.kind,
        subject=entry.subject,
        facts=entry.facts,
        about=about,
        institution=str(entry.institution) if entry.institution else "",
        person=entry.user.name if entry.user else "",
        is_own=entry.institution_id is not None and entry.institution_id == actor.institution,
        police_only=entry.police_only,
    )
