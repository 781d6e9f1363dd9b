"""The steps of clues, many at a time: state, sightings and collisions move together, in the caller's transaction.

Locks are always taken in this order, each kind by its key, so that no two steps wait for each other: clues, their
submissions, then digests (by `refresh_collisions`).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from audit import services as audit
from intel.models import Clue, Sighting
from intel.sealing import DECISION, seal_private
from intel.services.matching import refresh_collisions
from intel.services.withdrawals import forget_unnamed
from kit.actor import Actor
from members.queries.institutions import filing_terms
from members.queries.memberships import live_members

MOST_NAMED = 20
"""References of clues that an event carries."""

_LOCK_CHOSEN = """
SELECT c.id, c.ref, c.submission_id, s.ref, s.filed_by, c.institution_id, c.circle_id
FROM intel_clue c JOIN intel_submission s ON s.id = c.submission_id
WHERE c.id = ANY(%s) AND c.state = ANY(%s) ORDER BY c.id FOR UPDATE OF c
"""
_MOVE = """
UPDATE intel_clue c SET state = %s, decided_by = %s, decided_at = %s, decision = moved.decision
FROM unnest(%s::bigint[], %s::bytea[]) AS moved (id, decision) WHERE c.id = moved.id
"""
_SHOW = "UPDATE intel_sighting SET is_live = %s WHERE clue_id = ANY(%s) AND is_live <> %s RETURNING digest_id"
_LOCK_SUBMISSIONS = "SELECT id FROM intel_submission WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_COUNT_DOWN = """
UPDATE intel_submission s SET waiting = s.waiting - less.number
FROM unnest(%s::bigint[], %s::int[]) AS less (id, number) WHERE s.id = less.id
"""
_HOLD = "UPDATE intel_submission SET held_at = %s WHERE id = ANY(%s) AND held_at IS NULL RETURNING ref"
_LET_GO = """
UPDATE intel_submission s SET held_at = NULL
WHERE s.id = ANY(%s) AND s.held_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM intel_clue c WHERE c.submission_id = s.id AND c.state = 'held')
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """A clue of a step: its key and reference, those of its submission, who filed it, for whom and to which circle."""

    pk: int
    ref: UUID
    submission: int
    submission_ref: UUID
    filed_by: str
    institution: int
    circle: int


def lock_clues(keys: Collection[int], *states: str) -> list[Locked]:
    """Those of these clues that are in one of the states once nobody else holds them, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CHOSEN, [list(keys), list(states)])
        return [Locked(*row) for row in cursor.fetchall()]


def in_their_circles(clues: Sequence[Locked]) -> list[Locked]:
    """Those of the clues whose institution is in their circle now: into one that was left nothing enters any more."""
    members = live_members()
    return [clue for clue in clues if clue.institution in members.get(clue.circle, frozenset())]


def put_in(actor: Actor, clues: Sequence[Locked], *, cause: str) -> str:
    """Approved clues of one institution enter matching or, while it is in band D, wait for release; the new state."""
    held = filing_terms(clues[0].institution).needs_release
    state = Clue.State.HELD if held else Clue.State.FILED
    move(actor, clues, state)
    if held:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [timezone.now(), _submissions(clues)])
    else:
        count_down(clues)
        show(actor, clues, live=True, cause=cause)
    return str(state)


def move(actor: Actor, clues: Sequence[Locked], state: str, *, reason: str = "") -> None:
    """Set the state of locked clues, who decided and why; the reason is sealed, for their institution alone."""
    reasons = [seal_private(reason, DECISION, clue.ref) for clue in clues]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_SUBMISSIONS, [_submissions(clues)])
        cursor.execute(_MOVE, [state, actor.ref, timezone.now(), [clue.pk for clue in clues], reasons])


def count_down(clues: Sequence[Locked]) -> None:
    """These clues wait no more: say so at their submissions."""
    numbers = Counter(clue.submission for clue in clues)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_DOWN, [list(numbers.keys()), list(numbers.values())])
        cursor.execute(_LET_GO, [list(numbers.keys())])


def show(actor: Actor, clues: Sequence[Locked], *, live: bool, cause: str) -> None:
    """Make the sightings of locked clues match, or no longer, and let the collisions follow."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [live, [clue.pk for clue in clues], live])
        digests = {digest for (digest,) in cursor.fetchall()}
    refresh_collisions(actor, digests, cause=cause)


def erase(clues: Collection[int]) -> list[int]:
    """Delete what clues that do not match (by key) name, and the digests that nobody else names; those digests' keys.

    Their sightings are dead, so no collision depends on them.
    """
    dead = Sighting.objects.filter(clue_id__in=clues, is_live=False)
    digests = sorted(set(dead.values_list("digest_id", flat=True)))
    dead.delete()
    forget_unnamed(digests)
    return digests


def refuse(actor: Actor, clues: Sequence[Locked], *, reason: str = "", **facts: str) -> None:
    """Refuse locked clues that wait, erase what they name and record it with these facts, without the reason."""
    move(actor, clues, Clue.State.REFUSED, reason=reason)
    count_down(clues)
    erase([clue.pk for clue in clues])
    audit.record_each(actor, "clue.refused", [clue.ref for clue in clues], **facts)


def by_submission(clues: Sequence[Locked]) -> dict[UUID, list[Locked]]:
    """The clues under the references of their submissions, for one event each."""
    found: dict[UUID, list[Locked]] = {}
    for clue in clues:
        found.setdefault(clue.submission_ref, []).append(clue)
    return found


def named(clues: Sequence[Locked]) -> dict[str, list[str]]:
    """The facts of an event about these clues."""
    return {"clues": [str(clue.ref) for clue in clues[:MOST_NAMED]]}


def _submissions(clues: Sequence[Locked]) -> list[int]:
    return sorted({clue.submission for clue in clues})
