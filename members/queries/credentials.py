"""Reads of API credentials."""

from uuid import UUID

from django.db.models import QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.models import Credential


def credentials_for(actor: Actor) -> QuerySet[Credential]:
    """The credentials of the institution whose credentials the actor manages, newest first."""
    credentials = Credential.objects.select_related("created_by", "institution").order_by("-created_at", "-pk")
    if actor.may(Capability.MANAGE_CREDENTIALS) and actor.institution is not None:
        return credentials.filter(institution_id=actor.institution)
    return credentials.none()


def credential_for(actor: Actor, ref: UUID) -> Credential:
    """One credential the actor manages; raise NotFound for any other."""
    credential = credentials_for(actor).filter(ref=ref).first()
    if credential is None:
        raise NotFound
    return credential


def credential_of_prefix(prefix: str) -> Credential | None:
    """The credential a token's public prefix names, with its institution. Unscoped: it makes actors."""
    return Credential.objects.select_related("institution").filter(prefix=prefix).first()


def credential_of_actor(actor: Actor) -> Credential | None:
    """The credential that is the actor itself; None for a person."""
    kind, _, ref = actor.ref.partition(":")
    return (
        Credential.objects.select_related("institution").filter(ref=UUID(ref)).first() if kind == "credential" else None
    )


def person_behind(actor: Actor) -> int | None:
    """The primary key of the signed-in user, or of the user who created the credential; None for the system.

    Two-person rules are about persons, not about credentials.
    """
    if actor.user is not None:
        return actor.user
    credential = credential_of_actor(actor)
    return None if credential is None else credential.created_by_id


def refs_of_person(actor: Actor) -> frozenset[str]:
    """Everything the actor's person acts as: themselves and the credentials they created, as `Actor.ref` spells it."""
    person = person_behind(actor)
    created = Credential.objects.filter(created_by_id=person).values_list("ref", flat=True) if person else []
    return frozenset({actor.ref, *(f"credential:{ref}" for ref in created)})
