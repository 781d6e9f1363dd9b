"""Reads of the keys that members registered."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from custody.models import SigningKey
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound

Purpose = SigningKey.Purpose


@dataclass(frozen=True, slots=True)
class Member:
    """An institution as custodians know it: its reference, live keys, and whether it is suspended."""

    ref: UUID
    name: str
    signing: bytes | None
    approval: bytes | None
    suspended: bool


def signing_keys_for(actor: Actor) -> QuerySet[SigningKey]:
    """All keys of the actor's institution, live ones first, then the newest."""
    rows = SigningKey.objects.filter(institution_id=actor.own_institution())
    return rows.select_related("registered_by").order_by("-revoked_at", "-registered_at")


def signing_key_for(actor: Actor, ref: UUID) -> SigningKey:
    """One key of the actor's institution, locked; raise NotFound for any other."""
    key = signing_keys_for(actor).select_for_update(of=("self",)).filter(ref=ref).first()
    if key is None:
        raise NotFound
    return key


def live_key(institution: int, purpose: str) -> bytes | None:
    """The institution's public key for a purpose, 32 bytes; None if none is registered."""
    key = SigningKey.objects.filter(institution_id=institution, purpose=purpose, revoked_at=None).first()
    return None if key is None else bytes(key.public_key)


def members_with_keys(actor: Actor) -> list[Member]:
    """Every institution that ever registered a signing key, for the custodians' registries. Needs MANAGE_KEYS."""
    actor.require(Capability.MANAGE_KEYS)
    members: dict[int, Member] = {}
    for key in SigningKey.objects.select_related("institution").order_by("institution_id"):
        institution = key.institution
        known = members.get(institution.pk) or Member(
            institution.ref, institution.name_en, None, None, institution.status != institution.Status.ACTIVE
        )
        raw = bytes(key.public_key) if key.revoked_at is None else None
        members[institution.pk] = Member(
            known.ref,
            known.name,
            raw if raw and key.purpose == Purpose.SIGNING else known.signing,
            raw if raw and key.purpose == Purpose.APPROVAL else known.approval,
            known.suspended,
        )
    return list(members.values())
