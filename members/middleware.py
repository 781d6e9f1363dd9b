"""The walls around a session: who is here, for how long, and with how many factors."""

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as _

from kit.actor import Actor
from kit.errors import Unauthenticated
from kit.http import refusal_response
from members import sessions
from members.actors import actor_of_session, anonymous
from members.models import User
from members.services import sign_in

BACKGROUND = "Alliance-Background"
"""Request header of polling scripts: such a request is answered but does not keep an abandoned session alive."""

ENROLMENT = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "set-language",
    }
)
"""All that a user without a second factor reaches."""


class SessionWalls:
    """Ends sessions that lasted, keeps everybody out who is not signed in with two factors, and names the actor.

    Deny by default: a view is public only if it says so with `login_not_required`; the API's views carry their own
    authentication, which a session never satisfies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._keep_time(request)
        # Named once, before the view: whoever signs in during this request acts from the next one on.
        request.actor = _actor(request)  # type: ignore[attr-defined]
        try:
            self._speak_their_language(request)
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        # Nothing a person or a member's system sees is for a shared cache or for the back button after signing out.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Django's hook before the view: None lets the request through."""
        if not getattr(view, "login_required", True):
            return None
        if not isinstance(request.user, User):
            return _to_sign_in(request)
        match = request.resolver_match
        if request.user.has_second_factor or (match is not None and match.view_name in ENROLMENT):
            return None
        return _to(request, reverse("mfa_activate_totp"))

    def _keep_time(self, request: HttpRequest) -> None:
        now = time.time()
        idle, absolute = settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE
        reason = sessions.over(request.session, now, idle=idle, absolute=absolute)
        if reason is not None:
            assert isinstance(request.user, User)  # noqa: S101 - is_authenticated said so
            sign_in.end_session(request.user, key=request.session.session_key or "", reason=reason)
            logout(request)
        elif BACKGROUND not in request.headers:
            sessions.touch(request.session, now)

    def _speak_their_language(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            translation.activate(request.user.locale)
            request.LANGUAGE_CODE = request.user.locale
            timezone.activate(ZoneInfo(request.user.timezone))


def _actor(request: HttpRequest) -> Actor:
    return actor_of_session(request.user) if isinstance(request.user, User) else anonymous()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if "application/json" in request.headers.get("accept", ""):
        return refusal_response(request, Unauthenticated(_("Your session is over. Sign in again.")))
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    return _to(request, resolve_url(settings.LOGIN_URL))


def _to(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # htmx would swap the page of a redirect into a fragment's place; this header moves the whole page.
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
