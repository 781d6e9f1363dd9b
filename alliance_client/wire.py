"""What crosses the wire in many places: references in addresses, and public keys in answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from alliance_client.errors import NotFound, TrustError
from privacy import hpke
from privacy.encoding import Malformed, unb64


def canonical(reference: str) -> str:
    """A reference as a canonical UUID, so that nothing else becomes part of an address. Raises NotFound."""
    try:
        return str(UUID(reference))
    except ValueError:
        raise NotFound("no_reference", code="not_found", reference=reference) from None


def public_key(row: Mapping[str, Any]) -> bytes:
    """The key of a row, if its fingerprint is that key's: the platform cannot put another one under it.

    Raises TrustError.
    """
    try:
        public = hpke.checked_public(unb64(row["public"], "public", hpke.KEY_SIZE))
    except Malformed as error:
        raise TrustError("public_key", fingerprint=row["fingerprint"]) from error
    if hpke.fingerprint(public) != row["fingerprint"]:
        raise TrustError("public_key", fingerprint=row["fingerprint"])
    return public
