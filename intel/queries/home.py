"""The numbers of an analyst's home page. Each is bounded: none counts a whole table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone

from intel.models import Submission
from intel.queries.approvals import waiting_count
from intel.queries.queue import Waiting, circles_shown, waiting_for
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.kinds import BY_NUMBER, Kind

TREND = timedelta(days=180)
NEWEST = 20_000
"""Trends look at so many newest collisions at most."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Collisions found in a month (its first day) whose own clues name the typology."""

    month: date
    typology: str
    collisions: int


@dataclass(frozen=True, slots=True)
class Home:
    """What an analyst wants to know first; every number is a list's, narrowed as the fields say."""

    matching: int
    """submissions_for(status="matching")."""
    failed: int
    """submissions_for(status="failed")."""
    submissions: int
    accepted: int
    """Clues accepted from us, withdrawn ones included."""
    rejected: int
    trend: Sequence[TrendPoint]
    """By month, then typology, over the last half year."""
    hot_kinds: Sequence[tuple[Kind, int]]
    """Kinds of the collisions of the last half year, most first."""
    waiting: Waiting
    drafts: int | None
    """Clues of ours that wait for the actor's approval, at most MOST; None for whoever does not approve."""


def home_for(actor: Actor, *, since: date) -> Home:
    """The numbers of the actor's institution. Raises Forbidden."""
    actor.require(Capability.VIEW_SUBMISSIONS)
    actor.require(Capability.VIEW_COLLISIONS)
    institution = actor.own_institution()
    filed = Submission.objects.filter(institution_id=institution)
    totals = filed.aggregate(
        submissions=Count("pk"),
        accepted=Sum("accepted"),
        rejected=Sum("rejected"),
        matching=Count("pk", filter=Q(matched_at=None, failed_at=None)),
        failed=Count("pk", filter=Q(failed_at__isnull=False)),
    )
    circles = circles_shown(actor)
    shapes = _newest_shapes(institution, list(circles))
    return Home(
        matching=totals["matching"],
        failed=totals["failed"],
        submissions=totals["submissions"],
        accepted=totals["accepted"] or 0,
        rejected=totals["rejected"] or 0,
        trend=_trend(shapes),
        hot_kinds=_hot_kinds(shapes),
        waiting=waiting_for(actor, circles, since=since),
        drafts=waiting_count(actor) if actor.may(Capability.DECIDE_CLUES) else None,
    )


_NEWEST = """
SELECT date_trunc('month', found_on)::date AS month, kind, typologies, count(*)
FROM (SELECT found_on, kind, typologies FROM intel_party
      WHERE institution_id = %s AND circle_id = ANY(%s) AND found_on >= %s ORDER BY found_on DESC, id DESC LIMIT %s) p
GROUP BY month, kind, typologies
"""
Shape = tuple[date, int, list[str], int]
"""Month, kind, typologies of our clues, and how many of the newest collisions look so."""


def _newest_shapes(institution: int, circles: list[int]) -> list[Shape]:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [institution, circles, timezone.localdate() - TREND, NEWEST])
        found: list[Shape] = cursor.fetchall()
        return found


def _trend(shapes: Sequence[Shape]) -> list[TrendPoint]:
    points: Counter[tuple[date, str]] = Counter()
    for month, _kind, typologies, number in shapes:
        points.update({(month, typology): number for typology in typologies})
    return [TrendPoint(month, typology, number) for (month, typology), number in sorted(points.items())]


def _hot_kinds(shapes: Sequence[Shape]) -> list[tuple[Kind, int]]:
    kinds: Counter[int] = Counter()
    for _month, kind, _typologies, number in shapes:
        kinds[kind] += number
    return [(BY_NUMBER[kind], number) for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]
