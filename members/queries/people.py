"""Which person stands behind an actor: two-person rules are about persons, not about credentials."""

from uuid import UUID

from kit.actor import Actor
from members.models import Credential


def person_behind(actor: Actor) -> int | None:
    """The primary key of the signed-in user, or of the user who created the credential; None for the system."""
    if actor.user is not None:
        return actor.user
    kind, _, ref = actor.ref.partition(":")
    if kind != "credential":
        return None
    return Credential.objects.filter(ref=UUID(ref)).values_list("created_by_id", flat=True).first()
