"""The evidence of a case: what was uploaded, how far, and whether it is still what was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from cases.documents import today
from cases.models import Case, Evidence, EvidencePart, EvidenceRequest, EvidenceVersion
from cases.queries.cases import case_for, is_police
from cases.queries.custody import Custody, custody_of
from cases.sealing import bind, check_bound, unseal
from kit.actor import Actor
from kit.errors import NotFound
from privacy.encoding import b64
from privacy.envelope import SealError
from privacy.locker import part_count

State = EvidenceVersion.State
PLACE = "evidence/version"
GONE = (State.DROPPED,)
"""What is shown nowhere: an upload that was given up is no evidence."""


@dataclass(frozen=True)
class VersionShown:
    """One version with its name readable, its checksums as hex."""

    row: EvidenceVersion
    name: str
    arrived: int
    parts: int

    @property
    def share(self) -> int:
        """How far an upload or its check is, in percent."""
        if self.row.state == State.UPLOADING:
            return 100 * self.arrived // self.parts
        return 100 * self.row.checked_bytes // max(1, self.row.cipher_size)

    @property
    def sums(self) -> dict[str, str]:
        """The checksums, in hex; those of the cipher text are empty before it has arrived."""
        row = self.row
        found: dict[str, bytes | memoryview[int] | None] = {
            "source_sha256": row.source_sha256,
            "source_sm3": row.source_sm3,
            "cipher_sha256": row.cipher_sha256,
            "cipher_sm3": row.cipher_sm3,
        }
        return {name: bytes(value or b"").hex() for name, value in found.items()}


@dataclass(frozen=True)
class EvidenceShown:
    """One piece of evidence with its texts readable, and its versions, oldest first."""

    row: Evidence
    title: str
    source: str
    versions: tuple[VersionShown, ...]

    @property
    def newest(self) -> VersionShown | None:
        """The version that counts: the newest kept one, else the newest."""
        kept = [one for one in self.versions if one.row.state == State.KEPT]
        return (kept or list(self.versions) or [None])[-1]  # type: ignore[list-item]

    @property
    def is_held(self) -> bool:
        """Whether a legal hold lasts today."""
        return is_held(self.row)

    @property
    def held_until(self) -> date | None:
        """The last day of a legal hold that lasts today."""
        return self.row.hold_until if self.is_held else None

    @property
    def is_sealed(self) -> bool:
        """Whether no version is added any more."""
        return self.row.sealed_at is not None

    @cached_property
    def custody(self) -> Custody:
        """Its custody record, verified."""
        return custody_of(self.row)


def key_facts(row: EvidenceVersion) -> dict[str, Any]:
    """What a client derives the file's key from (docs/protocol.md, "Cases"), and its size; bytes are base64url."""
    return {
        "case": str(row.evidence.case.ref),
        "evidence": str(row.evidence.ref),
        "version": row.number,
        "generation": row.generation,
        "salt": b64(bytes(row.salt)),
        "sha256": b64(bytes(row.source_sha256)),
        "size": row.size,
    }


@dataclass(frozen=True, slots=True)
class UploadShown:
    """A version as its uploader's machine sees it, with the numbers of the parts that have arrived."""

    row: EvidenceVersion
    arrived: Sequence[int]

    def to_json(self) -> dict[str, Any]:
        """As the JSON doors send it: the references and the salt that the file's key is made of, and how far it is."""
        row = self.row
        return {
            "upload": str(row.ref),
            **key_facts(row),
            "state": row.state,
            "parts": part_count(row.size),
            "arrived": list(self.arrived),
            "cipher_size": row.cipher_size,
            "checked_bytes": row.checked_bytes,
        }


def is_held(evidence: Evidence, on: date | None = None) -> bool:
    """Whether a legal hold lasts on that day, today if none is named."""
    return evidence.hold_until is not None and evidence.hold_until >= (on or today())


def evidence_of(actor: Actor, case: UUID) -> list[EvidenceShown]:
    """The evidence of a case its reader may see, newest first. Raises Forbidden, NotFound."""
    return [shown(one) for one in _rows(case_for(actor, case)).order_by("-created_at", "-pk")]


def evidence_for(actor: Actor, case: UUID, evidence: UUID, *, own: bool = False) -> EvidenceShown:
    """One piece of evidence of a case; with `own` only of the actor's institution: others add no version to it.

    Raises Forbidden; NotFound if the case or it is out of scope.
    """
    rows = _rows(case_for(actor, case)).filter(ref=evidence)
    found = (rows.filter(institution=actor.institution) if own else rows).first()
    if found is None:
        raise NotFound
    return shown(found)


def upload_for(actor: Actor, case: UUID, version: UUID) -> UploadShown:
    """A version of the actor's own institution, and what of it has arrived. Raises NotFound."""
    row = version_in(case_for(actor, case), version)
    if row.evidence.institution_id != actor.own_institution():
        raise NotFound
    return UploadShown(row, list(row.parts.order_by("number").values_list("number", flat=True)))


def evidence_in(case: Case, evidence: UUID) -> Evidence:
    """A piece of evidence of a case that was fetched for its reader. Raises NotFound."""
    found = Evidence.objects.select_related("institution", "case").filter(case=case, ref=evidence).first()
    if found is None:
        raise NotFound
    return found


def version_in(case: Case, version: UUID) -> EvidenceVersion:
    """A version of evidence of a case that was fetched for its reader. Raises NotFound."""
    rows = EvidenceVersion.objects.select_related("evidence__institution", "evidence__case")
    found = rows.filter(evidence__case=case, ref=version).exclude(state__in=GONE).first()
    if found is None:
        raise NotFound
    return found


def open_requests(actor: Actor, case: Case) -> QuerySet[EvidenceRequest]:
    """The police's open requests to the actor's institution in a case that was fetched for it."""
    own = EvidenceRequest.objects.filter(participant__case=case, to=actor.institution)
    return own.filter(state=EvidenceRequest.State.OPEN).order_by("due_on", "pk")


def bound(version: EvidenceVersion, parts: Sequence[EvidencePart]) -> bytes:
    """The tag that says: this row holds these parts, with these checksums, for this case."""
    return bind(PLACE, version.ref, *bound_fields(version, parts))


def check_version_bound(version: EvidenceVersion, parts: Sequence[EvidencePart]) -> None:
    """Raise SealError unless the row and its parts are those that were kept."""
    if len(parts) != part_count(version.size) or [one.number for one in parts] != list(range(len(parts))):
        raise SealError("parts are missing")
    check_bound(version.mac, PLACE, version.ref, *bound_fields(version, parts))


def records_of(actor: Actor, case: UUID) -> list[dict[str, Any]]:
    """Everything a package says of the evidence of a case: facts, kept versions, verified custody, oldest first.

    Each: reference, kind, title, source, acquired_on, provider (the institution's reference and names), request (its
    document number), sealed_at, erased_at, hold, versions (reference, number, name, size, generation, salt, checksums,
    kept_at), custody (entries as docs/evidence.md has them) and custody_wrong. Raises Forbidden, NotFound.
    """
    rows = _rows(case_for(actor, case)).select_related("request").order_by("created_at", "pk")
    return [_record(actor, shown(one)) for one in rows]


def request_number(actor: Actor, row: Evidence) -> str:
    """The number of the request that it answers, for the police and for whom they asked; empty for the others."""
    if row.request is None or not (is_police(actor) or row.institution_id == actor.institution):
        return ""
    return row.request.document


def shown(row: Evidence) -> EvidenceShown:
    """A piece of evidence, fetched with its versions, with its texts opened."""
    versions = tuple(
        VersionShown(one, unseal(one.name, "evidenceversion/name", one.ref), len(one.parts.all()), part_count(one.size))
        for one in row.versions.all()
    )
    return EvidenceShown(
        row, unseal(row.title, "evidence/title", row.ref), unseal(row.source, "evidence/source", row.ref), versions
    )


def _rows(case: Case) -> QuerySet[Evidence]:
    versions = EvidenceVersion.objects.exclude(state__in=GONE).order_by("number")
    parts = Prefetch("parts", EvidencePart.objects.only("id", "version_id", "number"))
    rows = Evidence.objects.filter(case=case).exclude(versions=None)
    return (
        rows.filter(versions__in=EvidenceVersion.objects.exclude(state__in=GONE))
        .distinct()
        .select_related("institution", "created_by", "held_by", "request", "case")
        .prefetch_related(Prefetch("versions", versions.prefetch_related(parts)))
    )


def bound_fields(version: EvidenceVersion, parts: Sequence[EvidencePart]) -> tuple[bytes | int | str, ...]:
    """What the tag of a version binds, in its order."""
    listed = b"".join(one.size.to_bytes(4, "big") + bytes(one.sha256) for one in parts)
    return (
        str(version.evidence.case.ref),
        str(version.evidence.ref),
        version.number,
        version.generation,
        bytes(version.salt),
        version.size,
        version.cipher_size,
        bytes(version.source_sha256),
        bytes(version.source_sm3),
        bytes(version.cipher_sha256 or b""),
        bytes(version.cipher_sm3 or b""),
        sha256(listed).digest(),
    )


def _record(actor: Actor, item: EvidenceShown) -> dict[str, Any]:
    row, custody = item.row, item.custody
    return {
        "reference": str(row.ref),
        "kind": row.kind,
        "title": item.title,
        "source": item.source,
        "acquired_on": row.acquired_on.isoformat() if row.acquired_on else None,
        "provider": {
            "reference": str(row.institution.ref),
            "name_zh": row.institution.name_zh,
            "name_en": row.institution.name_en,
        },
        "request": request_number(actor, row),
        "sealed_at": row.sealed_at.isoformat() if row.sealed_at else None,
        "erased_at": row.erased_at.isoformat() if row.erased_at else None,
        "hold": {"instrument": row.hold_instrument, "until": row.hold_until.isoformat()} if row.hold_until else None,
        "versions": [_version_record(one) for one in item.versions if one.row.kept_at],
        "custody": [one.to_json() for one in custody.lines],
        "custody_wrong": custody.wrong,
    }


def _version_record(version: VersionShown) -> dict[str, Any]:
    row = version.row
    return {
        "reference": str(row.ref),
        "number": row.number,
        "state": row.state,
        "name": version.name,
        "size": row.size,
        "cipher_size": row.cipher_size,
        "generation": row.generation,
        "salt": bytes(row.salt).hex(),
        **version.sums,
        "kept_at": row.kept_at.isoformat() if row.kept_at else None,
    }
