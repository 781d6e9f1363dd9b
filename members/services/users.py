"""People after they came in: roles, being disabled and enabled, their own settings."""

from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from members.models import Institution, User
from members.queries.users import own_user, require_manager, user_for
from members.roles import Role
from members.services.invitations import check_roles
from members.services.sign_in import end_sessions

# The role without which nobody could appoint anybody any more; its last holder stays.
_KEEPERS = (Role.INSTITUTION_ADMIN, Role.OPERATOR_SYSTEM)


def change_roles(actor: Actor, ref: UUID, *, roles: list[str]) -> None:
    """Give a person these roles instead of theirs and end their sessions, so that nothing old lives on.

    Raises Forbidden without MANAGE_USERS or ONBOARD, NotFound for a foreign person, Invalid for roles that do not fit,
    Conflict for one's own roles and for the last admin's.
    """
    require_manager(actor)
    with transaction.atomic():
        user = _other(actor, ref)
        check_roles(actor, user.institution, roles)
        before, user.roles = user.roles, sorted(set(roles))
        _keep_a_keeper(user, after=user.roles)
        user.save(update_fields=["roles"])
        end_sessions(actor, user, reason="roles_changed")
        record(actor, "user.changed", user.ref, before=before, after=user.roles)


def disable_user(actor: Actor, ref: UUID) -> None:
    """Shut a person out at once.

    Raises Forbidden without MANAGE_USERS or ONBOARD, NotFound for a foreign person, Conflict for oneself, for the last
    admin and for one disabled before.
    """
    require_manager(actor)
    with transaction.atomic():
        user = _other(actor, ref)
        _keep_a_keeper(user, after=[])
        shut_out(actor, user)


def shut_out(actor: Actor, user: User) -> None:
    """Disable a person and end their sessions, in the caller's transaction; the caller has decided that the actor may.

    Raises Conflict for one disabled before.
    """
    _switch(user, to=False)
    end_sessions(actor, user, reason="user_disabled")
    record(actor, "user.disabled", user.ref)


def enable_user(actor: Actor, ref: UUID) -> None:
    """Let a disabled person in again, with the password and factors they had.

    Raises Forbidden without MANAGE_USERS or ONBOARD, NotFound for a foreign person, Conflict for an active one.
    """
    require_manager(actor)
    with transaction.atomic():
        user = _other(actor, ref)
        _switch(user, to=True)
        record(actor, "user.enabled", user.ref)


def change_settings(actor: Actor, *, locale: str, timezone: str) -> None:
    """Set the signed-in person's own language and time zone (an IANA name). Raises Invalid for an unknown one."""
    user = own_user(actor)
    errors = {}
    if locale not in dict(settings.LANGUAGES):
        errors["locale"] = [_("Choose a language from the list.")]
    if timezone not in available_timezones():
        errors["timezone"] = [_("Choose a time zone from the list.")]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(locale=locale, timezone=timezone)
        record(actor, "user.changed", user.ref, locale=locale, timezone=timezone)


def end_other_sessions(actor: Actor, *, keep: str) -> int:
    """End the signed-in person's sessions in other browsers and return how many; `keep` is this session's key."""
    return end_sessions(actor, own_user(actor), reason="revoked", keep=keep)


def _other(actor: Actor, ref: UUID) -> User:
    user = user_for(actor, ref)
    # Whoever changes or disables themselves may lock their institution out, or give themselves what nobody gave them.
    if user.pk == actor.user:
        raise Conflict(_("Another admin must do this for you."), code="not_yourself")
    return user


def _keep_a_keeper(user: User, *, after: list[str]) -> None:
    # The institution's row is the lock: of two admins who remove each other at once, the second waits and is refused.
    Institution.objects.select_for_update().get(pk=user.institution_id)
    users = User.objects.filter(institution_id=user.institution_id, is_active=True).exclude(pk=user.pk)
    stored = User.objects.get(pk=user.pk)
    for role in _KEEPERS:
        loses_it = role in stored.roles and role not in after and stored.is_active
        if loses_it and not users.filter(roles__contains=[role]).exclude(enrolled_at=None).exists():
            raise Conflict(_("This is the last admin. Appoint another one first."), code="last_admin")


def _switch(user: User, *, to: bool) -> None:
    if not User.objects.filter(pk=user.pk, is_active=not to).update(is_active=to):
        raise Conflict(_("This person is in that state already."), code="user_state")
