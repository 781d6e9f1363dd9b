"""What cases may ask of clues about a list that the police seized: whose customers are on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from intel.models import Clue
from intel.queries import crossing
from intel.queries.key_uses import live_keys
from intel.sealing import OWN_REFERENCE, open_private, seal_points
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Compared:
    """A digest of a list: the kind's label and 32 bytes on the wire, a valid point."""

    kind: str
    digest: bytes


def holders_of_seized(actor: Actor, rows: Sequence[Compared], *, epoch: int) -> list[Mapping[int, list[UUID]]]:
    """For each row the institutions (keys) with a live sighting of it, each with references of its own clues.

    For the service that files a seized list alone: what it returns never reaches the officer, and each institution only
    in its own part. Raises Forbidden without INVESTIGATE.
    """
    actor.require(Capability.INVESTIGATE)
    points = b"".join(one.digest for one in rows)
    kinds = [KINDS[one.kind].number for one in rows]
    under = seal_points(points, kinds, epoch, live_keys("pepper"))
    held = crossing.holders_of({blob for blobs in under for blob in blobs})
    found: list[Mapping[int, list[UUID]]] = []
    for blobs in zip(*under, strict=True):
        one: dict[int, list[UUID]] = {}
        for blob in blobs:
            for institution, clues in held.get(blob, {}).items():
                one.setdefault(institution, []).extend(clues)
        found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class OwnClue:
    """A clue of the reader's institution that names a person of a seized list."""

    ref: UUID
    role: str
    own_reference: str


def own_clues_for(actor: Actor, refs: Collection[UUID]) -> dict[UUID, OwnClue]:
    """Those of these clues that are still filed by the actor's institution, by reference; none without the right."""
    if not actor.may(Capability.VIEW_SUBMISSIONS) or not refs:
        return {}
    clues = Clue.objects.filter(ref__in=list(refs), institution_id=actor.own_institution(), state=Clue.State.FILED)
    return {
        one.ref: OwnClue(one.ref, one.role, open_private(one.own_reference, OWN_REFERENCE, one.ref)) for one in clues
    }
