"""The forms of members: they parse; services decide."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError

from members.services import sign_in


class _RecordedCode:
    """A wrong one-time code, or one sent to a locked account, leaves an entry like a wrong password does (R11)."""

    user: Any

    def clean_code(self) -> str:
        """The code; raise ValidationError for a wrong, used or locked-out one."""
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError as error:
            reason = "locked" if error.code == "too_many_login_attempts" else "code"
            address = get_adapter().get_client_ip(context.request)
            sign_in.session_refused(account=self.user, reason=reason, address=address)
            raise


class CodeForm(_RecordedCode, AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class CodeAgainForm(_RecordedCode, ReauthenticateForm):  # type: ignore[misc]
    """The second factor before a sensitive act."""
