"""Reads of the people of an institution for services that tell them something. Unscoped: they tell, they never show."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from kit.actor import Actor
from members.actors import actor_of_user
from members.models import Institution, User


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who may be told: who they are to the services, where their mail goes, how they read."""

    pk: int
    actor: Actor
    email: str
    locale: str
    timezone: str


def recipients_of(institution: int) -> list[Recipient]:
    """The active, enrolled people of an active institution (its primary key)."""
    return _recipients(User.objects.filter(institution_id=institution))


def recipients_by_key(users: Collection[int]) -> dict[int, Recipient]:
    """Those of these users (primary keys) who are active and enrolled, of active institutions."""
    return {one.pk: one for one in _recipients(User.objects.filter(pk__in=users))}


def _recipients(users: QuerySet[User]) -> list[Recipient]:
    live = users.filter(is_active=True, institution__status=Institution.Status.ACTIVE).exclude(enrolled_at=None)
    return [
        Recipient(user.pk, actor_of_user(user), user.email, user.locale, user.timezone)
        for user in live.select_related("institution").order_by("pk")
    ]
