"""Whom an institution may call by name: the members of its circles, as far as these are told, and the police."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from kit.actor import Actor
from kit.errors import NotFound
from members.models import Circle, Institution, Membership


def acquaintances_for(actor: Actor) -> Sequence[Institution]:
    """The active members that share a circle with the actor's institution now, by name; itself not among them.

    A circle with confidential membership adds nobody, and takes nobody away: who is in it is told to none.
    """
    return list(_acquaintances(actor).order_by("name_zh", "pk"))


def acquaintance_for(actor: Actor, ref: UUID) -> Institution:
    """One of `acquaintances_for`. Raises NotFound for any other institution as for none."""
    return _one(_acquaintances(actor), ref)


def police_units() -> Sequence[Institution]:
    """The active police units, by name: a public directory."""
    return list(_units().order_by("name_zh", "pk"))


def police_unit(ref: UUID) -> Institution:
    """One of `police_units`. Raises NotFound."""
    return _one(_units(), ref)


def _one(institutions: QuerySet[Institution], ref: UUID) -> Institution:
    found = institutions.filter(ref=ref).first()
    if found is None:
        raise NotFound
    return found


def _units() -> QuerySet[Institution]:
    return Institution.objects.filter(kind=Institution.Kind.POLICE, status=Institution.Status.ACTIVE)


def _acquaintances(actor: Actor) -> QuerySet[Institution]:
    if actor.institution is None:
        return Institution.objects.none()
    shared = Circle.objects.filter(
        is_confidential=False, memberships__institution_id=actor.institution, memberships__left_at=None
    )
    there = Membership.objects.filter(circle__in=shared.values("pk"), left_at=None).values("institution")
    return Institution.objects.filter(pk__in=there, status=Institution.Status.ACTIVE).exclude(pk=actor.institution)
