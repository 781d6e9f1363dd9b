"""The secrets of webhooks: made here, shown once, sealed at rest under the note key.

A sealed secret is bound to its webhook and column, so one that is moved to another row does not open. The format is
that of Standard Webhooks 1.0: `whsec_` and base64 of 32 random bytes.
"""

import secrets
from base64 import b64decode, b64encode
from datetime import datetime

from django.conf import settings
from django.db import transaction

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from notices.models import Webhook
from privacy import envelope

PREFIX = "whsec_"
_COLUMNS = ("secret", "old_secret")


def new_secret() -> str:
    """A fresh secret as its holder sees it."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def seal(webhook: Webhook, column: str, secret: str) -> bytes:
    """The secret sealed to one column of one webhook."""
    key_id, key = settings.KEYRING.current("note")
    return envelope.seal_text(key, key_id, secret, context=_context(webhook, column))


def unseal(webhook: Webhook, column: str) -> str:
    """The secret in a column. Raises SealError if it was moved or changed."""
    sealed = bytes(getattr(webhook, column))
    return envelope.open_text(settings.KEYRING, "note", sealed, context=_context(webhook, column))


def signing_keys(webhook: Webhook, now: datetime) -> list[bytes]:
    """What signs a message now: the secret and, for a day after a rotation, the one before it."""
    columns = ["secret"]
    if webhook.old_until is not None and webhook.old_until > now:
        columns.append("old_secret")
    return [b64decode(unseal(webhook, column).removeprefix(PREFIX)) for column in columns]


def secrets_sealed_with(key_id: str) -> int:
    """How many webhooks have a secret that needs this id of the note key."""
    return sum(key_id in _key_ids(webhook) for webhook in Webhook.objects.iterator())


def reseal_secrets(actor: Actor) -> int:
    """Seal every secret with the current note key that is not yet, and return how many webhooks. Safe to run again."""
    actor.require(Capability.MANAGE_KEYS)
    current = settings.KEYRING.current("note")[0]
    resealed = 0
    for pk in Webhook.objects.values_list("pk", flat=True):
        with transaction.atomic():
            # Locked and read afresh: a secret that is rotated at this moment stays rotated.
            webhook = Webhook.objects.select_for_update().get(pk=pk)
            if set(_key_ids(webhook)) <= {current}:
                continue
            for column in _columns(webhook):
                setattr(webhook, column, seal(webhook, column, unseal(webhook, column)))
            webhook.save(update_fields=_COLUMNS)
            resealed += 1
    record(actor, "key.resealed", "key:note", id=current, webhooks=resealed)
    return resealed


def _columns(webhook: Webhook) -> list[str]:
    return [column for column in _COLUMNS if getattr(webhook, column) is not None]


def _key_ids(webhook: Webhook) -> list[str]:
    return [envelope.sealed_key_id(bytes(getattr(webhook, column))) for column in _columns(webhook)]


def _context(webhook: Webhook, column: str) -> bytes:
    return f"notices_webhook/{column}/{webhook.ref}".encode()
