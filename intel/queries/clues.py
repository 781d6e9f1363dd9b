"""An institution's own clues. The note and the own reference leave here decrypted, to their owner only."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from intel.models import Clue, Sighting, Submission
from intel.sealing import NOTE, OWN_REFERENCE, open_private
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
    own_reference: str
    sighted: tuple[Sighted, ...]
    """Its digests by kind; empty once it is withdrawn."""


@dataclass(frozen=True, slots=True)
class ClueDetail:
    """A clue with its note."""

    clue: ClueRow
    note: str


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
    return ClueDetail(clue_rows([clue], _circles(actor))[0], open_private(clue.note, NOTE, clue.ref))


def clue_rows(clues: Sequence[Clue], circles: Collection[int]) -> list[ClueRow]:
    """Rows of clues (submission and circle loaded), their sightings read in one query.

    `circles` are the keys of the wide ones that the institution is in now: of a circle that it left or that is too
    small it keeps its clues, and does not learn what they collide with.
    """
    ours = {clue.pk for clue in clues if clue.circle_id in circles}
    sighted: dict[int, list[Sighted]] = defaultdict(list)
    seen = Sighting.objects.filter(clue_id__in=[clue.pk for clue in clues]).order_by("digest__kind", "digest_id")
    for clue, kind, collision in seen.values_list("clue_id", "digest__kind", "digest__collision__ref"):
        sighted[clue].append(Sighted(BY_NUMBER[kind], collision if clue in ours else None))
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
