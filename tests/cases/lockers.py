"""Files for the evidence locker, encrypted as a browser or the client does.

sent = upload(actor(cast.north_analyst), story.case.ref, content=b"...")     uploaded and checked
"""

import io
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from cases.models import EvidenceVersion
from cases.services import uploads
from cases.services.arrivals import check_arrival
from cases.services.uploads import Source, begin_upload, finish_upload, put_part
from kit.actor import Actor
from privacy.encoding import b64
from privacy.locker import PART_CHUNKS, Sums, encrypt_chunks, file_key

CASE_KEY = bytes(range(32))
ABOUT = {"kind": "screenshot", "title": "转账截图", "source": "客户经理从客户处取得"}


@dataclass(frozen=True)
class Sent:
    """A file, and the version it became."""

    content: bytes
    parts: tuple[bytes, ...]
    version: EvidenceVersion

    @property
    def row(self) -> EvidenceVersion:
        """The version as it is now."""
        return EvidenceVersion.objects.select_related("evidence__case").get(pk=self.version.pk)


def source_of(content: bytes, name: str = "screen.png", generation: int = 1) -> Source:
    """What a machine says of a file before it is encrypted."""
    sums = Sums()
    sums.update(content)
    return Source(name, len(content), sums.sha256(), sums.sm3(), secrets.token_bytes(32), generation)


def beginning(content: bytes, **more: object) -> dict[str, Any]:
    """What a machine sends to begin an upload of a screenshot; `more` takes the place of fields."""
    source = source_of(content)
    return {
        "name": source.name,
        "size": source.size,
        "sha256": b64(source.sha256),
        "sm3": b64(source.sm3),
        "salt": b64(source.salt),
        "generation": source.generation,
        "evidence": None,
        "about": {**ABOUT, "acquired_on": None, "request": None},
        **more,
    }


def check_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the worker's part in place of it: what has arrived is checked as soon as that is committed."""
    monkeypatch.setattr(uploads, "enqueue", lambda _task, pk: transaction.on_commit(lambda: check_arrival(pk)))


def begin(
    by: Actor, case: UUID, content: bytes = b"evidence", *, evidence: UUID | None = None, kind: str = "screenshot"
) -> Sent:
    """An upload of which no part was sent."""
    version = begin_upload(
        by, case, source=source_of(content), evidence=evidence, about=None if evidence else {**ABOUT, "kind": kind}
    )
    key = file_key(
        CASE_KEY,
        salt=bytes(version.salt),
        case=str(case),
        evidence=str(version.evidence.ref),
        version=version.number,
        source_sha256=bytes(version.source_sha256),
    )
    chunks = list(encrypt_chunks(key, io.BytesIO(content), len(content)))
    parts = tuple(b"".join(chunks[at : at + PART_CHUNKS]) for at in range(0, len(chunks), PART_CHUNKS))
    return Sent(content, parts, version)


def send(by: Actor, case: UUID, sent: Sent, *numbers: int) -> None:
    """Send some parts, all of them if none is named."""
    for number in numbers or range(len(sent.parts)):
        part = sent.parts[number]
        put_part(by, case, version=sent.version.ref, number=number, body=io.BytesIO(part), length=len(part))


def finish(by: Actor, case: UUID, sent: Sent) -> EvidenceVersion:
    """Declare the upload complete and have the worker check it."""
    sums = Sums()
    for part in sent.parts:
        sums.update(part)
    finish_upload(by, case, version=sent.version.ref, sha256=sums.sha256(), sm3=sums.sm3())
    check_arrival(sent.version.pk)
    return sent.row


def upload(
    by: Actor,
    case: UUID,
    content: bytes = b"evidence",
    *,
    evidence: UUID | None = None,
    kind: str = "screenshot",
) -> Sent:
    """A file, uploaded and checked."""
    sent = begin(by, case, content, evidence=evidence, kind=kind)
    send(by, case, sent)
    finish(by, case, sent)
    return sent
