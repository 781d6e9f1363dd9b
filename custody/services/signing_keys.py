"""An institution's public keys: it signs its evaluation requests and its budgets with the private halves."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from custody.models import SigningKey
from custody.queries.keys import signing_key_for
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid


def register_key(actor: Actor, *, purpose: str, public_key: bytes) -> SigningKey:
    """Register a raw Ed25519 public key of the actor's institution; the one it had for that purpose is revoked.

    Custodians follow when they enrol it. Raises Invalid for bytes that are no key, Conflict for a key that is known.
    """
    actor.require(Capability.MANAGE_CREDENTIALS)
    institution = actor.own_institution()
    if actor.user is None:
        raise Forbidden(code="person_needed", detail=_("A signed-in person registers keys."))
    if purpose not in SigningKey.Purpose.values:
        raise Invalid(_("Some fields are not valid."), errors={"purpose": ["unknown"]})
    if len(public_key) != 32:
        raise Invalid(_("An Ed25519 public key has 32 bytes."), code="key_invalid")
    now = timezone.now()
    try:
        with transaction.atomic():
            # The row lock and the partial unique index leave one live key, whoever registers at the same time.
            live = SigningKey.objects.select_for_update().filter(
                institution_id=institution, purpose=purpose, revoked_at=None
            )
            for old in live:
                _revoke(actor, old)
            key = SigningKey.objects.create(
                institution_id=institution,
                purpose=purpose,
                public_key=public_key,
                registered_at=now,
                registered_by_id=actor.user,
            )
            audit.record(actor, "signing_key.registered", key.ref, purpose=purpose)
    except IntegrityError as error:
        raise Conflict(_("This key is registered already; make a new one."), code="key_known") from error
    return key


def revoke_key(actor: Actor, *, ref: UUID) -> SigningKey:
    """Revoke a key of the actor's institution; it never comes back. Raises NotFound, Conflict if it is revoked."""
    actor.require(Capability.MANAGE_CREDENTIALS)
    with transaction.atomic():
        key = signing_key_for(actor, ref)
        if key.revoked_at is not None:
            raise Conflict(_("This key is revoked already."))
        _revoke(actor, key)
    return key


def _revoke(actor: Actor, key: SigningKey) -> None:
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    audit.record(actor, "signing_key.revoked", key.ref, purpose=key.purpose)
