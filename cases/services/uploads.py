"""Uploading evidence: begun with the checksums of the source, sent part by part, taken up again after a break."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases import locker
from cases.documents import checked_day, today
from cases.models import Case, Evidence, EvidencePart, EvidenceVersion
from cases.queries.cases import case_for, case_to_change, check_open
from cases.queries.evidence import evidence_in, open_requests, version_in
from cases.queries.room import room_of
from cases.rights import Right
from cases.sealing import seal
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.errors import Conflict, Invalid, NotFound, TooLarge
from kit.queue import enqueue
from privacy.kinds import looks_like_indicator
from privacy.locker import SALT_SIZE, cipher_size, part_count, part_size

TASK = "cases.check_arrival"
State = EvidenceVersion.State
MOST_OPEN = 20
"""Uploads of one institution that are not finished, so that nobody fills the disk with beginnings."""
GIVEN_UP = timedelta(days=7)
"""After that an upload to which nothing was added is dropped."""
LONGEST_TITLE, LONGEST_NAME = 120, 200
# Any fixed number: the advisory locks under which uploads of one institution are begun in turns.
_TURN = 0x726F6F6D
# What no name holds that means well: controls, half characters, and what turns the order of those that follow, so that
# a program is read as a picture by whoever downloads it.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it is before encryption: what its owner's machine says of it."""

    name: str
    size: int
    sha256: bytes
    sm3: bytes
    salt: bytes
    generation: int


def begin_upload(
    actor: Actor, case: UUID, *, source: Source, evidence: UUID | None = None, about: Mapping[str, Any] | None = None
) -> EvidenceVersion:
    """Begin a new piece of evidence (`about`: kind, title, source, acquired_on, request) or another version of one.

    The same file of the same institution goes on where it stopped: the version that was begun is returned.
    Raises Forbidden, NotFound, Invalid; TooLarge, also beyond the institution's room (`evidence_quota`, with the bytes
    `used`, `allowed` and `needed`); Conflict for sealed evidence, an older case key or too many open uploads.
    """
    with transaction.atomic():
        found = case_to_change(actor, case, Right.CONTRIBUTE)
        item = evidence_in(found, evidence) if evidence else None
        _check_source(source)
        if begun := _begun(actor, found, item, source, about):
            return begun
        _check_generation(found, source.generation)
        _check_room(actor, cipher_size(source.size))
        item = _locked(actor, item) if item else _new_evidence(actor, found, about or {})
        return _new_version(actor, item, source)


def put_part(actor: Actor, case: UUID, *, version: UUID, number: int, body: locker.Readable, length: int | None) -> int:
    """Keep one part of a running upload; how many have arrived. The same part again is taken for the first.

    Raises Forbidden, NotFound, Invalid for another length, Unavailable for a full disk, and Conflict if the upload is
    over, the case is closed, or another part was kept under this number: nothing is replaced.
    """
    row = _own_upload(actor, case_for(actor, case, Right.CONTRIBUTE), version)
    size = _expected(row, number, length)
    # The body is read before a row is locked: a slow sender holds nobody up.
    with locker.receive(body, size) as part, transaction.atomic():
        held = EvidenceVersion.objects.select_for_update(of=("self",)).get(pk=row.pk)
        found = case_for(actor, case, Right.CONTRIBUTE)  # who was removed while they sent has sent nothing
        check_open(found)
        _check_running(held)
        _check_generation(found, held.generation)
        kept = EvidencePart.objects.filter(version=held, number=number).first()
        if kept is None:
            part.keep(held.ref, number)
            EvidencePart.objects.create(version=held, number=number, size=size, sha256=part.sha256)
        elif bytes(kept.sha256) != part.sha256:
            message = _("Another part with this number was kept. Nothing is replaced: drop the upload and begin again.")
            raise Conflict(message, code="part_differs", part=number)
        return EvidencePart.objects.filter(version=held).count()


def finish_upload(actor: Actor, case: UUID, *, version: UUID, sha256: bytes, sm3: bytes) -> EvidenceVersion:
    """Say that all parts were sent, with the checksums of the cipher text; the worker checks them. Safe to repeat.

    Raises Forbidden, NotFound, and Conflict while parts are missing or for other checksums than before.
    """
    with transaction.atomic():
        found = case_to_change(actor, case, Right.CONTRIBUTE)
        row = EvidenceVersion.objects.select_for_update(of=("self",)).get(pk=_own_upload(actor, found, version).pk)
        if row.state in {State.CHECKING, State.KEPT} and bytes(row.cipher_sha256 or b"") == sha256:
            return row
        _check_running(row)
        _check_generation(found, row.generation)
        arrived = set(row.parts.values_list("number", flat=True))
        missing = [number for number in range(part_count(row.size)) if number not in arrived]
        if missing:
            message = _("Parts of this upload are missing; send them first.")
            raise Conflict(message, code="parts_missing", missing=missing[:100])
        row.state, row.cipher_sha256, row.cipher_sm3 = State.CHECKING, sha256, sm3
        row.save(update_fields=["state", "cipher_sha256", "cipher_sm3"])
        enqueue(TASK, row.pk)
        return row


def drop_upload(actor: Actor, case: UUID, *, version: UUID) -> None:
    """Give up one's own running upload; what has arrived of it is erased. Raises Forbidden, NotFound, Conflict."""
    with transaction.atomic():
        found = case_for(actor, case, Right.CONTRIBUTE)
        row = EvidenceVersion.objects.select_for_update(of=("self",)).get(pk=_own_upload(actor, found, version).pk)
        _check_running(row)
        drop(actor, row)
    locker.erase(row.ref)


def drop(actor: Actor, row: EvidenceVersion) -> None:
    """Mark a locked version as given up. The caller erases its parts from the disk once this has committed."""
    row.state = State.DROPPED
    row.save(update_fields=["state"])
    row.parts.all().delete()
    audit.record(actor, "evidence.dropped", row.ref)


def _check_source(source: Source) -> None:
    if not 0 <= source.size <= settings.EVIDENCE_MAX_BYTES:
        raise TooLarge(_("A file of evidence holds at most 4 GB."), code="too_many_bytes")
    if (len(source.sha256), len(source.sm3), len(source.salt)) != (32, 32, SALT_SIZE):
        raise Invalid(_("The request is malformed."), code="malformed")
    name = source.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or _HIDDEN.search(name) or looks_like_indicator(name) is not None:
        message = _("Name the file in 1 to 200 characters, without a phone, card or ID number.")
        raise Invalid(message, errors={"name": [message]})


def _check_generation(case: Case, generation: int) -> None:
    if case.key_generation != generation:
        message = _("A participant was removed meanwhile: new evidence needs the new case key. Load the page again.")
        raise Conflict(message, code="key_generation", generation=case.key_generation)


def _begun(
    actor: Actor, case: Case, item: Evidence | None, source: Source, about: Mapping[str, Any] | None
) -> EvidenceVersion | None:
    """The running upload of the same file: of this evidence, or of new evidence with the same kind."""
    running = EvidenceVersion.objects.select_related("evidence__case").filter(
        evidence__case=case,
        evidence__institution=actor.own_institution(),
        state=State.UPLOADING,
        source_sha256=source.sha256,
        source_sm3=source.sm3,
        size=source.size,
        # One begun before a participant was removed is not gone on with: that one has its key.
        generation=case.key_generation,
    )
    if item is not None:
        return running.filter(evidence=item).first()
    return running.filter(number=1, evidence__kind=(about or {}).get("kind", "")).first()


def _check_room(actor: Actor, needed: int) -> None:
    # Uploads of one institution may begin in several cases at once: they take turns, and each counts those before it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURN, actor.own_institution() % 2**31])
    running = EvidenceVersion.objects.filter(evidence__institution=actor.own_institution(), state=State.UPLOADING)
    if running.count() >= MOST_OPEN:
        message = _("Your institution has 20 unfinished uploads. Finish or drop one first.")
        raise Conflict(message, code="uploads_open")
    room = room_of(actor)
    if needed > room.left:
        message = _("Your institution's room for evidence does not hold this file. Nothing of it was sent.")
        raise TooLarge(message, code="evidence_quota", used=room.used, allowed=room.allowed, needed=needed)


def _locked(actor: Actor, item: Evidence) -> Evidence:
    """The evidence, locked, if another version may be added by the actor."""
    held = Evidence.objects.select_for_update(of=("self",)).select_related("case").get(pk=item.pk)
    if held.institution_id != actor.own_institution():
        raise NotFound
    if held.sealed_at is not None or held.erased_at is not None:
        raise Conflict(_("This evidence is sealed: no version is added any more."), code="evidence_sealed")
    return held


def _new_evidence(actor: Actor, case: Case, about: Mapping[str, Any]) -> Evidence:
    ref, kind, acquired = uuid4(), str(about.get("kind", "")), about.get("acquired_on")
    title, source = str(about.get("title") or ""), str(about.get("source") or "")
    if kind not in Evidence.Kind.values:
        message = _("Choose a kind of evidence.")
        raise Invalid(message, errors={"kind": [message]})
    if len(title.strip()) > LONGEST_TITLE:
        message = _("At most 120 characters.")
        raise Invalid(message, errors={"title": [message]})
    if isinstance(acquired, date):
        checked_day(acquired, "acquired_on")
    asked = about.get("request")
    request = open_requests(actor, case).filter(ref=asked).first() if asked else None
    if asked and request is None:
        raise NotFound
    return Evidence.objects.create(
        ref=ref,
        case=case,
        institution_id=actor.own_institution(),
        kind=kind,
        title=seal(checked_reason(title, "title"), "evidence/title", ref),
        source=seal(checked_reason(source, "source"), "evidence/source", ref) if source.strip() else None,
        acquired_on=acquired,
        request=request,
        created_by_id=actor.user,
        expires_on=today() + timedelta(days=366 * settings.EVIDENCE_YEARS),
    )


def _new_version(actor: Actor, item: Evidence, source: Source) -> EvidenceVersion:
    ref = uuid4()
    newest = item.versions.aggregate(newest=Max("number"))["newest"] or 0
    row = EvidenceVersion.objects.create(
        ref=ref,
        evidence=item,
        number=newest + 1,
        name=seal(source.name.strip(), "evidenceversion/name", ref),
        generation=source.generation,
        salt=source.salt,
        size=source.size,
        cipher_size=cipher_size(source.size),
        source_sha256=source.sha256,
        source_sm3=source.sm3,
        started_by=actor.ref,
        started_by_user_id=actor.user,
    )
    audit.record(actor, "evidence.upload_begun", item.ref, evidence_kind=item.kind, version=row.number, bytes=row.size)
    return row


def _own_upload(actor: Actor, case: Case, version: UUID) -> EvidenceVersion:
    row = version_in(case, version)
    if row.evidence.institution_id != actor.own_institution():
        raise NotFound
    return row


def _expected(row: EvidenceVersion, number: int, length: int | None) -> int:
    try:
        size = part_size(row.size, number)
    except ValueError:
        raise NotFound from None
    if length is not None and length != size:
        message = _("This part has another length than it must have. Nothing of it was stored.")
        raise Invalid(message, code="part_size", expected=size)
    return size


def _check_running(row: EvidenceVersion) -> None:
    if row.state != State.UPLOADING:
        raise Conflict(_("This upload is over."), code="upload_over", state=row.state)
