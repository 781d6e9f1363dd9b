"""The one door for clues: portal, REST, file and command line all file through `submit_clues`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from custody.services.ceremony import transcript
from intel.four_eyes import first_states
from intel.models import Clue, Submission
from intel.queries.holds import Stopped, stopped_in
from intel.row_errors import MAX_YEARS, MAY_PASS_LATER, BadRow
from intel.rows import CheckedClue, Ground, check_row
from intel.services.intake import Intake
from intel.services.matching import TASK
from intel.services.voices import VoiceNotice, record_voices
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, Refusal, TooLarge, Unprocessable
from kit.queue import enqueue
from members.queries.circles import CircleRow, circles_for
from members.queries.institutions import own_terms
from notices.services.events import NewEvent, publish
from privacy.kinds import looks_like_indicator

CHUNK = 2000
"""Rows checked and stored at a time: what bounds the memory of an upload, whatever its length."""
_LONGEST_KEY = 80
_LONGEST_FILENAME = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was accepted, the same for every repetition of a request but for `waiting` and `stopped`."""

    reference: UUID
    accepted: int
    rejected: int
    digests: int
    waiting: int
    """How many of the accepted clues wait for a second person or an operator: the one number that changes later."""
    received_at: datetime
    repeats: UUID | None
    """The earlier submission of the very same content, if nothing new was stored."""
    voices: tuple[VoiceNotice, ...]
    """Where voices of this submission cannot be compared with those of other members."""
    stopped: tuple[Stopped, ...]
    """What of it stands on a warning list as of now, and therefore does not match."""


def submit_clues(
    actor: Actor,
    *,
    rows: Iterable[object],
    channel: str,
    idempotency_key: str,
    body_sha256: bytes,
    epoch: int,
    filename: str = "",
) -> Receipt:
    """File a batch of clues for the actor's institution, and have it matched.

    `rows` are parsed JSON values, one a clue (intel/rows.py says what it holds), read once and in chunks.
    `channel` is a value of Submission.Channel, `epoch` the key epoch that the digests were computed under,
    `body_sha256` the SHA-256 of the unpacked request body, which a repetition with the same `idempotency_key` must
    share. A bad row becomes a RowError and the others are stored; everything else that is wrong stores nothing.

    The same key and body give the same receipt, also at the same time. The same content under another key stores
    nothing new: the receipt names the earlier submission in `repeats`. Raises Forbidden, Invalid, TooLarge,
    Unprocessable (key used with another body), Unavailable (keys in rotation; try again).
    """
    actor.require(Capability.SUBMIT)
    institution = actor.own_institution()
    try:
        _check_request(channel, idempotency_key, body_sha256, epoch, filename)
        with transaction.atomic():
            submission = _open(
                institution_id=institution,
                filed_by=actor.ref,
                channel=channel,
                idempotency_key=idempotency_key,
                body_sha256=body_sha256,
                # A name such as 13812345678.xlsx is no place for a value either; the reference finds the submission.
                filename=filename if looks_like_indicator(filename) is None else "",
                epoch=epoch,
            )
            if submission is None:
                return _same_answer(institution, idempotency_key, body_sha256)
            return _file(actor, submission, rows)
    except Refusal as refusal:
        audit.record(actor, "submission.refused", actor.institution_ref, code=refusal.code, channel=channel)
        raise


def _check_request(channel: str, key: str, body_sha256: bytes, epoch: int, filename: str) -> None:
    if channel not in Submission.Channel.values:
        raise Invalid(_("The channel is portal, file or api."), code="invalid_channel")
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            _("Send an Idempotency-Key of 1 to 80 printable ASCII characters, a fresh one for each upload."),
            code="invalid_idempotency_key",
        )
    if len(body_sha256) != 32:
        raise ValueError("a SHA-256 has 32 bytes")
    if len(filename) > _LONGEST_FILENAME or not filename.isprintable():
        raise Invalid(_("A file name has at most 200 printable characters."), code="invalid_filename")
    current = transcript().epoch
    if epoch != current:
        raise Invalid(
            _("The digests must be of key epoch %(epoch)d.") % {"epoch": current}, code="unknown_epoch", epoch=current
        )


def _open(**fields: Any) -> Submission | None:
    """A new submission, or None if the key is taken. Waits while another request with the key is in progress."""
    try:
        with transaction.atomic():
            return Submission.objects.create(received_at=timezone.now(), **fields)
    except IntegrityError:
        return None


def _same_answer(institution: int, key: str, body_sha256: bytes) -> Receipt:
    submission = Submission.objects.select_related("repeats").get(institution_id=institution, idempotency_key=key)
    if bytes(submission.body_sha256) != body_sha256:
        raise Unprocessable(
            _("This Idempotency-Key was used before with another body. Use a fresh key for new content."),
            code="idempotency_key_reused",
        )
    return _receipt(submission)


def _file(actor: Actor, submission: Submission, rows: Iterable[object]) -> Receipt:
    """Store the rows of a new submission, record and enqueue it."""
    circles = circles_for(actor)
    earlier = _earlier(submission)
    if earlier is None:
        _store(actor, submission, rows, circles)
    else:
        submission.repeats = earlier
        submission.matched_at = submission.received_at
    submission.save()
    audit.record(
        actor,
        "submission.received",
        submission.ref,
        channel=submission.channel,
        accepted=submission.accepted,
        rejected=submission.rejected,
        digests=submission.digests,
        waiting=submission.waiting,
        repeats=str(earlier.ref) if earlier else None,
    )
    if earlier is None:
        enqueue(TASK, submission.pk)
        _tell_waiting(actor, submission)
    return _receipt(submission)


def _tell_waiting(actor: Actor, submission: Submission) -> None:
    """Tell who can decide that clues wait."""
    institution, events = submission.institution_id, []
    if submission.held_at is not None:
        audit.record(actor, "submission.held", submission.ref, clues=submission.waiting)
        events.append(NewEvent(institution, "submission.held", submission.ref))
    if Clue.objects.filter(submission=submission, state=Clue.State.DRAFT).exists():
        events.append(NewEvent(institution, "clue.waiting", submission.ref))
    publish(events)


def _earlier(submission: Submission) -> Submission | None:
    """An earlier submission of the same content of which no clue was withdrawn or refused: it adds nothing.

    One with rows that may pass by now, because a circle was joined or a library registered, does not count.
    Waits while another submission of this content is in progress, so that of two at once one is the earlier.
    """
    with connection.cursor() as cursor:
        number = int.from_bytes(submission.body_sha256[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
    same = Submission.objects.filter(
        institution_id=submission.institution_id, body_sha256=submission.body_sha256, accepted__gt=0
    ).exclude(row_errors__code__in=MAY_PASS_LATER)
    gone = [Clue.State.WITHDRAWN, Clue.State.REFUSED]
    return same.exclude(pk=submission.pk).exclude(clues__state__in=gone).order_by("pk").first()


def _store(actor: Actor, submission: Submission, rows: Iterable[object], circles: list[CircleRow]) -> None:
    ground = Ground(
        circles={circle.code: circle.pk for circle in circles},
        libraries={circle.code: frozenset(circle.voice_libraries) for circle in circles},
        earliest=_years_before(submission.received_at, MAX_YEARS),
        latest=submission.received_at,
    )
    intake = Intake(submission, submission.received_at, first_states(actor, own_terms(actor)))
    counted = 0
    for chunk in _chunks(rows):
        intake.take(_checked(chunk, counted, ground, intake))
        counted += len(chunk)
        if counted > settings.SUBMISSION_MAX_CLUES:
            raise TooLarge(
                _("A submission holds at most %(most)d clues; split the file.")
                % {"most": settings.SUBMISSION_MAX_CLUES},
                code="too_many_clues",
            )
    if not counted:
        raise Invalid(_("The submission holds no clue."), code="empty")
    intake.settle()
    submission.accepted, submission.rejected = intake.accepted, len(intake.errors)
    submission.digests = intake.digests
    submission.waiting = intake.waiting.total()
    submission.held_at = submission.received_at if intake.waiting[Clue.State.HELD] else None
    submission.voices = record_voices(submission, intake.voices, circles)


def _checked(chunk: list[object], before: int, ground: Ground, intake: Intake) -> list[CheckedClue]:
    good = []
    for row, fields in enumerate(chunk, start=before + 1):
        try:
            good.append(check_row(row, fields, ground))
        except BadRow as reason:
            intake.refuse(row, reason)
    return good


def _chunks(rows: Iterable[object]) -> Iterator[list[object]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - years, day=28)


def _receipt(submission: Submission) -> Receipt:
    return Receipt(
        reference=submission.ref,
        accepted=submission.accepted,
        rejected=submission.rejected,
        digests=submission.digests,
        waiting=submission.waiting,
        received_at=submission.received_at,
        repeats=submission.repeats.ref if submission.repeats else None,
        voices=tuple(VoiceNotice(**notice) for notice in submission.voices),
        stopped=stopped_in(submission),
    )
