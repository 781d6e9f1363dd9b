"""An institution's own side of handshakes. What others offered it stands in no query that runs for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from intel.models import HandshakeOffer
from intel.queries import crossing
from intel.queries.crossing import OtherParty, Side
from intel.queries.queue import own_party
from kit.actor import Actor
from members.queries.institutions import InstitutionName


@dataclass(frozen=True, slots=True)
class Handshake:
    """How the actor's institution stands with one other party of a collision."""

    label: str
    until: date | None
    """The last day of our standing offer; None if we made none, or it ended, or was met."""
    name: InstitutionName | None
    """The other's name, once both have offered: ours is open to it as well."""


def handshakes_for(actor: Actor, collision: UUID) -> list[Handshake]:
    """One row for each other party, by label. Raises Forbidden; NotFound as `collision_for`."""
    party = own_party(actor, collision)
    others = crossing.other_parties([party.collision_id], party.institution_id)[party.collision_id]
    return with_offers(actor, collision, others)


def with_offers(actor: Actor, collision: UUID, others: Sequence[OtherParty]) -> list[Handshake]:
    """`handshakes_for` where the other parties have been read: one statement more, or two where an offer stands."""
    own = HandshakeOffer.objects.filter(
        digest__collision__ref=collision, institution_id=actor.own_institution(), opened_at=None
    )
    offers = list(own.annotate(collision=F("digest__collision__pk")))
    until: dict[str, date] = {}
    if offers:
        sides = crossing.sides_of(offers[0].collision)
        joined_at = next(side.joined_at for side in sides.values() if side.institution == actor.institution)
        label_of = {side.institution: label for label, side in sides.items()}
        until = {label_of[one.to_id]: last_day(one) for one in offers if is_live(one, joined_at, sides)}
    return [Handshake(other.label, until.get(other.label), other.name) for other in others]


def last_day(offer: HandshakeOffer) -> date:
    """The last whole day, in the alliance's time zone, on which the offer stands."""
    return timezone.localtime(offer.expires_at - timedelta(seconds=1), timezone.get_default_timezone()).date()


def is_live(offer: HandshakeOffer, joined_at: datetime, sides: dict[str, Side]) -> bool:
    """Whether an offer that was not met still may be: neither over nor older than either side's part in the collision.

    `joined_at` is when the side that offers became a party. A collision that dissolves takes its offers with it.
    """
    to = next((side for side in sides.values() if side.institution == offer.to_id), None)
    if to is None or offer.opened_at is not None or offer.expires_at <= timezone.now():
        return False
    return offer.offered_at >= joined_at and offer.offered_at >= to.joined_at
