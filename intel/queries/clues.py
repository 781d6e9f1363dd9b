"""An institution's own clues. The note and the own reference leave here decrypted, to their owner only."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from intel.models import Clue, Digest, Sighting, Submission
from intel.sealing import DECISION, NOTE, OWN_REFERENCE, open_private
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from kit.paging import Page, check_limit
from members.queries.circles import wide_circles_for
from privacy.kinds import BY_NUMBER, Kind


@dataclass(frozen=True, slots=True)
class Sighted:
    """One digest of a clue: its kind, and the collision it is part of, if there is one that its institution may see."""

    kind: Kind
    collision: UUID | None
    state: str
    """The collision's state; empty without one."""
    is_warned: bool
    """It is on a warning list, which is public."""


@dataclass(frozen=True, slots=True)
class ClueRow:
    """A clue as its institution sees it."""

    ref: UUID
    submission: UUID
    row: int
    """Its line in the submission, from 1."""
    circle: str
    """Code of the circle."""
    typology: str
    proof: str
    role: str
    observed_at: datetime
    filed_at: datetime
    withdrawn_at: datetime | None
    expired_at: datetime | None
    own_reference: str
    sighted: tuple[Sighted, ...]
    """Its digests by kind; empty once it is withdrawn, refused or erased."""
    state: str
    """Where it is in its life (Clue.State)."""
    is_shown: bool
    """Its circle shows the institution collisions; of one that does not, nobody learns what stands in it."""

    @property
    def standing(self) -> str:
        """How a clue stands, derived and nowhere stored: its state, and for a filed one what its digests meet.

        `in_case`, `disputed`, `corroborated`, `over_common`, `warned`, `single` or, where its circle shows no
        collision, `closed`. The first that holds of any of its digests.
        """
        if self.state != Clue.State.FILED:
            return self.state
        states = {one.state for one in self.sighted}
        found = (
            ("in_case", "in_case" in states),
            ("disputed", "disputed" in states),
            ("corroborated", bool(states & {"open", "closed"})),
            ("over_common", "quarantined" in states),
            ("warned", any(one.is_warned for one in self.sighted)),
        )
        otherwise = "single" if self.is_shown else "closed"
        return next((name for name, holds in found if holds), otherwise)


@dataclass(frozen=True, slots=True)
class ClueDetail:
    """A clue with its note, and why it was refused or suspended."""

    clue: ClueRow
    note: str
    decision: str


def clues_for(actor: Actor, *, submission: UUID, cursor: str = "", limit: int = 50) -> Page[ClueRow]:
    """The clues of one of the institution's submissions, in the order of its rows; none for another's.

    `cursor` is the number of the last row seen. Raises Forbidden, Invalid for a cursor or limit that is not one.
    """
    check_limit(limit)
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid(_("This cursor is not one of ours; begin again without it."), code="invalid_cursor")
    own = _own(actor)
    filed = Submission.objects.filter(ref=submission, institution_id=actor.own_institution()).first()
    if filed is None:
        return Page([], "")
    # By key: joined by reference, the planner sorts all clues of a large submission to show its first page.
    rows = list(own.filter(submission_id=filed.pk, row__gt=int(cursor or 0)).order_by("row")[: limit + 1])
    return Page(clue_rows(rows[:limit], _circles(actor)), str(rows[limit - 1].row) if len(rows) > limit else "")


def clue_for(actor: Actor, ref: UUID) -> ClueDetail:
    """One clue of the actor's institution. Raises Forbidden, NotFound."""
    clue = _own(actor).filter(ref=ref).first()
    if clue is None:
        raise NotFound
    return ClueDetail(
        clue_rows([clue], _circles(actor))[0],
        note=open_private(clue.note, NOTE, clue.ref),
        decision=open_private(clue.decision, DECISION, clue.ref),
    )


def clue_rows(clues: Sequence[Clue], circles: Collection[int]) -> list[ClueRow]:
    """Rows of clues (submission and circle loaded), their sightings read in one query.

    `circles` are the keys of the wide ones that the institution is in now: of a circle that it left or that is too
    small it keeps its clues, and does not learn what they collide with.
    """
    ours = {clue.pk for clue in clues if clue.circle_id in circles}
    sighted: dict[int, list[Sighted]] = defaultdict(list)
    seen = Sighting.objects.filter(clue_id__in=[clue.pk for clue in clues]).order_by("digest__kind", "digest_id")
    fields = (
        "clue_id",
        "is_live",
        "digest__kind",
        "digest__hold",
        "digest__collision__ref",
        "digest__collision__state",
    )
    for clue, is_live, kind, hold, collision, state in seen.values_list(*fields):
        # A clue that does not match makes nobody a party: what others' clues collide with is not its owner's to know.
        shown = collision if is_live and clue in ours else None
        sighted[clue].append(Sighted(BY_NUMBER[kind], shown, state if shown else "", hold == Digest.Hold.WARNED))
    return [
        ClueRow(
            ref=clue.ref,
            submission=clue.submission.ref,
            row=clue.row,
            circle=clue.circle.code,
            typology=clue.typology,
            proof=clue.proof,
            role=clue.role,
            observed_at=clue.observed_at,
            filed_at=clue.filed_at,
            withdrawn_at=clue.withdrawn_at,
            expired_at=clue.expired_at,
            state=clue.state,
            is_shown=clue.circle_id in circles,
            own_reference=open_private(clue.own_reference, OWN_REFERENCE, clue.ref),
            sighted=tuple(sighted[clue.pk]),
        )
        for clue in clues
    ]


def _circles(actor: Actor) -> set[int]:
    return {circle.pk for circle in wide_circles_for(actor)}


def _own(actor: Actor) -> QuerySet[Clue]:
    actor.require(Capability.VIEW_SUBMISSIONS)
    return Clue.objects.filter(institution_id=actor.own_institution()).select_related("submission", "circle")
