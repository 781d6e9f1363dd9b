"""Finding one's own value again: the platform cannot say which phone collided, but it knows its digest.

The browser digests what is retyped (frontend/find.js) and asks with the digest. Only the institution's own clues
answer: what others hold is not learnt by asking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from intel.models import Clue, Party
from intel.queries.clues import ClueRow, clue_rows
from intel.queries.key_uses import live_keys
from intel.sealing import seal_points
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.circles import wide_circles_for
from privacy.kinds import KINDS

MOST = 50


@dataclass(frozen=True, slots=True)
class Retyped:
    """Where a value that was retyped stands: the actor's collisions of it and own clues that name it."""

    collisions: Sequence[UUID]
    clues: Sequence[ClueRow]


def retyped_for(actor: Actor, *, kind: str, digest: bytes, epoch: int) -> Retyped:
    """At most MOST of each, newest first; nothing for a digest that the actor's institution did not file.

    `kind` is a label of the registry, `digest` 32 bytes on the wire. Raises Forbidden.
    """
    actor.require(Capability.VIEW_SUBMISSIONS)
    actor.require(Capability.VIEW_COLLISIONS)
    sealed = [blob for [blob] in seal_points(digest, [KINDS[kind].number], epoch, live_keys("pepper"))]
    institution = actor.own_institution()
    circles = [circle.pk for circle in wide_circles_for(actor)]
    clues = (
        Clue.objects.filter(institution_id=institution, sightings__digest__sealed__in=sealed)
        .select_related("submission", "circle")
        .order_by("-filed_at", "-ref")[:MOST]
    )
    parties = Party.objects.filter(
        institution_id=institution,
        circle_id__in=circles,
        collision__digest__sealed__in=sealed,
    ).order_by("-found_on", "-id")
    return Retyped(list(parties.values_list("collision__ref", flat=True)[:MOST]), clue_rows(list(clues), circles))
