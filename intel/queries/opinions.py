"""Opinions on a collision: one's own in full, the others' under their labels."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from intel.models import Opinion
from intel.queries import crossing
from intel.queries.crossing import OtherOpinion
from intel.queries.queue import own_party
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class OwnOpinion:
    """What the actor's institution says of a collision."""

    verdict: str
    reason: str
    given_on: date
    counts: bool
    """False for a confirmation given on what was filed after the value was disclosed."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """All opinions on a collision as one party sees them."""

    collision: UUID
    own: OwnOpinion | None
    others: tuple[OtherOpinion, ...]
    may_give: bool

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        """What may be said: codes and names."""
        return [(code, str(name)) for code, name in Opinion.Verdict.choices]


def opinions_for(actor: Actor, ref: UUID) -> Opinions:
    """The opinions on a collision the actor is a party to. Raises Forbidden; NotFound for any other."""
    party = own_party(actor, ref)
    institution = party.institution_id
    mine = Opinion.objects.filter(digest__collision=party.collision_id, institution_id=institution).first()
    own = None
    if mine is not None:
        own = OwnOpinion(mine.verdict, mine.reason, timezone.localdate(mine.given_at), mine.counts)
    others = crossing.other_opinions(party.collision_id, institution)
    return Opinions(ref, own, tuple(others), actor.may(Capability.GIVE_OPINION))
