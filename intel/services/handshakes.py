"""Handshakes: two parties of a collision open their names to each other, both at once or neither.

Double-blind: an offer changes nothing that the other side can read, count or time, until it makes the same offer. Then
both names open in one transaction, in this collision alone. Why no two offers miss each other: each locks the digest's
row first, so the second of two simultaneous ones reads what the first has committed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Digest, HandshakeOffer, Party
from intel.queries import crossing
from intel.queries.crossing import Side
from intel.queries.handshakes import is_live, last_day
from intel.queries.queue import own_party
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid
from members.queries.circles import members_of
from notices.services.events import NewEvent, publish

LONGEST_DAYS = 30
USUAL_DAYS = 14


@dataclass(frozen=True, slots=True)
class Offered:
    """What came of an offer: it stands until then, or it met the other side's and both names are open."""

    label: str
    until: date
    is_open: bool


def offer_handshake(actor: Actor, *, collision: UUID, label: str, until: date | None = None) -> Offered:
    """Offer to open our institution's name to the party under `label`, if that one does the same.

    The offer stands to the end of the day `until` (in the alliance's time zone, at most LONGEST_DAYS from today, by
    default USUAL_DAYS); a second one to the same party takes the first one's place. Between institutions of one owner
    nothing opens, and nothing says so: who is behind a label is not to be found by trying. Raises Forbidden, NotFound
    for a collision, Invalid for a label or day that will not do, Conflict if the names are open already.
    """
    actor.require(Capability.HANDSHAKE)
    expires_at = _end_of(until)
    with transaction.atomic():
        party, to, sides = _at(actor, collision, label)
        now = timezone.now()
        if _is_open(party, to):
            raise Conflict(_("Your names are open to each other already."), code="handshake_open")
        met = _offer_of(to, party, sides)
        own, _new = HandshakeOffer.objects.update_or_create(
            digest_id=party.collision.digest_id,
            institution_id=party.institution_id,
            to_id=to.institution,
            defaults={
                "ref": uuid4(),
                "offered_by": actor.ref,
                "offered_at": now,
                "expires_at": expires_at,
                "opened_at": now if met else None,
            },
        )
        audit.record(actor, "handshake.offered", own.ref)
        if met:
            _open(actor, own, met, party)
    return Offered(label, last_day(own), met is not None)


def withdraw_handshake(actor: Actor, *, collision: UUID, label: str) -> None:
    """Take our offer to the party under `label` back; without one, nothing happens.

    Raises Forbidden, NotFound for a collision, Invalid for a label, Conflict if the names are open already.
    """
    actor.require(Capability.HANDSHAKE)
    with transaction.atomic():
        party, to, _sides = _at(actor, collision, label)
        if _is_open(party, to):
            raise Conflict(
                _("Your names are open to each other already; that cannot be undone."), code="handshake_open"
            )
        own = _offers(party, party.institution_id, to.institution).first()
        if own is not None:
            own.delete()
            audit.record(actor, "handshake.withdrawn", own.ref)


def _at(actor: Actor, collision: UUID, label: str) -> tuple[Party, Side, dict[str, Side]]:
    """Our party, the side under the label and all sides, the digest's row locked: nobody joins, leaves or offers."""
    digest = own_party(actor, collision).collision.digest_id
    # As refresh_collisions locks it, so that the collision neither dissolves nor changes while the names open.
    list(Digest.objects.select_for_update(no_key=True).filter(pk=digest))
    party = own_party(actor, collision)
    sides = crossing.sides_of(party.collision_id)
    to = sides.get(label)
    if to is None or to.institution == party.institution_id:
        raise Invalid(_("No other institution has this label in this collision."), code="unknown_label")
    return party, to, sides


def _offers(party: Party, institution: int, to: int) -> QuerySet[HandshakeOffer]:
    return HandshakeOffer.objects.filter(digest_id=party.collision.digest_id, institution_id=institution, to_id=to)


def _is_open(party: Party, to: Side) -> bool:
    since = max(party.joined_at, to.joined_at)
    return _offers(party, party.institution_id, to.institution).filter(opened_at__gte=since).exists()


def _offer_of(other: Side, party: Party, sides: dict[str, Side]) -> HandshakeOffer | None:
    """The other side's standing offer to us, if it may open: both still in the circle, and of different owners."""
    owners = members_of(party.circle_id)
    mine, theirs = owners.get(party.institution_id), owners.get(other.institution)
    offer = _offers(party, other.institution, party.institution_id).first()
    if offer is None or mine is None or theirs is None or mine == theirs:
        return None
    return offer if is_live(offer, other.joined_at, sides) else None


def _open(actor: Actor, own: HandshakeOffer, met: HandshakeOffer, party: Party) -> None:
    met.opened_at = own.opened_at
    met.save(update_fields=["opened_at"])
    # One entry, under the offer that completed it: two would stand side by side in the log and name the pair.
    audit.record(actor, "handshake.opened", own.ref)
    publish(
        [
            NewEvent(institution, "handshake.opened", party.collision.ref, circle=party.circle_id)
            for institution in (own.institution_id, met.institution_id)
        ]
    )


def days() -> tuple[date, date, date]:
    """The first, the usual and the last day that an offer made today may stand until."""
    today = timezone.localtime(timezone=timezone.get_default_timezone()).date()
    return today, today + timedelta(days=USUAL_DAYS), today + timedelta(days=LONGEST_DAYS)


def _end_of(until: date | None) -> datetime:
    first, usual, last = days()
    day = until or usual
    if not first <= day <= last:
        raise Invalid(_("An offer stands until a day between today and 30 days from now."), code="invalid_until")
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
