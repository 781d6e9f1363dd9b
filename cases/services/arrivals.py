"""The check on arrival: the worker computes the checksums of what came in again, before it counts as evidence."""

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from cases import locker
from cases.models import CustodyEntry, EvidencePart, EvidenceVersion
from cases.queries.evidence import bound
from cases.services.custody import CustodyBroken, enter, lock_evidence
from cases.services.telling import happened
from cases.services.uploads import TASK
from kit.actor import Actor
from kit.queue import sweepable
from privacy.envelope import SealError
from privacy.locker import Sums

State = EvidenceVersion.State
Act = CustodyEntry.Act
# Any fixed number: the advisory locks under which checks of arrivals take turns, one a version.
_TURN = 0x65766964


def check_arrival(pk: int) -> None:
    """Check one version whose upload was finished: kept with its custody entry, or refused. Safe to run twice.

    Memory stays at one part, whatever the size.
    """
    with _alone(pk) as alone:
        row = EvidenceVersion.objects.filter(pk=pk, state=State.CHECKING).first()
        if row is None or not alone:
            return
        parts = list(row.parts.order_by("number"))
        sums = _sums(row, parts)
        if _decide(pk, parts, sums) == State.REFUSED:
            locker.erase(row.ref)


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether no other worker checks this version now: a second nudge must not read 2 GB a second time.

    The lock is the connection's, not a transaction's, which would last as long as the reading.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_TURN, pk % 2**31])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_TURN, pk % 2**31])


def _sums(row: EvidenceVersion, parts: list[EvidencePart]) -> Sums | None:
    """The checksums of all that lies on the disk; None if a part is not what arrived."""
    sums = Sums()
    for part in parts:
        try:
            with locker.open_part(row.ref, part.number, size=part.size, digest=bytes(part.sha256)) as file:
                for piece in locker.pieces(file):
                    sums.update(piece)
        except SealError:
            return None
        # Seen by whoever waits, and by the sweep: a check that goes on is not nudged.
        EvidenceVersion.objects.filter(pk=row.pk, state=State.CHECKING).update(checked_bytes=sums.size)
    return sums


def _decide(pk: int, parts: list[EvidencePart], sums: Sums | None) -> str:
    with transaction.atomic():
        evidence = lock_evidence(EvidenceVersion.objects.values_list("evidence", flat=True).get(pk=pk))
        row = EvidenceVersion.objects.select_for_update(of=("self",)).get(pk=pk)
        if row.state != State.CHECKING:  # another run decided meanwhile
            return row.state
        row.evidence = evidence
        by = Actor(ref=row.started_by, institution=evidence.institution_id, user=row.started_by_user_id)
        if sums is None or not _agree(row, sums):
            row.state = State.REFUSED
            row.save(update_fields=["state"])
            row.parts.all().delete()
            _note(by, row, Act.REFUSED)
            happened(by, evidence.case, "evidence.refused", evidence.ref, at="arrival", version=row.number)
            return row.state
        row.state, row.kept_at = State.KEPT, timezone.now()
        row.mac = bound(row, parts)
        row.save(update_fields=["state", "kept_at", "mac"])
        enter(by, evidence, Act.RECEIVED, version=row)
        happened(
            by,
            evidence.case,
            "evidence.received",
            evidence.ref,
            evidence_kind=evidence.kind,
            version=row.number,
            bytes=row.size,
        )
        return row.state


def _agree(row: EvidenceVersion, sums: Sums) -> bool:
    declared = bytes(row.cipher_sha256 or b"") + bytes(row.cipher_sm3 or b"")
    return sums.size == row.cipher_size and hmac.compare_digest(declared, sums.sha256() + sums.sm3())


def _note(by: Actor, row: EvidenceVersion, act: str) -> None:
    # A record that was tampered with is not continued; the refusal stands in the audit log all the same.
    try:
        enter(by, row.evidence, act, version=row)
    except CustodyBroken:
        audit.record(by, "evidence.custody_broken", row.evidence.ref)


def _waiting() -> Iterable[int]:
    """Versions that wait for their check: nudged by the sweep; one that is being checked is left to its worker."""
    return EvidenceVersion.objects.filter(state=State.CHECKING).order_by("pk").values_list("pk", flat=True)[:100]


sweepable(TASK, _waiting)
