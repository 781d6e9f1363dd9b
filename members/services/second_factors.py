"""Rotation of the `mfa` key: which seeds of second factors an id still seals, and sealing them with the current one."""

from base64 import b64decode
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.envelope import sealed_key_id

# Where allauth keeps what it encrypts: the seed of one-time codes, the seed of recovery codes.
_SEALED_FIELDS = ("secret", "seed")


def seeds_sealed_with(key_id: str) -> int:
    """How many stored seeds need this id of the `mfa` key."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator()
    return sum(key_id in _key_ids(row) for row in rows)


def reseal_seeds(actor: Actor) -> int:
    """Seal every seed with the current `mfa` key that is not yet, and return how many. Safe to run again."""
    actor.require(Capability.MANAGE_KEYS)
    current, _key = settings.KEYRING.current("mfa")
    resealed = 0
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True):
        with transaction.atomic():
            # Locked and read afresh: a recovery code that is used at this moment stays used.
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None or set(_key_ids(row)) <= {current}:
                continue
            row.data |= {name: encrypt(decrypt(row.data[name])) for name in _SEALED_FIELDS if name in row.data}
            row.save(update_fields=["data"])
            resealed += 1
    record(actor, "key.resealed", "key:mfa", id=current, count=resealed)
    return resealed


def _key_ids(row: Authenticator) -> Iterator[str]:
    return (sealed_key_id(b64decode(row.data[name])) for name in _SEALED_FIELDS if name in row.data)
