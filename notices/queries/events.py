"""Reads of an institution's events in their order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.paging import check_limit
from members.queries.circles import shown_circles
from notices.event_types import TYPES
from notices.models import Event
from notices.walls import hidden

_COLLISIONS = [one.code for one in TYPES.values() if one.is_collision]


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, oldest first, and the cursor to go on from; `has_more` if there are others by now."""

    rows: Sequence[Event]
    next_cursor: str
    has_more: bool


def events_for(actor: Actor, *, cursor: str, limit: int) -> EventPage:
    """The events of the actor's institution whose number is greater than the cursor's; from the first kept on if empty.

    Collisions of a circle that the institution left, or that is too small now, are passed over, and cases that it takes
    no part in any more. Raises Forbidden; Invalid for a cursor or limit that is not one.
    """
    actor.require(Capability.READ_EVENTS)
    institution = actor.own_institution()
    check_limit(limit)
    if cursor and (not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18):
        raise Invalid(_("This cursor is not one of ours; begin again without it."), code="invalid_cursor")
    after = int(cursor or 0)
    numbered = Event.objects.filter(institution_id=institution, sequence__gt=after)
    shown = Q(circle=None) | ~Q(type__in=_COLLISIONS) | Q(circle__in=shown_circles(institution))
    rows = list(numbered.filter(shown).order_by("sequence")[: limit + 1])
    has_more = len(rows) > limit
    rows = rows[:limit]
    last = str(rows[-1].sequence) if rows else str(after)
    subjects: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        subjects[row.type].add(row.subject)
    shut = hidden(institution, subjects)
    return EventPage([row for row in rows if (row.type, row.subject) not in shut], last, has_more)
