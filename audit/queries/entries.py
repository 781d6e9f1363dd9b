"""Reads of the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Entry
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty fields match everything. `since` is inclusive, `until` is not."""

    kind: str = ""
    subject: str = ""
    actor: str = ""
    institution: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries_for(actor: Actor, wanted: Filter) -> QuerySet[Entry]:
    """The entries that match, newest first, with their institution; none without READ_AUDIT."""
    entries = Entry.objects.select_related("institution").order_by("-id")
    if not actor.may(Capability.READ_AUDIT):
        return entries.none()
    given = {
        "kind": wanted.kind,
        "subject": wanted.subject,
        "actor": wanted.actor,
        "institution__ref": wanted.institution,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    return entries.filter(**{name: value for name, value in given.items() if value})


def entries_after(actor: Actor, wanted: Filter, *, before: int | None, limit: int) -> list[Entry]:
    """At most `limit` matching entries older than the entry numbered `before`, or the newest."""
    entries = entries_for(actor, wanted)
    return list((entries.filter(id__lt=before) if before is not None else entries)[:limit])


def entries_about(actor: Actor, subjects: Collection[str], *, most: int) -> list[Entry]:
    """The entries under these subjects, oldest first, for the record that somebody takes out of what they take part in.

    Whoever calls has worked the subjects out from references that the actor may see (`audit.kinds.subject_of`): a
    subject is as random as they are. Raises Forbidden for who takes part in nothing.
    """
    actor.own_institution()
    found = Entry.objects.filter(subject__in=subjects).select_related("institution").order_by("-id")[:most]
    return list(found)[::-1]
