"""The collisions an institution is a party to, as long as it is a member of their circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from intel.models import Clue, Party
from intel.queries import crossing
from intel.queries.clues import ClueRow, clue_rows
from intel.queries.crossing import OtherParty
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.paging import Page, newest
from members.queries.circles import CircleRow, wide_circles_for
from privacy.kinds import BY_NUMBER, KINDS, Kind

MOST_OWN_CLUES = 200


@dataclass(frozen=True, slots=True)
class CollisionRow:
    """A collision as one of its parties sees it: itself in full, the others under labels."""

    ref: UUID
    circle: CircleRow
    kind: Kind
    joined_at: datetime
    """When the collision was found with our clues in it."""
    label: str
    """What the others see us under."""
    clues: int
    typologies: tuple[str, ...]
    roles: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    others: tuple[OtherParty, ...]


@dataclass(frozen=True, slots=True)
class CollisionDetail:
    """A collision with our own clues in it, newest first and at most MOST_OWN_CLUES."""

    collision: CollisionRow
    own_clues: tuple[ClueRow, ...]


def collisions_for(
    actor: Actor,
    *,
    cursor: str = "",
    limit: int = 50,
    kind: str = "",
    circle: str = "",
    typology: str = "",
    since: datetime | None = None,
) -> Page[CollisionRow]:
    """The actor's collisions, newest first by (joined_at, id), so that equal times neither repeat nor lose a row.

    `kind` is a label such as phone/1, `circle` a code, `typology` one of our own clues' codes; `since` keeps what was
    joined at that time or later. A filter that names nothing finds nothing. Raises Forbidden, Invalid for a cursor
    or limit that is not one.
    """
    circles = _circles(actor)
    found = _own(actor, [pk for pk, row in circles.items() if circle in {"", row.code}])
    if kind:
        found = found.filter(kind=KINDS[kind].number if kind in KINDS else 0)
    if typology:
        found = found.filter(typologies__contains=[typology])
    if since is not None:
        found = found.filter(joined_at__gte=since)
    # The page is chosen by an index alone, however many rows a filter passes over; then the chosen rows are read.
    chosen, more = newest(found.only("id", "joined_at"), moment="joined_at", id="id", cursor=cursor, limit=limit)
    read = Party.objects.select_related("collision").in_bulk([party.id for party in chosen])
    return Page(_rows([read[party.id] for party in chosen if party.id in read], circles), more)


def collision_for(actor: Actor, ref: UUID) -> CollisionDetail:
    """One collision the actor is a party to. Raises Forbidden; NotFound for an outsider as for an absent one."""
    circles = _circles(actor)
    party = _own(actor, circles).select_related("collision").filter(collision__ref=ref).first()
    if party is None:
        raise NotFound
    clues = (
        Clue.objects.filter(institution_id=party.institution_id, sightings__digest__collision=party.collision_id)
        .select_related("submission", "circle")
        .order_by("-filed_at", "-ref")[:MOST_OWN_CLUES]
    )
    return CollisionDetail(_rows([party], circles)[0], tuple(clue_rows(list(clues), circles)))


def _circles(actor: Actor) -> dict[int, CircleRow]:
    return {circle.pk: circle for circle in wide_circles_for(actor)}


def _own(actor: Actor, circles: Sequence[int] | dict[int, CircleRow]) -> QuerySet[Party]:
    """Our parties in these circles. One that we left or that is too small is none of them."""
    actor.require(Capability.VIEW_COLLISIONS)
    return Party.objects.filter(institution_id=actor.own_institution(), circle_id__in=list(circles))


def _rows(parties: Sequence[Party], circles: dict[int, CircleRow]) -> list[CollisionRow]:
    if not parties:
        return []
    others = crossing.other_parties([party.collision_id for party in parties], parties[0].institution_id)
    return [
        CollisionRow(
            ref=party.collision.ref,
            circle=circles[party.circle_id],
            kind=BY_NUMBER[party.kind],
            joined_at=party.joined_at,
            label=crossing.letters(party.label),
            clues=party.clues,
            typologies=tuple(party.typologies),
            roles=tuple(party.roles),
            first_seen_at=party.first_seen_at,
            last_seen_at=party.last_seen_at,
            others=tuple(others[party.collision_id]),
        )
        for party in parties
    ]
