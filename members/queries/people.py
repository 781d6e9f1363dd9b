"""Names of people to those who work with them. Unscoped: the caller has established that its reader may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from kit.capabilities import Capability
from members.models import Institution, User
from members.roles import CAPABILITIES


@dataclass(frozen=True, slots=True)
class PersonName:
    """An active person: keys of theirs and of their institution, reference, name, the institution's names."""

    pk: int
    ref: UUID
    name: str
    institution: int
    of: Institution


def people_who_may(institutions: Collection[int], capability: Capability) -> list[PersonName]:
    """The active, enrolled people of these active institutions (keys) whose roles hold the capability, by name."""
    roles = [str(role) for role, holds in CAPABILITIES.items() if capability in holds]
    found = User.objects.filter(
        institution_id__in=institutions,
        institution__status=Institution.Status.ACTIVE,
        is_active=True,
        roles__overlap=roles,
    )
    rows = found.exclude(enrolled_at=None).select_related("institution").order_by("institution_id", "name", "pk")
    return [PersonName(user.pk, user.ref, user.name, user.institution_id, user.institution) for user in rows]
