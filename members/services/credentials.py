"""API credentials: created once, shown once, kept as a hash."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, Unauthenticated
from members.actors import actor_of_credential
from members.models import Credential, Institution
from members.queries.credentials import credential_for, credential_of_prefix
from members.queries.users import own_user
from members.roles import Scope

LONGEST_DAYS = 365
_USE_NOTED_EVERY = timedelta(minutes=1)
_NOBODY = bytes(32)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential and, this once, the token `alc_<prefix>_<secret>` its holder sends."""

    ref: UUID
    name: str
    token: str


def create_credential(actor: Actor, *, name: str, scopes: list[str], days: int) -> NewCredential:
    """Create a credential of the actor's institution that lives `days` days (1 to 365).

    Raises Forbidden without MANAGE_CREDENTIALS, Invalid for an empty name, an unknown or no scope, or other days.
    """
    actor.require(Capability.MANAGE_CREDENTIALS)
    if Scope.APPROVED in scopes:
        # Who waives the second person here is who may set from when one is needed.
        actor.require(Capability.SET_FOUR_EYES)
    institution = actor.own_institution()
    _check(name, scopes, days)
    prefix = secrets.token_hex(5)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        credential = Credential.objects.create(
            institution_id=institution,
            name=name.strip(),
            prefix=prefix,
            secret_hash=_hash(secret),
            scopes=sorted(set(scopes)),
            created_by=own_user(actor),
            expires_at=timezone.now() + timedelta(days=days),
        )
        record(actor, "credential.created", credential.ref, scopes=credential.scopes, days=days)
    return NewCredential(credential.ref, credential.name, f"alc_{prefix}_{secret}")


def revoke_credential(actor: Actor, ref: UUID) -> None:
    """Revoke a credential of the actor's institution at once and for ever.

    Raises Forbidden without MANAGE_CREDENTIALS, NotFound for a foreign one, Conflict for one revoked before.
    """
    actor.require(Capability.MANAGE_CREDENTIALS)
    with transaction.atomic():
        credential = credential_for(actor, ref)
        revoked = Credential.objects.filter(pk=credential.pk, revoked_at=None).update(revoked_at=timezone.now())
        if not revoked:
            raise Conflict(_("This credential is revoked already."), code="credential_revoked")
        record(actor, "credential.revoked", credential.ref)


def recognise(token: str) -> Actor:
    """The actor of the bearer token a member's system sent.

    Raises Unauthenticated with code `credential_unknown` (no such token, in constant time), `credential_revoked`,
    `credential_expired` or `institution_suspended`; the last three only to the holder of the right secret.
    """
    prefix, secret = _parts(token)
    credential = credential_of_prefix(prefix)
    stored = bytes(credential.secret_hash) if credential is not None else _NOBODY
    if not compare_digest(stored, _hash(secret)) or credential is None:
        raise Unauthenticated(_("This credential is not known."), code="credential_unknown")
    if credential.revoked_at is not None:
        raise Unauthenticated(_("This credential was revoked."), code="credential_revoked")
    if not credential.is_live:
        raise Unauthenticated(
            _("This credential has expired. Ask your admin for a new one."), code="credential_expired"
        )
    if credential.institution.status != Institution.Status.ACTIVE:
        raise Unauthenticated(_("Your institution is suspended."), code="institution_suspended")
    _note_use(credential)
    return actor_of_credential(credential)


def _check(name: str, scopes: list[str], days: int) -> None:
    errors: dict[str, list[str]] = {}
    if not name.strip():
        errors["name"] = [_("Give the credential a name that says which system holds it.")]
    if not scopes or not set(scopes) <= set(Scope.values):
        errors["scopes"] = [_("Choose at least one scope from the list.")]
    if not 1 <= days <= LONGEST_DAYS:
        errors["days"] = [_("A credential lives between 1 and 365 days.")]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)


def _parts(token: str) -> tuple[str, str]:
    pieces = token.split("_", 2)
    return (pieces[1], pieces[2]) if len(pieces) == 3 and pieces[0] == "alc" else ("", "")


def _hash(secret: str) -> bytes:
    # The secret has 256 random bits, so one SHA-256 is as strong as a slow hash and costs a request nothing.
    return sha256(secret.encode()).digest()


def _note_use(credential: Credential) -> None:
    now = timezone.now()
    if credential.last_used_at is None or now - credential.last_used_at >= _USE_NOTED_EVERY:
        Credential.objects.filter(pk=credential.pk).update(last_used_at=now)
