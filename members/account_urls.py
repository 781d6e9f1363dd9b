"""Sign-in: the pages of allauth this platform uses.

Not here, so not reachable: sign-up by the public, e-mail management, password reset by e-mail (an admin renews the
invitation instead) and social sign-in.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.db.transaction import atomic
from django.urls import path

# Where a view changes how a person signs in, its entry is written in the same transaction (R38): hence `atomic`.
urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", atomic(account.password_change), name="account_change_password"),
    path("code/", mfa.authenticate, name="mfa_authenticate"),
    path("factors/", mfa.index, name="mfa_index"),
    path("factors/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("factors/app/", atomic(totp.activate_totp), name="mfa_activate_totp"),
    path("factors/app/remove/", atomic(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factors/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "factors/recovery-codes/download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", atomic(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/login/", login_not_required(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/remove/", atomic(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
