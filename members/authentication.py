"""How a member's system shows who it is: `Authorization: Bearer alc_<prefix>_<secret>`."""

from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from kit.actor import Actor
from kit.errors import Unauthenticated
from members.services.credentials import recognise


@dataclass(frozen=True, slots=True)
class CredentialHolder:
    """What DRF calls the user of a request: a member's system and its actor."""

    actor: Actor
    is_authenticated: bool = True


class CredentialAuthentication(BaseAuthentication):
    """Reads the bearer token and nothing else: neither a session nor a password opens the API."""

    def authenticate(self, request: Request) -> tuple[CredentialHolder, None] | None:
        """The holder, or None without a bearer token; raise Unauthenticated for one that is not good."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if not token.isascii():
            raise Unauthenticated(code="credential_unknown")
        holder = CredentialHolder(recognise(token.strip()))
        # A browser may send its session cookie along; from here on the request acts for the credential alone.
        request._request.actor = holder.actor  # type: ignore[attr-defined]
        return holder, None

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 (RFC 6750, section 3)."""
        return "Bearer"


class CredentialScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The credential in the API's schema."""

    target_class = "members.authentication.CredentialAuthentication"
    name = "credential"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An OpenAPI security scheme object (OpenAPI 3.0.3, section 4.7.27)."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "alc_<prefix>_<secret>"}
