"""Sign-in: the pages of allauth this platform uses.

Not here, so not reachable: sign-up by the public, e-mail management, password reset by e-mail (an admin renews the
invitation instead) and social sign-in.
"""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.db.transaction import atomic
from django.http import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

View = Callable[..., HttpResponseBase]


def _form(view: View) -> View:
    """A page with a form. allauth's views take PUT for POST; ours have no PUT."""
    return require_http_methods(["GET", "HEAD", "POST"])(view)


def _changing(view: View) -> View:
    """A form that changes how a person signs in: its entry is written in the same transaction."""
    return _form(atomic(view))


def _private(view: View) -> View:
    """A form that allauth leaves open to strangers and that has nothing for them."""

    @wraps(view)
    def walled(*args: object, **kwargs: object) -> HttpResponseBase:
        return view(*args, **kwargs)

    walled.login_required = True  # type: ignore[attr-defined]
    return _form(walled)


urlpatterns = [
    path("login/", _form(account.login), name="account_login"),
    path("logout/", _private(account.logout), name="account_logout"),
    path("reauthenticate/", _form(account.reauthenticate), name="account_reauthenticate"),
    path("password/", _changing(account.password_change), name="account_change_password"),
    path("code/", _form(mfa.authenticate), name="mfa_authenticate"),
    path("factors/", require_safe(mfa.index), name="mfa_index"),
    path("factors/reauthenticate/", _form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("factors/app/", _changing(totp.activate_totp), name="mfa_activate_totp"),
    path("factors/app/remove/", _changing(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", require_safe(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "factors/recovery-codes/new/", _form(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "factors/recovery-codes/download/",
        require_safe(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", require_safe(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("passkeys/add/", _changing(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/login/", login_not_required(_form(webauthn.login_webauthn)), name="mfa_login_webauthn"),
    path("passkeys/reauthenticate/", _form(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/remove/", _changing(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/edit/", _form(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
