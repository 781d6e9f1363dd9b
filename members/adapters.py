"""Where allauth meets our rules: no public sign-up, sealed seeds, every attempt on the record."""

import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from members import sessions
from members.actors import is_live
from members.models import User
from members.services import sign_in
from privacy.envelope import open_text, seal_text

_SEED = b"mfa_authenticator.data"


@dataclass(slots=True)
class Attempt:
    """One try to get in; a success does not count against the address."""

    succeeded: bool = False


@contextmanager
def one_attempt(request: HttpRequest) -> Iterator[Attempt]:
    """Count a try against the address it comes from; raise ValidationError where it failed too often.

    Kept apart from allauth's count for the account, which a right one-time code clears for the whole address: nobody
    frees the address from which they try other people's passwords by signing in themselves.
    """
    config = {"address": settings.SIGN_IN_FAILURES_AN_ADDRESS}
    usage = ratelimit.consume(request, app="members", action="address", config=config)
    if usage is None:
        raise AccountAdapter(request).validation_error("too_many_login_attempts")
    attempt = Attempt()
    yield attempt
    if attempt.succeeded:
        usage.rollback()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by people who were invited, and by nobody else."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user of an e-mail address and password, or None: the same for a wrong password, an unknown address and
        a person who may no longer sign in. Raises ValidationError once the account or the address is locked.
        """
        account = str(credentials.get("email", ""))
        address = self.get_client_ip(request)
        try:
            with one_attempt(request) as attempt:
                user = super().authenticate(request, **credentials)
                attempt.succeeded = isinstance(user, User) and is_live(user)
        except ValidationError:
            sign_in.session_refused(account=account, reason="locked", address=address)
            raise
        if attempt.succeeded:
            return cast(User, user)
        sign_in.session_refused(account=account, reason="password", address=address)
        return None

    def reauthenticate(self, user: User, password: str) -> bool:
        """True if this is the signed-in person's password; counts towards the same lock as sign-in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """A sensitive act needs a proof of identity not older than five minutes; a fresh sign-in is one."""
        started = context.request.session.get(sessions.STARTED, 0)
        return bool(time.time() - started >= app_settings.REAUTHENTICATION_TIMEOUT)

    def pre_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse | None:
        """Turn away a disabled person who presents a passkey, without saying why."""
        if is_live(user):
            return None
        sign_in.session_refused(account=user, reason="disabled", address=self.get_client_ip(request))
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request: HttpRequest, user: User) -> None:
        """Record the session, then open it under a new key: no session without its entry."""
        by = "passkey" if _used_passkey(request) else "password"
        sign_in.session_started(user, address=self.get_client_ip(request), by=by)
        super().login(request, user)
        sessions.begin(request.session, time.time())

    def post_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse:
        """After allauth has listed the session, end the person's oldest ones beyond the cap."""
        response: HttpResponse = super().post_login(request, user, **hook)
        sign_in.cap_sessions(user, keep=request.session.session_key or "", most=settings.SESSIONS_A_USER)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Record, then end."""
        if isinstance(request.user, User):
            sign_in.end_session(request.user, key=request.session.session_key or "", reason="signed_out")
        super().logout(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds of one-time codes and of recovery codes, sealed with the key file's `mfa` key."""

    def encrypt(self, text: str) -> str:
        """A seed as base64 of its sealed form."""
        key_id, key = settings.KEYRING.current("mfa")
        return b64encode(seal_text(key, key_id, text, context=_SEED)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The seed again; raise SealError if it was changed in the database."""
        return open_text(settings.KEYRING, "mfa", b64decode(encrypted_text), context=_SEED)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """The person as their passkey shows them."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}


def _used_passkey(request: HttpRequest) -> bool:
    records = request.session.get("account_authentication_methods") or []
    return any(record.get("passwordless") for record in records)
