"""Invitations: how a person comes in. The code is shown once, kept as a hash, and dies after 72 hours."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from members.actors import actor_of_user
from members.models import Institution, User
from members.queries.users import require_manager, user_for
from members.roles import EXCLUSIVE_ROLES, ONBOARDED_ROLES, ROLES_BY_SIDE
from members.services.sign_in import end_sessions

LIFETIME = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person invited and, this once, the code they enrol with."""

    user: UUID
    name: str
    email: str
    code: str


def invite_user(
    actor: Actor, *, email: str, name: str, roles: list[str], institution: UUID | None = None
) -> Invitation:
    """Invite a person: into the admin's own institution or, by a system operator, into the one named.

    Raises Forbidden without MANAGE_USERS or ONBOARD or for roles the actor may not give, Invalid for roles of another
    side, a bad address or one in use, and for an unknown institution.
    """
    into = _institution_for(actor, institution)
    check_roles(actor, into, roles)
    return admit(actor, into, email=email, name=name, roles=roles)


def admit(actor: Actor, institution: Institution, *, email: str, name: str, roles: list[str]) -> Invitation:
    """Write an invited person; the caller has decided that the actor may. Raises Invalid for name or address."""
    address = _address(email)
    if not name.strip():
        raise Invalid(_("Some fields are not valid."), errors={"name": [_("Give the person's name.")]})
    code, hashed = _new_code()
    user = User(institution=institution, email=address, name=name.strip(), roles=sorted(set(roles)))
    user.invitation_hash, user.invitation_expires_at = hashed, timezone.now() + LIFETIME
    user.set_unusable_password()
    with transaction.atomic():
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError as error:
            taken = {"email": [_("This address cannot be invited.")]}
            raise Invalid(_("Some fields are not valid."), errors=taken) from error
        record(actor, "user.invited", user.ref, roles=user.roles)
    return Invitation(user.ref, user.name, user.email, code)


def renew_invitation(actor: Actor, ref: UUID) -> Invitation:
    """Let a person begin anew after a lost password or device: password, factors and sessions go, a new code comes.

    Raises Forbidden without MANAGE_USERS or ONBOARD, NotFound for a foreign person, Conflict for a disabled one.
    """
    require_manager(actor)
    with transaction.atomic():
        return begin_anew(actor, user_for(actor, ref))


def begin_anew(actor: Actor, user: User) -> Invitation:
    """Take a person's password, factors and sessions and make a new code; the caller has decided that the actor may."""
    if not user.is_active:
        raise Conflict(_("Enable this person first."), code="user_disabled")
    code, user.invitation_hash = _new_code()
    user.invitation_expires_at = timezone.now() + LIFETIME
    user.set_unusable_password()
    user.save(update_fields=["password", "invitation_hash", "invitation_expires_at"])
    Authenticator.objects.filter(user=user).delete()
    end_sessions(actor, user, reason="invitation_renewed")
    record(actor, "user.invitation_renewed", user.ref)
    return Invitation(user.ref, user.name, user.email, code)


def take_invitation(*, code: str, password: str) -> User:
    """Set the invited person's first password and use the code up. Whoever holds the code is the person.

    Raises Invalid with the same words for an unknown, used and expired code, and for a weak password.
    """
    with transaction.atomic():
        user = _invited(code)
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid(_("Some fields are not valid."), errors={"password": error.messages}) from error
        user.set_password(password)
        user.enrolled_at = timezone.now()
        user.invitation_hash = user.invitation_expires_at = None
        user.save(update_fields=["password", "enrolled_at", "invitation_hash", "invitation_expires_at"])
        record(actor_of_user(user), "user.enrolled", user.ref)
    return user


def check_roles(actor: Actor, institution: Institution, roles: list[str]) -> None:
    """Raise Invalid for roles that fit neither the institution nor each other, Forbidden for ones not the actor's."""
    given = set(roles)
    if not given or not given <= ROLES_BY_SIDE[institution.side] or len(given & EXCLUSIVE_ROLES) > 1:
        message = _("Choose roles that fit the institution; the three operator roles exclude each other.")
        raise Invalid(message, errors={"roles": [message]})
    if actor.may(Capability.ONBOARD) and not given <= ONBOARDED_ROLES:
        raise Forbidden(_("A system operator does not appoint these roles."), code="role_not_yours")


def _institution_for(actor: Actor, ref: UUID | None) -> Institution:
    require_manager(actor)
    institutions = Institution.objects.filter(status=Institution.Status.ACTIVE)
    if actor.may(Capability.ONBOARD):
        found = institutions.filter(ref=ref, group=None).first() if ref is not None else None
    else:
        found = institutions.filter(pk=actor.own_institution()).first()
    if found is None:
        message = _("Choose an institution from the list.")
        raise Invalid(message, errors={"institution": [message]})
    return found


def _invited(code: str) -> User:
    users = User.objects.select_for_update(of=("self",)).select_related("institution")
    user = users.filter(invitation_hash=_hash(code), invitation_expires_at__gt=timezone.now(), is_active=True).first()
    if user is None:
        message = _("This code is not valid, or no longer. Ask your admin for a new one.")
        raise Invalid(message, code="invitation_unknown", errors={"code": [message]})
    return user


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(_("Some fields are not valid."), errors={"email": error.messages}) from error
    return address


def _new_code() -> tuple[str, bytes]:
    code = secrets.token_urlsafe(32)
    return code, _hash(code)


def _hash(code: str) -> bytes:
    # 256 random bits: nothing to guess, so a plain hash is enough to look the row up by.
    return sha256(code.strip().encode()).digest()
