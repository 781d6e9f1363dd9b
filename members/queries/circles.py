"""Reads of circles and their members for the apps above."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.language import in_readers_language
from members.models import Circle, Institution, Membership


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle as its members see it, with the voice libraries it registered."""

    pk: int
    ref: UUID
    code: str
    name_zh: str
    name_en: str
    voice_libraries: tuple[str, ...]

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


def circles_for(actor: Actor) -> list[CircleRow]:
    """The circles the actor's institution is in now, by code; none for an actor without an institution."""
    circles = (
        Circle.objects.filter(memberships__institution_id=actor.institution, memberships__left_at=None)
        .order_by("code")
        .prefetch_related("voice_libraries")
        if actor.institution is not None
        else Circle.objects.none()
    )
    return [_row(circle) for circle in circles]


def ownership() -> dict[int, int]:
    """Institution primary key -> ownership group primary key, for every member: what matching calls independent."""
    rows = Institution.objects.exclude(group=None).values_list("pk", "group_id")
    return {pk: group for pk, group in rows if group is not None}


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
    """How many ownership groups a circle of `managed_circles_for` has: below five it says too much about each."""
    live: list[Membership] = circle.live  # type: ignore[attr-defined]
    return len({membership.institution.group_id for membership in live})


def _row(circle: Circle) -> CircleRow:
    live = [library.name for library in circle.voice_libraries.all() if library.retired_at is None]
    return CircleRow(circle.pk, circle.ref, circle.code, circle.name_zh, circle.name_en, tuple(sorted(live)))
