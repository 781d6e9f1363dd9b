"""Reads of a person's own notices, as far as they may still see what these are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from kit.paging import Page, check_limit
from members.queries.circles import shown_circles
from notices.event_types import TYPES, EventType
from notices.models import Notice

MOST_COUNTED = 100
"""The bell counts no further; it says 99+."""
_WINDOW = 2000
"""Notices that one page of moments looks at."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice: what happened, to what, when. `href` is the subject's page, empty if it has none."""

    ref: UUID
    type: EventType
    subject: UUID
    at: datetime
    is_read: bool

    @property
    def href(self) -> str:
        """Where the subject is shown."""
        return self.type.href(self.subject)


@dataclass(frozen=True, slots=True)
class Moment:
    """Notices of one type in one minute: a line of the page. `newest` are the newest of at most three subjects."""

    type: EventType
    at: datetime
    number: int
    unread: int
    newest: tuple[NoticeRow, ...]


def visible(actor: Actor) -> QuerySet[Notice]:
    """The actor's notices whose events they may be told of now, with the events.

    A role that was taken away, a circle that was left or became too small takes its notices along.
    """
    if actor.user is None or actor.institution is None:
        return Notice.objects.none()
    types = [one for one in TYPES.values() if one.is_for(actor)]
    walled = [one.code for one in types if one.is_collision]
    open_types = [one.code for one in types if not one.is_collision]
    shown = Q(event__circle=None) | Q(event__circle__in=shown_circles(actor.institution))
    return Notice.objects.filter(
        Q(event__type__in=open_types) | (Q(event__type__in=walled) & shown),
        user_id=actor.user,
        event__institution_id=actor.institution,
    ).select_related("event")


def unread_count(actor: Actor) -> int:
    """How many notices in the portal the actor has not read, counted to MOST_COUNTED."""
    if not actor.may(Capability.BE_TOLD):
        return 0
    return visible(actor).filter(portal=True, read_at=None)[:MOST_COUNTED].count()


def moments_for(
    actor: Actor, *, type: str = "", unread: bool = False, cursor: str = "", limit: int = 20
) -> Page[Moment]:
    """The actor's notices, newest first, those of one type and minute in one row of at most _WINDOW.

    Raises Forbidden; Invalid for a cursor or limit that is not one.
    """
    found = _of_portal(actor, type, unread, cursor)
    check_limit(limit)
    window = list(found.order_by("-id")[:_WINDOW])
    moments: dict[tuple[datetime, str], list[Notice]] = {}
    last = None
    for notice in window:
        key = _minute(notice), notice.event.type
        if key not in moments and len(moments) == limit:
            break
        moments.setdefault(key, []).append(notice)
        last = notice
    taken = sum(len(notices) for notices in moments.values())
    more = last is not None and (taken < len(window) or len(window) == _WINDOW)
    return Page([_moment(*key, notices) for key, notices in moments.items()], str(last.pk) if more and last else "")


def notices_of_moment(actor: Actor, ref: UUID, *, cursor: str = "", limit: int = 50) -> Page[NoticeRow]:
    """The notices of the type and minute of one of them, one by one, the newest first.

    Raises Forbidden, Invalid; NotFound for a notice that is not the actor's.
    """
    check_limit(limit)
    one = notice_for(actor, ref)
    begins = _minute(one)
    found = _of_portal(actor, one.event.type, False, cursor)
    found = found.filter(event__created_at__gte=begins, event__created_at__lt=begins + timedelta(minutes=1))
    rows = list(found.order_by("-id")[: limit + 1])
    return Page([row_of(notice) for notice in rows[:limit]], str(rows[limit - 1].pk) if len(rows) > limit else "")


def notice_for(actor: Actor, ref: UUID) -> Notice:
    """One of the actor's notices. Raises Forbidden; NotFound for any other, and for what they may no longer see."""
    actor.require(Capability.BE_TOLD)
    notice = visible(actor).filter(portal=True, ref=ref).first()
    if notice is None:
        raise NotFound
    return notice


def newest_key(actor: Actor) -> int:
    """The key of the actor's newest notice; 0 if there is none. Up to it a page may mark all as read."""
    newest = visible(actor).filter(portal=True).order_by("-id").values_list("pk", flat=True).first()
    return newest or 0


def _of_portal(actor: Actor, type: str, unread: bool, cursor: str) -> QuerySet[Notice]:
    actor.require(Capability.BE_TOLD)
    found = visible(actor).filter(portal=True)
    if type:
        found = found.filter(event__type=type)
    if unread:
        found = found.filter(read_at=None)
    if cursor:
        if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
            raise Invalid("This cursor is not one of ours; begin again without it.", code="invalid_cursor")
        found = found.filter(pk__lt=int(cursor))
    return found


def _minute(notice: Notice) -> datetime:
    return notice.event.created_at.replace(second=0, microsecond=0)


def _moment(at: datetime, code: str, notices: Sequence[Notice]) -> Moment:
    unread = sum(notice.read_at is None for notice in notices)
    newest: dict[UUID, Notice] = {}
    for notice in notices:
        newest.setdefault(notice.event.subject, notice)
    return Moment(TYPES[code], at, len(notices), unread, tuple(row_of(one) for one in list(newest.values())[:3]))


def row_of(notice: Notice) -> NoticeRow:
    """A notice, loaded with its event, as pages show it."""
    event = notice.event
    return NoticeRow(notice.ref, TYPES[event.type], event.subject, event.created_at, notice.read_at is not None)
