"""Reads of people. Who may see whom: an institution's admin sees its users, a system operator those it may onboard."""

from collections.abc import Collection
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.models import Institution, User
from members.roles import CAPABILITIES, ONBOARDED_ROLES, Role

_SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def user_of_session(pk: int) -> User | None:
    """The user a session names, with institution and `has_second_factor`, in one query. Unscoped: it makes actors."""
    return _users().filter(pk=pk).first()


def user_of_email(email: str) -> User | None:
    """The user an e-mail address names, in any spelling. Unscoped: for the audit of sign-in only."""
    return _users().filter(email=email.strip().lower()).first()


def users_for(actor: Actor) -> QuerySet[User]:
    """The users the actor manages, admins first by name.

    An institution's admin manages the users of the institution. A system operator manages police officers, regulators
    and other system operators, and a member's admins until one of its people has enrolled; never a member's other users
    and never the security or audit operators, so that the three operator roles stay apart. Once a member has people of
    its own, an admin whom it invites later is not the operator's to take over by a renewed invitation.
    """
    users = _users().order_by("institution__name_zh", "name", "pk")
    if actor.may(Capability.MANAGE_USERS) and actor.institution is not None:
        return users.filter(institution_id=actor.institution)
    if actor.may(Capability.ONBOARD):
        settled = Exists(User.objects.filter(institution=OuterRef("institution")).exclude(enrolled_at=None))
        first_admin = Q(roles=[Role.INSTITUTION_ADMIN], enrolled_at=None) & ~settled
        return users.filter(Q(roles__overlap=sorted(ONBOARDED_ROLES)) | first_admin)
    return users.none()


def user_for(actor: Actor, ref: UUID) -> User:
    """One user the actor manages; raise NotFound for any other."""
    user = users_for(actor).filter(ref=ref).first()
    if user is None:
        raise NotFound
    return user


def require_manager(actor: Actor) -> None:
    """Raise Forbidden unless the actor manages anybody: an institution's admin or a system operator."""
    if not actor.may(Capability.ONBOARD):
        actor.require(Capability.MANAGE_USERS)


def own_user(actor: Actor) -> User:
    """The signed-in person themselves; raise NotFound for an actor that is no person."""
    user = _users().filter(pk=actor.user).first() if actor.user is not None else None
    if user is None:
        raise NotFound
    return user


def admins_of(institution: int) -> list[User]:
    """The active admins of an institution: whom its users ask for a role."""
    admins = User.objects.filter(institution_id=institution, is_active=True, roles__contains=[Role.INSTITUTION_ADMIN])
    return list(admins.order_by("name", "pk"))


def colleagues_for(actor: Actor, capability: Capability) -> list[User]:
    """The active people of the actor's institution whose roles hold the capability, by name; the actor among them."""
    if actor.institution is None:
        return []
    roles = [str(role) for role, holds in CAPABILITIES.items() if capability in holds]
    people = User.objects.filter(institution_id=actor.institution, is_active=True, roles__overlap=roles)
    return list(people.exclude(enrolled_at=None).order_by("name", "pk"))


def _users() -> QuerySet[User]:
    second_factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_SECOND_FACTORS)
    users = User.objects.select_related("institution")
    return users.annotate(has_second_factor=Exists(second_factor))  # type: ignore[no-redef]


def operator_names(refs: Collection[str]) -> dict[str, str]:
    """Actor reference -> name, for people of the operator only: who proposed and decided what the operators share."""
    people = {ref: ref.removeprefix("user:") for ref in refs if ref.startswith("user:")}
    found = User.objects.filter(ref__in=people.values(), institution__kind=Institution.Kind.OPERATOR)
    names = {str(ref): name for ref, name in found.values_list("ref", "name")}
    return {ref: names[short] for ref, short in people.items() if short in names}
