"""What waits: clues for a second person of their institution, filings of band D for an operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q

from intel.models import Clue, Submission
from intel.queries.clues import ClueRow, clue_rows
from intel.queries.queue import MOST
from kit.actor import Actor
from kit.capabilities import Capability
from kit.paging import Page, newest
from members.queries.credentials import refs_of_person

MOST_SUBMISSIONS = 20
MOST_HELD = 200


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A clue that waits. Its own filer does not decide about it."""

    clue: ClueRow
    is_own: bool


@dataclass(frozen=True, slots=True)
class WaitingSubmission:
    """A submission with clues that wait."""

    ref: UUID
    received_at: datetime
    waiting: int
    is_own: bool


def waiting_for(actor: Actor, *, cursor: str = "", limit: int = 50) -> Page[WaitingRow]:
    """The clues of the actor's institution that wait for a second person, newest first. Raises Forbidden, Invalid."""
    actor.require(Capability.DECIDE_CLUES)
    drafts = Clue.objects.filter(institution_id=actor.own_institution(), state=Clue.State.DRAFT)
    found = drafts.select_related("submission", "circle")
    rows, more = newest(found, moment="filed_at", id="ref", cursor=cursor, limit=limit)
    own = refs_of_person(actor)
    # No circle: what does not match yet collides with nothing, whatever others hold.
    shown = zip(rows, clue_rows(rows, ()), strict=True)
    return Page([WaitingRow(row, clue.submission.filed_by in own) for clue, row in shown], more)


def waiting_count(actor: Actor) -> int:
    """How many clues of the actor's institution wait for a second person, counted to MOST. Raises Forbidden."""
    actor.require(Capability.DECIDE_CLUES)
    drafts = Clue.objects.filter(institution_id=actor.own_institution(), state=Clue.State.DRAFT)
    return drafts.order_by().values("pk")[:MOST].count()


def waiting_submissions(actor: Actor) -> Sequence[WaitingSubmission]:
    """The newest submissions with clues that wait for a second person, at most MOST_SUBMISSIONS. Raises Forbidden."""
    actor.require(Capability.DECIDE_CLUES)
    drafts = Clue.objects.filter(institution_id=actor.own_institution(), state=Clue.State.DRAFT)
    rows = (
        drafts.order_by()
        .values("submission__ref", "submission__filed_by", received_at=F("submission__received_at"))
        .annotate(number=Count("pk"))
        .order_by("-received_at", "submission__ref")[:MOST_SUBMISSIONS]
    )
    own = refs_of_person(actor)
    return [
        WaitingSubmission(row["submission__ref"], row["received_at"], row["number"], row["submission__filed_by"] in own)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A submission that waits for an operator: whose it is, how many clues and since when. Nothing of what it holds."""

    ref: UUID
    institution: str
    held: int
    received_at: datetime
    held_at: datetime


def held_for(actor: Actor) -> Sequence[HeldRow]:
    """The submissions that wait for release, oldest first, at most MOST_HELD. Raises Forbidden."""
    actor.require(Capability.RELEASE_FILINGS)
    rows = (
        Submission.objects.filter(held_at__isnull=False)
        .select_related("institution")
        .annotate(held=Count("clues", filter=Q(clues__state=Clue.State.HELD)))
        .order_by("held_at", "ref")[:MOST_HELD]
    )
    return [
        HeldRow(row.ref, str(row.institution), row.held, row.received_at, row.held_at)
        for row in rows
        if row.held_at is not None
    ]
