"""Reads of circles and their members for the apps above."""

from dataclasses import dataclass
from uuid import UUID

from kit.actor import Actor
from members.models import Circle, Institution


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A circle as its members see it, with the voice libraries it registered."""

    pk: int
    ref: UUID
    code: str
    name_zh: str
    name_en: str
    voice_libraries: tuple[str, ...]


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


def _row(circle: Circle) -> CircleRow:
    live = [library.name for library in circle.voice_libraries.all() if library.retired_at is None]
    return CircleRow(circle.pk, circle.ref, circle.code, circle.name_zh, circle.name_en, tuple(sorted(live)))
