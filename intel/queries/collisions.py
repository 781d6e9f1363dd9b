"""The collisions an institution is a party to, as long as it is a member of their circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from intel.models import Clue, Party, TriageAct
from intel.queries import crossing
from intel.queries.clues import ClueRow, clue_rows
from intel.queries.crossing import OtherParty
from intel.queries.queue import HUNDREDTHS, Asked, chosen_for, circles_shown, own_party, shown_day
from intel.scoring import Inputs
from kit.actor import Actor
from members.queries.circles import CircleRow
from privacy.kinds import BY_NUMBER, Kind

MOST_OWN_CLUES = 200
MOST_ACTS = 100
NEWEST = Asked(order="newest")
_PROOFS = (Clue.Proof.SUSPICION, Clue.Proof.REASONABLE, Clue.Proof.CLEAR)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the actor's own institution."""

    ref: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a collision stands where it stands, in short. Nothing of it says more than the parties' rows do."""

    kinds: tuple[Kind, ...]
    """Kinds that one pair of clues of two institutions shares, this one among them."""
    proof: str
    """The grade of proof that two independent sides reach."""
    is_victim: bool
    """Every clue calls it a potential victim's."""


@dataclass(frozen=True, slots=True)
class CollisionRow:
    """A collision as one of its parties sees it: itself in full, the others under labels."""

    ref: UUID
    circle: CircleRow
    kind: Kind
    found_on: date
    """The day on which the collision was found with our clues in it."""
    state: str
    """A value of Collision.State."""
    score: int
    """Hundredths of a point."""
    why: Why | None
    """None where it has not been scored yet."""
    status: str
    """Our own triage, a value of Party.Status; no other party sees it."""
    assignee: Person | None
    due_on: date | None
    is_overdue: bool
    """It still waits for a decision, and its day has passed."""
    snoozed_until: datetime | None
    decided_at: datetime | None
    label: str
    """What the others see us under."""
    clues: int
    typologies: tuple[str, ...]
    roles: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    others: tuple[OtherParty, ...]

    @property
    def points(self) -> int:
        """The score as people see it, 0 to 100."""
        return self.score // HUNDREDTHS


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and how many collisions fit its filters."""

    rows: Sequence[CollisionRow]
    next_cursor: str
    count: int
    """At most intel.queries.queue.MOST; where `looked`, at least so many."""
    looked: bool
    """Whether only the first entries of a very long queue were looked through; the next cursor goes on."""


@dataclass(frozen=True, slots=True)
class ActRow:
    """What somebody of our institution, or one of its systems, did with a collision."""

    act: str
    reason: str
    by: str
    """A name; empty for a system, and for the platform, which wakes what was snoozed."""
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class CollisionDetail:
    """A collision with our own clues in it, newest first and at most MOST_OWN_CLUES, and our acts, newest first."""

    collision: CollisionRow
    own_clues: tuple[ClueRow, ...]
    acts: tuple[ActRow, ...]


def collisions_for(
    actor: Actor, asked: Asked = NEWEST, *, cursor: str = "", limit: int = 50, counted: bool = False
) -> QueuePage:
    """The actor's collisions that fit what is asked for, in its order; equal keys neither repeat nor lose a row.

    Unless they are to be counted, `count` is 0. Raises Forbidden, Invalid for an order, cursor or limit that is none.
    """
    circles = circles_shown(actor)
    chosen = chosen_for(actor, asked, circles, cursor=cursor, limit=limit, counted=counted)
    read = Party.objects.select_related("collision", "assignee").in_bulk(chosen.parties)
    rows = _rows([read[key] for key in chosen.parties if key in read], circles)
    return QueuePage(rows, chosen.next_cursor, chosen.count, chosen.looked)


def collision_for(actor: Actor, ref: UUID) -> CollisionDetail:
    """One collision the actor is a party to. Raises Forbidden; NotFound for an outsider as for an absent one."""
    party, circles = own_party(actor, ref), circles_shown(actor)
    clues = (
        Clue.objects.filter(institution_id=party.institution_id, sightings__digest__collision=party.collision_id)
        .select_related("submission", "circle")
        .order_by("-filed_at", "-ref")[:MOST_OWN_CLUES]
    )
    return CollisionDetail(_rows([party], circles)[0], tuple(clue_rows(list(clues), circles)), _acts(party))


def _acts(party: Party) -> tuple[ActRow, ...]:
    acts = TriageAct.objects.filter(digest=party.collision.digest_id, institution=party.institution_id)
    rows = acts.select_related("by").order_by("-acted_at", "-pk")[:MOST_ACTS]
    return tuple(ActRow(one.act, one.reason, one.by.name if one.by else "", one.acted_at) for one in rows)


def _rows(parties: Sequence[Party], circles: dict[int, CircleRow]) -> list[CollisionRow]:
    if not parties:
        return []
    others = crossing.other_parties([party.collision_id for party in parties], parties[0].institution_id)
    return [_row(party, circles[party.circle_id], tuple(others[party.collision_id])) for party in parties]


def _row(party: Party, circle: CircleRow, others: tuple[OtherParty, ...]) -> CollisionRow:
    due, waits = shown_day(party.due_on), party.status == Party.Status.NEW
    return CollisionRow(
        ref=party.collision.ref,
        circle=circle,
        kind=BY_NUMBER[party.kind],
        found_on=party.found_on,
        state=party.state,
        score=party.score,
        why=_why(party),
        status=party.status,
        assignee=Person(party.assignee.ref, party.assignee.name) if party.assignee else None,
        due_on=due,
        is_overdue=waits and due is not None and due < timezone.localdate(),
        snoozed_until=party.snoozed_until,
        decided_at=party.decided_at,
        label=crossing.letters(party.label),
        clues=party.clues,
        typologies=tuple(party.typologies),
        roles=tuple(party.roles),
        first_seen_at=party.first_seen_at,
        last_seen_at=party.last_seen_at,
        others=others,
    )


def _why(party: Party) -> Why | None:
    if party.collision.inputs is None:
        return None
    inputs = Inputs.from_json(party.collision.inputs)
    together = {party.kind} | {number for number in BY_NUMBER if inputs.shared >> number & 1}
    return Why(
        kinds=tuple(BY_NUMBER[number] for number in sorted(together)),
        proof=_PROOFS[min(inputs.proof, len(_PROOFS) - 1)],
        is_victim=bool(inputs.victim),
    )
