"""What a case shows of the collisions it stands on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from intel.models import Collision
from intel.queries import crossing
from intel.queries.queue import circles_shown, own_parties
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.institutions import InstitutionName


@dataclass(frozen=True, slots=True)
class Standing:
    """How a collision stands now."""

    ref: UUID
    state: str
    """A value of Collision.State."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An institution (its key) whose name a handshake opened to the reader in a collision, under its label there."""

    collision: UUID
    label: str
    institution: int
    name: InstitutionName


def standings_of(digests: Collection[int]) -> Mapping[int, Standing]:
    """The collisions of these digests by key of the digest; one that is missing was withdrawn by a party.

    The caller has established that its reader takes part in a case that stands on them. Says nothing of the parties.
    """
    rows = Collision.objects.filter(digest_id__in=list(digests)).values_list("digest_id", "ref", "state")
    return {digest: Standing(ref, state) for digest, ref, state in rows}


def own_among(actor: Actor, collisions: Collection[UUID]) -> frozenset[UUID]:
    """Those of these collisions (references) that the actor's institution is a party to and may see."""
    if not actor.may(Capability.VIEW_COLLISIONS) or not collisions:
        return frozenset()
    ours = own_parties(actor, circles_shown(actor)).filter(collision__ref__in=list(collisions))
    return frozenset(ours.values_list("collision__ref", flat=True))


def opened_among(actor: Actor, collisions: Collection[UUID]) -> Sequence[Opened]:
    """The other parties of these collisions whose names are open to the actor's institution, by name.

    Nothing about a party whose name is not: not even that it is there. Raises Forbidden.
    """
    ours = own_parties(actor, circles_shown(actor)).filter(collision__ref__in=list(collisions))
    keys = dict(ours.values_list("collision_id", F("collision__ref")))
    return [
        Opened(keys[one.collision], one.label, one.institution, one.name)
        for one in crossing.opened_in(tuple(keys), actor.own_institution())
    ]
