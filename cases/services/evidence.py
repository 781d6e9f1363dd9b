"""Reading evidence, and sealing it: nothing leaves the locker without an entry in its custody record."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases import locker
from cases.models import CustodyEntry, EvidencePart, EvidenceVersion
from cases.queries.cases import case_for, case_to_change
from cases.queries.evidence import check_version_bound, evidence_in, key_facts, version_in
from cases.rights import Right
from cases.services.custody import enter, guarded, lock_evidence
from cases.services.telling import happened
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from privacy.encoding import b64

Act = CustodyEntry.Act
State = EvidenceVersion.State
READING = {Act.VIEWED.value: "evidence.viewed", Act.COPIED.value: "evidence.copied"}
"""What one reads evidence for, and the kind of its audit entry."""
OPEN_FOR = timedelta(hours=12)
"""How long parts are handed out under one custody entry."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Leave to read one version: the custody entry it stands under, and what the reader's machine needs to decrypt."""

    ref: UUID
    version: EvidenceVersion
    parts: int

    def to_json(self) -> dict[str, Any]:
        """As the JSON doors send it: what a reader needs to decrypt, and to verify what it is given."""
        row = self.version
        return {
            "opening": str(self.ref),
            **key_facts(row),
            "sm3": b64(bytes(row.source_sm3)),
            "parts": self.parts,
        }


def open_version(actor: Actor, case: UUID, *, version: UUID, act: str, reason: str) -> Opening:
    """Write that the actor views or copies a version, and why; from then on its parts are handed out for 12 hours.

    Raises Forbidden, NotFound, Invalid; Conflict "not_kept" unless the version is kept, and as `guarded` does.
    """
    row = version_in(case_for(actor, case), version)
    why = checked_reason(reason)
    if act not in READING:
        raise Invalid(_("The request is malformed."), code="malformed")

    def opened() -> Opening:
        with transaction.atomic():
            held = lock_evidence(row.evidence_id)
            parts = _kept_parts(row.pk)
            entry = enter(actor, held, act, version=row, reason=why)
            audit.record(actor, READING[act], held.ref, version=row.number)
            return Opening(entry.ref, row, len(parts))

    return guarded(actor, case, row.evidence.ref, row.ref, opened)


def read_part(actor: Actor, case: UUID, *, version: UUID, number: int, opening: UUID) -> BinaryIO:
    """One part of a version, open to be sent, under an entry that `open_version` wrote for the same actor.

    Row, parts and bytes are verified each time. Raises Forbidden, NotFound, and Conflict as `guarded` does.
    """
    row = version_in(case_for(actor, case), version)
    entry = CustodyEntry.objects.filter(ref=opening, version=row, actor=actor.ref, act__in=list(READING)).first()
    if entry is None or entry.at < timezone.now() - OPEN_FOR:
        raise Conflict(_("Say first why you read this: no entry of the custody record covers it."), code="not_opened")

    def part() -> BinaryIO:
        parts = _kept_parts(row.pk)
        if number >= len(parts):
            raise NotFound
        found = parts[number]
        return locker.open_part(row.ref, number, size=found.size, digest=bytes(found.sha256))

    return guarded(actor, case, row.evidence.ref, row.ref, part)


def verify_evidence(actor: Actor, case: UUID, *, evidence: UUID) -> dict[int, int]:
    """Read every part of every kept version again: parts verified, by the number of the version.

    Raises Forbidden, NotFound, and Conflict as `guarded` does at the first that is not what was kept.
    """
    item = evidence_in(case_for(actor, case), evidence)
    return {row.number: _verified(actor, case, row) for row in item.versions.filter(state=State.KEPT)}


def seal_evidence(actor: Actor, case: UUID, *, evidence: UUID, reason: str) -> None:
    """Seal a piece of evidence (封存): no version is added from now on. Its provider does, or the police.

    Raises Forbidden, NotFound, Invalid, and Conflict if it is sealed, holds nothing yet or has a running upload.
    """

    def sealed() -> None:
        with transaction.atomic():
            found = case_to_change(actor, case, Right.CONTRIBUTE)
            held = lock_evidence(evidence_in(found, evidence).pk)
            why = checked_reason(reason)
            if held.institution_id != actor.own_institution() and not actor.may(Capability.INVESTIGATE):
                raise Forbidden(_("Only its provider or the police seal a piece of evidence."), code="not_provider")
            _check_sealable(held.sealed_at is not None, set(held.versions.values_list("state", flat=True)))
            held.sealed_at = timezone.now()
            held.save(update_fields=["sealed_at"])
            enter(actor, held, Act.SEALED, reason=why)
            happened(actor, found, "evidence.sealed", held.ref, evidence_kind=held.kind)

    guarded(actor, case, evidence, None, sealed)


def _check_sealable(is_sealed: bool, states: set[str]) -> None:
    if is_sealed:
        raise Conflict(_("This evidence is sealed already."), code="evidence_sealed")
    if State.KEPT not in states or states & {State.UPLOADING, State.CHECKING}:
        message = _("Evidence is sealed once its upload is complete and checked.")
        raise Conflict(message, code="upload_running")


def _verified(actor: Actor, case: UUID, row: EvidenceVersion) -> int:
    def check() -> int:
        parts = _kept_parts(row.pk)
        for one in parts:
            locker.open_part(row.ref, one.number, size=one.size, digest=bytes(one.sha256)).close()
        return len(parts)

    return guarded(actor, case, row.evidence.ref, row.ref, check)


def _kept_parts(pk: int) -> list[EvidencePart]:
    """The parts of a kept version in order; row and parts are what was kept. Raises Conflict, SealError."""
    row = EvidenceVersion.objects.select_related("evidence__case").get(pk=pk)
    if row.state != State.KEPT:
        raise Conflict(_("This version is not kept (yet, or no longer)."), code="not_kept", state=row.state)
    parts = list(row.parts.order_by("number"))
    check_version_bound(row, parts)
    return parts
