"""The triage queue: which of an institution's collisions are asked for, in which order, and how many there are.

A page is chosen, narrowed and counted in one walk along one index (intel/models/collision.py), however many rows there
are. A filter that hardly anything fits would walk the whole of it, so a walk ends after LOOK entries and the page says
so: its cursor goes on from there.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from intel.models import Party
from intel.models.collision import NO_DAY
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from kit.once import once_a_page
from kit.paging import Place, check_limit, invalid_cursor
from members.queries.circles import CircleRow, wide_circles_for
from privacy.kinds import KINDS

LOOK = 200_000
"""Entries of an index that one walk passes at most."""
MOST = 1000
"""Counts stop here; a page shows 1,000 as "1,000+"."""
SOON = timedelta(days=7)
ORDERS = ("score", "newest", "due")
DUE = ("overdue", "today", "week")
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters of the queue, and its order. An empty one lets all through; one that names nothing finds nothing."""

    status: str = ""
    """A value of Party.Status."""
    kind: str = ""
    """A label such as phone/1."""
    circle: str = ""
    """A code."""
    typology: str = ""
    """A code that one of our own clues names."""
    state: str = ""
    """A value of Collision.State."""
    least: int = 0
    """Points of the score, 0 to 100."""
    assigned: str = ""
    """me, nobody, or the reference of a person of the institution."""
    due: str = ""
    """overdue, today or week (the next seven days); it keeps what still waits for a decision."""
    since: date | None = None
    """Found on that day or later."""
    order: str = "score"
    """score (highest first), newest, or due (first due first), which keeps what still waits for a decision."""

    @property
    def is_waiting(self) -> bool:
        """Whether it asks only for what waits for a decision."""
        return self.status == Party.Status.NEW or bool(self.due) or self.order == "due"

    @property
    def is_narrowed(self) -> bool:
        """Whether a walk may pass over entries: the order's own field and a person's few rows are found directly."""
        found = bool(self.status) and not self.is_waiting
        found |= bool(self.kind or self.circle or self.typology or self.state) or self.assigned == "nobody"
        found |= bool(self.least) and self.order != "score"
        found |= self.since is not None and self.order != "newest"
        return found or (bool(self.due) and self.order != "due")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The keys of a page's parties in their order."""

    parties: list[UUID]
    next_cursor: str
    count: int
    """How many there are in all, at most MOST; where `looked`, at least so many."""
    looked: bool
    """Whether the walk ended after LOOK entries: what lies behind them is found by the next cursor."""


@dataclass(frozen=True, slots=True)
class _Order:
    """How rows follow each other: by a field, as a whole number in cursors, then by their random key."""

    field: str
    falls: bool

    @property
    def by(self) -> list[str]:
        sign = "-" if self.falls else ""
        return [f"{sign}{self.field}", f"{sign}id"]

    def place(self, row: tuple[UUID, Any]) -> Place:
        key, value = row
        return Place(value.toordinal() if isinstance(value, date) else value, key)

    def after(self, place: Place) -> Q:
        """What follows a place."""
        way, value = ("lt" if self.falls else "gt"), self._value(place)
        beyond = Q(**{f"{self.field}__{way}": value})
        same = Q(**{self.field: value, f"id__{way}": place.id})
        # The first condition follows from the second; an index is read from the place on by it alone.
        return Q(**{f"{self.field}__{way}e": value}) & (beyond | same)

    def until(self, row: tuple[UUID, Any]) -> Q:
        """What does not follow a row."""
        way, (key, value) = ("gt" if self.falls else "lt"), row
        before = Q(**{f"{self.field}__{way}": value})
        same = Q(**{self.field: value, f"id__{way}e": key})
        return Q(**{f"{self.field}__{way}e": value}) & (before | same)

    def _value(self, place: Place) -> int | date:
        if self.field == "score":
            if place.number > 100 * HUNDREDTHS:
                raise invalid_cursor()
            return place.number
        try:
            return date.fromordinal(place.number)
        except (ValueError, OverflowError):
            raise invalid_cursor() from None


_ORDERS = {"score": _Order("score", True), "newest": _Order("found_on", True), "due": _Order("due_on", False)}


def circles_shown(actor: Actor) -> dict[int, CircleRow]:
    """The circles whose collisions the actor may see, by key."""
    return {circle.pk: circle for circle in wide_circles_for(actor)}


def own_parties(actor: Actor, circles: Collection[int]) -> QuerySet[Party]:
    """Our parties in these circles. One that we left or that is too small is none of them. Raises Forbidden."""
    actor.require(Capability.VIEW_COLLISIONS)
    return Party.objects.filter(institution_id=actor.own_institution(), circle_id__in=list(circles))


@once_a_page
def own_party(actor: Actor, collision: UUID) -> Party:
    """The actor's own party in a collision it may see, with collision, digest and assignee loaded.

    Raises Forbidden; NotFound for an outsider as for an absent one.
    """
    parties = own_parties(actor, circles_shown(actor)).filter(collision__ref=collision)
    party = parties.select_related("collision__digest", "assignee").first()
    if party is None:
        raise NotFound
    return party


def chosen_for(
    actor: Actor, asked: Asked, circles: dict[int, CircleRow], *, cursor: str, limit: int, counted: bool
) -> Chosen:
    """A page of the queue; `count` is 0 unless they are to be counted.

    Raises Forbidden, Invalid for an order, cursor or limit that is not one.
    """
    check_limit(limit)
    if asked.order not in ORDERS:
        raise Invalid(_("The order is score, newest or due."), code="invalid_order")
    order, after = _ORDERS[asked.order], Place.read(cursor)
    within = [pk for pk, row in circles.items() if asked.circle in {"", row.code}]
    rows = own_parties(actor, within)
    if asked.is_waiting:
        rows = rows.filter(status=Party.Status.NEW)
    narrowing = _narrowing(actor, asked)
    found, last = _walk(rows, narrowing, asked, after, MOST if counted and after is None else limit)
    page = found[:limit]
    more = order.place(page[-1]) if len(found) > limit else order.place(last) if last else ""
    if counted and after is not None:
        found, last = _walk(rows, narrowing, asked, None, MOST)
    count = min(len(found), MOST) if counted else 0
    return Chosen([key for key, _value in page], str(more), count, last is not None and count < MOST)


def _walk(
    rows: QuerySet[Party], narrowing: Q, asked: Asked, after: Place | None, most: int
) -> tuple[list[tuple[UUID, Any]], tuple[UUID, Any] | None]:
    """At most `most` + 1 rows after a place, and the entry at which the walk ended if it ended before its time."""
    order = _ORDERS[asked.order]
    walked = (rows.filter(order.after(after)) if after else rows).order_by(*order.by)
    last = None
    if asked.is_narrowed:
        last = walked.values_list("id", order.field)[LOOK - 1 : LOOK].first()
        walked = walked.filter(order.until(last)) if last else walked
    return list(walked.filter(narrowing).values_list("id", order.field)[: most + 1]), last


def _narrowing(actor: Actor, asked: Asked) -> Q:
    found = Q()
    if asked.status:
        found &= Q(status=asked.status)
    if asked.kind:
        found &= Q(kind=KINDS[asked.kind].number if asked.kind in KINDS else 0)
    if asked.typology:
        found &= Q(typologies__contains=[asked.typology])
    if asked.state:
        found &= Q(state=asked.state)
    if asked.least:
        found &= Q(score__gte=asked.least * HUNDREDTHS)
    if asked.since is not None:
        found &= Q(found_on__gte=asked.since)
    return found & _assigned(actor, asked.assigned) & _due(asked.due)


def _assigned(actor: Actor, whom: str) -> Q:
    match whom:
        case "":
            return Q()
        case "nobody":
            return Q(assignee=None)
        case "me":
            return Q(assignee=actor.user) if actor.user is not None else Q(pk=None)
    try:
        return Q(assignee__ref=UUID(whom))
    except ValueError:
        return Q(pk=None)


def _due(when: str) -> Q:
    today = timezone.localdate()
    match when:
        case "":
            return Q()
        case "overdue":
            return Q(due_on__lt=today)
        case "today":
            return Q(due_on=today)
        case "week":
            return Q(due_on__gte=today, due_on__lt=today + SOON)
    return Q(pk=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Numbers of the home page, each bounded by MOST and that of a list of the queue."""

    found: int
    """Found on the day asked for or later."""
    all: int
    to_triage: int
    assigned: int
    """To the actor, and not decided."""
    due_today: int
    overdue: int


def waiting_for(actor: Actor, circles: dict[int, CircleRow], *, since: date) -> Waiting:
    """How many collisions are new since a day, and how many wait for whom, in one statement. Raises Forbidden."""
    ours = own_parties(actor, circles)
    new, today = ours.filter(status=Party.Status.NEW), timezone.localdate()
    lists = {
        "found": ours.filter(found_on__gte=since),
        "all": ours,
        "to_triage": new,
        "assigned": new.filter(_assigned(actor, "me")),
        "due_today": new.filter(due_on=today),
        "overdue": new.filter(due_on__lt=today),
    }
    bounded = [rows.annotate(of=Value(name)).values_list("of")[:MOST] for name, rows in lists.items()]
    counted = Counter(name for (name,) in bounded[0].union(*bounded[1:], all=True))
    return Waiting(**{name: counted[name] for name in lists})


def shown_day(day: date) -> date | None:
    """A due day as it is shown: none where nothing is due."""
    return None if day == NO_DAY else day
