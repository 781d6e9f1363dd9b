"""What happens at the door, for the record: sessions start, are refused and end; second factors come and go."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from audit.services import record
from kit.actor import Actor
from members.actors import actor_of_user, system_actor
from members.models import User
from members.queries.users import user_of_email

UNKNOWN = "unknown"
"""Subject of a refusal for an account that does not exist: what was typed may be a password, so it is not kept."""


def session_started(user: User, *, address: str, by: str) -> None:
    """Record a complete sign-in; `by` is `password` or `passkey`."""
    record(actor_of_user(user), "session.started", user.ref, address=address, by=by)


def session_refused(*, account: User | str | None, reason: str, address: str) -> None:
    """Record a refused attempt: `account` is the user or the e-mail address typed; `reason` a code such as `password`.

    Reads the same row whether or not the account exists, so that time does not tell.
    """
    user = user_of_email(account) if isinstance(account, str) else account
    subject = user.ref if user is not None else UNKNOWN
    record(system_actor("sign-in"), "session.refused", subject, reason=reason, address=address)


def end_session(user: User, *, key: str, reason: str) -> None:
    """Record the end of one session of the person, by its key: `signed_out`, `idle`, `absolute`, `unknown`."""
    with transaction.atomic():
        UserSession.objects.filter(user_id=user.pk, session_key=key).delete()
        record(actor_of_user(user), "session.ended", user.ref, reason=reason)


def end_sessions(actor: Actor, user: User, *, reason: str, keep: str | None = None) -> int:
    """End the user's sessions at once, except the one with the key `keep`; return how many.

    Called by other services after their own `require`: the actor may be an admin or the person.
    """
    with transaction.atomic():
        sessions = UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep or "")
        return _end(actor, user, list(sessions), reason)


def cap_sessions(user: User, *, keep: str, most: int) -> int:
    """End the oldest sessions of a user beyond `most`, counting the one with the key `keep`; return how many."""
    with transaction.atomic():
        others = UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep).order_by("-created_at", "-pk")
        return _end(actor_of_user(user), user, list(others[most - 1 :]), "too_many")


def second_factor_added(user: User, *, type: str) -> None:
    """Record a new second factor of the person: `totp` or `webauthn`."""
    record(actor_of_user(user), "mfa.enrolled", user.ref, type=type)


def second_factor_removed(user: User, *, type: str) -> None:
    """Record that a second factor of the person is gone."""
    record(actor_of_user(user), "mfa.removed", user.ref, type=type)


def password_changed(user: User, *, keep: str | None) -> None:
    """Record a new password and end every other session of the person."""
    with transaction.atomic():
        actor = actor_of_user(user)
        record(actor, "password.changed", user.ref)
        end_sessions(actor, user, reason="password_changed", keep=keep)


def _end(actor: Actor, user: User, sessions: list[UserSession], reason: str) -> int:
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
        record(actor, "session.ended", user.ref, reason=reason)
    return len(sessions)
