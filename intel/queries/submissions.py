"""What an institution filed: its submissions and the errors of their rows. Nobody sees another institution's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from intel.models import Clue, RowError, Submission
from intel.row_errors import SENTENCES, sentence
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.paging import Page, newest
from members.queries.circles import closed_circles_for


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission as its institution sees it; times are aware."""

    ref: UUID
    filed_by: str
    """The actor who filed it: `user:<uuid>` or `credential:<uuid>`."""
    channel: str
    filename: str
    status: str
    """matching, matched or failed."""
    accepted: int
    rejected: int
    digests: int
    waiting: int
    """Clues that wait for a second person or, if `is_held`, for an operator's release."""
    is_held: bool
    collisions: int | None
    """Digests of this submission that others held too, when it was matched; None if a clue of it is of a circle whose
    collisions its institution may not see."""
    received_at: datetime
    matched_at: datetime | None
    repeats: UUID | None
    """The earlier submission of the same content, if this one stored nothing new."""
    voices: tuple[dict[str, Any], ...]
    """Voice notices as of its receipt (services.voices.VoiceNotice as dictionaries)."""


@dataclass(frozen=True, slots=True)
class RowErrorRow:
    """Why one row, numbered from 1, was refused; `detail` is in the reader's language."""

    row: int
    field: str
    code: str
    detail: str


def submissions_for(actor: Actor, *, cursor: str = "", limit: int = 50, status: str = "") -> Page[SubmissionRow]:
    """The institution's submissions, newest first; `status` narrows to matching, matched or failed.

    Raises Forbidden, Invalid for a cursor or limit that is not one.
    """
    found = _own(actor)
    if status:
        found = found.filter(_HAS_STATUS.get(status, Q(pk=None)))
    rows, more = newest(found, moment="received_at", id="ref", cursor=cursor, limit=limit)
    silent = _silent(actor, [submission.pk for submission in rows])
    return Page([_row(submission, silent) for submission in rows], more)


def submission_for(actor: Actor, ref: UUID) -> SubmissionRow:
    """One submission of the actor's institution. Raises Forbidden, NotFound."""
    submission = _own(actor).filter(ref=ref).first()
    if submission is None:
        raise NotFound
    return _row(submission, _silent(actor, [submission.pk]))


def row_errors_for(actor: Actor, ref: UUID) -> Iterator[RowErrorRow]:
    """The row errors of a submission by row number, streamed. Raises Forbidden, NotFound before the first row."""
    submission = _own(actor).filter(ref=ref).first()
    if submission is None:
        raise NotFound
    rows = RowError.objects.filter(submission=submission).order_by("row").values_list("row", "field", "code")
    # Looked up now: the reader's language may be gone when the last row is streamed.
    details = {code: sentence(code) for code in SENTENCES}
    return (
        RowErrorRow(row, field, code, details.get(code, code)) for row, field, code in rows.iterator(chunk_size=2000)
    )


_HAS_STATUS = {
    "matching": Q(matched_at=None, failed_at=None),
    "matched": Q(matched_at__isnull=False),
    "failed": Q(failed_at__isnull=False),
}


def _own(actor: Actor) -> QuerySet[Submission]:
    actor.require(Capability.VIEW_SUBMISSIONS)
    return Submission.objects.filter(institution_id=actor.own_institution()).select_related("repeats")


def _silent(actor: Actor, submissions: list[int]) -> set[int]:
    """Those of the submissions (keys) that hold a clue of a circle which shows the actor no collisions."""
    closed = closed_circles_for(actor)
    if not closed:
        return set()
    inside = Clue.objects.filter(submission=OuterRef("pk"), circle_id__in=closed)
    return set(Submission.objects.filter(Exists(inside), pk__in=submissions).values_list("pk", flat=True))


def _row(submission: Submission, silent: set[int]) -> SubmissionRow:
    return SubmissionRow(
        ref=submission.ref,
        filed_by=submission.filed_by,
        channel=submission.channel,
        filename=submission.filename,
        status=submission.status,
        accepted=submission.accepted,
        rejected=submission.rejected,
        digests=submission.digests,
        waiting=submission.waiting,
        is_held=submission.held_at is not None,
        collisions=None if submission.pk in silent else submission.collisions,
        received_at=submission.received_at,
        matched_at=submission.matched_at,
        repeats=submission.repeats.ref if submission.repeats else None,
        voices=tuple(submission.voices),
    )
