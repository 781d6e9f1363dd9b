"""Reads of institutions for those who onboard them."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.models import Institution, OwnershipGroup


def institutions_for(actor: Actor) -> QuerySet[Institution]:
    """Every institution with its owner and `people`, the number of its active users; none without ONBOARD."""
    institutions = Institution.objects.select_related("group").order_by("kind", "name_zh", "pk")
    if not actor.may(Capability.ONBOARD):
        return institutions.none()
    return institutions.annotate(people=Count("users", filter=Q(users__is_active=True)))


def institution_for(actor: Actor, ref: UUID) -> Institution:
    """One institution; raise NotFound for an unknown one and for an actor who does not onboard."""
    institution = institutions_for(actor).filter(ref=ref).first()
    if institution is None:
        raise NotFound
    return institution


def owners_for(actor: Actor) -> list[str]:
    """The names of all ownership groups, for the onboarding form; none without ONBOARD."""
    if not actor.may(Capability.ONBOARD):
        return []
    return list(OwnershipGroup.objects.order_by("name").values_list("name", flat=True))
