"""What allauth announces and has no other hook for; connected when the app is ready."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from members.models import User
from members.queries.users import user_of_session
from members.services import sign_in


def connect() -> None:
    """Listen. Rows of second factors, not allauth's own signals, because those come after the commit."""
    post_save.connect(_factor_saved, sender=Authenticator, dispatch_uid="members.factor_saved")
    post_delete.connect(_factor_deleted, sender=Authenticator, dispatch_uid="members.factor_deleted")
    authenticator_added.connect(_new_session_key, dispatch_uid="members.new_session_key")
    password_changed.connect(_password_changed, dispatch_uid="members.password_changed")


def _is_factor(authenticator: Authenticator) -> bool:
    return bool(authenticator.type != Authenticator.Type.RECOVERY_CODES)


def _factor_saved(instance: Authenticator, created: bool, **_: Any) -> None:
    user = user_of_session(instance.user_id)
    if created and user is not None and _is_factor(instance):
        sign_in.second_factor_added(user, type=instance.type)


def _factor_deleted(instance: Authenticator, **_: Any) -> None:
    user = user_of_session(instance.user_id)
    if user is not None and _is_factor(instance):
        sign_in.second_factor_removed(user, type=instance.type)


def _new_session_key(request: HttpRequest, **_: Any) -> None:
    # What the session may do has just grown: an id seen before must not carry the new rights.
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.cycle_key()
    UserSession.objects.create_from_request(request)


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    sign_in.password_changed(user, keep=request.session.session_key)
