"""Reads of circles and their members for the apps above."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.language import in_readers_language
from kit.once import once_a_page
from members.models import Circle, Institution, Membership, VoiceLibrary


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle as its members see it, with the voice libraries it registered."""

    pk: int
    ref: UUID
    code: str
    name_zh: str
    name_en: str
    voice_libraries: tuple[str, ...]
    is_wide: bool
    """It has enough ownership groups now; the collisions of one that has not are shown to no single member."""
    is_confidential: bool
    """Who is in it, and how many, is told to none of its members."""

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


@once_a_page
def circles_for(actor: Actor) -> list[CircleRow]:
    """The circles the actor's institution is in now, by code; none for an actor without an institution."""
    if actor.institution is None:
        return []
    owners = _live_owners().filter(circle=OuterRef("pk")).values("owners")
    libraries = VoiceLibrary.objects.filter(circle=OuterRef("pk"), retired_at=None).order_by("name").values("name")
    circles = (
        Circle.objects.filter(memberships__institution_id=actor.institution, memberships__left_at=None)
        .annotate(owners=Subquery(owners), libraries=ArraySubquery(libraries))
        .order_by("code")
    )
    return [_row(circle, circle.owners, circle.libraries) for circle in circles]


def wide_circles_for(actor: Actor) -> list[CircleRow]:
    """Those of `circles_for` whose collisions a single member may see: the wall of every read of collisions."""
    return [circle for circle in circles_for(actor) if circle.is_wide]


def closed_circles_for(actor: Actor) -> frozenset[int]:
    """Keys of the circles the actor's institution is or once was in whose collisions it may not see: left, or small."""
    if actor.institution is None:
        return frozenset()
    joined = Membership.objects.filter(institution_id=actor.institution).values_list("circle", flat=True)
    return frozenset(joined) - {circle.pk for circle in wide_circles_for(actor)}


def wide_circles() -> frozenset[int]:
    """Keys of all circles with settings.SMALLEST_CIRCLE ownership groups or more among their live memberships.

    For services that tell members something of a collision: of any other circle they tell nothing.
    """
    return frozenset(_live_owners().filter(owners__gte=settings.SMALLEST_CIRCLE).values_list("circle", flat=True))


def shown_circles(institution: int) -> QuerySet[Any, Any]:
    """Keys of the circles of `wide_circles_for`, as a query to be part of another one: `institution` is a key."""
    wide = _live_owners().filter(owners__gte=settings.SMALLEST_CIRCLE).values("circle")
    joined = Membership.objects.filter(institution_id=institution, left_at=None, circle__in=wide)
    return joined.order_by().values("circle")


def ownership() -> dict[int, int]:
    """Institution primary key -> ownership group primary key, for every member: what matching calls independent."""
    rows = Institution.objects.exclude(group=None).values_list("pk", "group_id")
    return {pk: group for pk, group in rows if group is not None}


def all_circles() -> list[int]:
    """Keys of all circles; for services that act on every one of them."""
    return list(Circle.objects.order_by("pk").values_list("pk", flat=True))


def members_of(circle: int) -> dict[int, int]:
    """Active institution (its key) -> ownership group, for each that is in the circle now; for services only."""
    live = Membership.objects.filter(circle_id=circle, left_at=None, institution__status=Institution.Status.ACTIVE)
    return {pk: group for pk, group in live.values_list("institution", "institution__group") if group is not None}


def managed_circles_for(actor: Actor) -> QuerySet[Circle]:
    """Every circle with `live` (its memberships now with institution and owner) and libraries; none without ONBOARD."""
    if not actor.may(Capability.ONBOARD):
        return Circle.objects.none()
    live = Membership.objects.filter(left_at=None).select_related("institution__group").order_by("joined_at", "pk")
    return Circle.objects.order_by("code").prefetch_related(
        Prefetch("memberships", queryset=live, to_attr="live"), "voice_libraries"
    )


def circle_for(actor: Actor, ref: UUID) -> Circle:
    """One circle to manage; raise NotFound for an unknown one and for an actor who does not onboard."""
    circle = managed_circles_for(actor).filter(ref=ref).first()
    if circle is None:
        raise NotFound
    return circle


def owners_in(circle: Circle) -> int:
    """How many ownership groups a circle of `managed_circles_for` has; below SMALLEST_CIRCLE it shows no collision."""
    live: list[Membership] = circle.live  # type: ignore[attr-defined]
    return len({membership.institution.group_id for membership in live})


def owners_by_circle() -> dict[int, int]:
    """Circle primary key -> how many ownership groups are in it now; for aggregates only."""
    return dict(_live_owners().values_list("circle", "owners"))


def _live_owners() -> QuerySet[Any, Any]:
    """Each circle (key) that has members, with the number of their ownership groups."""
    live = Membership.objects.filter(left_at=None).order_by()
    return live.values("circle").annotate(owners=Count("institution__group", distinct=True))


def _row(circle: Circle, owners: int, libraries: list[str]) -> CircleRow:
    return CircleRow(
        pk=circle.pk,
        ref=circle.ref,
        code=circle.code,
        name_zh=circle.name_zh,
        name_en=circle.name_en,
        voice_libraries=tuple(libraries),
        is_wide=owners >= settings.SMALLEST_CIRCLE,
        is_confidential=circle.is_confidential,
    )
