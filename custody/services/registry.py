"""The registry that custodians enrol: every member's public keys and caps, the portal's identity, the alliance's key.

It holds public keys only. A custodian's operator compares them out of band before enrolling: a platform that could
swap a member's key unseen could sign in its name.
"""

from typing import Any

from django.conf import settings

from custody import quotas
from custody.daemon.registry import FORMAT
from custody.queries.keys import members_with_keys
from custody.services.ceremony import transcript
from kit.actor import Actor
from kit.capabilities import Capability
from privacy import signing
from privacy.encoding import b64
from privacy.requests import PORTAL


def signers(actor: Actor) -> dict[str, Any]:
    """What `custodian enrol --file` reads. A member that is suspended or has no live signing key is revoked."""
    actor.require(Capability.MANAGE_KEYS)
    ceremony = transcript()

    def row(signer: str, public_key: bytes, approval: bytes | None, daily: int, burst: int) -> dict[str, Any]:
        return {
            "signer": signer,
            "public_key": b64(public_key),
            "approval_key": None if approval is None else b64(approval),
            "daily": daily,
            "burst": burst,
        }

    daily = quotas.custodian_daily(quotas.STANDING_DAILY, ceremony.t, ceremony.n)
    rows = [
        row("alliance", signing.public_key(settings.KEYRING.current("alliance")[1]), None, 0, 0),
        row(
            PORTAL,
            signing.public_key(settings.KEYRING.current("portal")[1]),
            None,
            quotas.PORTAL_DAILY,
            quotas.PORTAL_MINUTE,
        ),
    ]
    revoked = []
    for member in members_with_keys(actor):
        if member.signing is None or member.suspended:
            revoked.append(str(member.ref))
        else:
            rows.append(row(str(member.ref), member.signing, member.approval, daily, quotas.CLIENT_BATCH))
    return {"format": FORMAT, "signers": rows, "revoked": revoked}
