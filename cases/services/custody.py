"""Writing custody records: every touch of a piece of evidence, each entry chained to the one before."""

import secrets
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Case, CustodyEntry, Evidence, EvidenceVersion, Participant
from cases.queries.cases import case_for, participants_of
from cases.queries.custody import PLACE, custody_of, record_of, salted
from cases.queries.evidence import evidence_in
from cases.rights import Right
from cases.sealing import bind, seal
from cases.services.telling import happened
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from privacy.custody import link, reason_hash
from privacy.envelope import SealError

Act = CustodyEntry.Act
Answer = TypeVar("Answer")


class CustodyBroken(Conflict):
    """The custody record of this evidence is not what was written: nothing is read or added any more."""

    code = "custody_broken"


def lock_evidence(pk: int) -> Evidence:
    """The evidence with its row locked: whoever writes custody of it takes their turn. In the caller's transaction."""
    # No more than its row: others lock the case first, and the institution is named by whatever it does meanwhile.
    return Evidence.objects.select_for_update(of=("self",)).select_related("case", "institution").get(pk=pk)


def enter(
    by: Actor,
    evidence: Evidence,
    act: str,
    *,
    version: EvidenceVersion | None = None,
    to: Participant | None = None,
    reason: str = "",
) -> CustodyEntry:
    """Add an entry to the record of evidence that `lock_evidence` returned. Raises CustodyBroken.

    The whole record is verified first: an entry is never chained to one that was tampered with.
    """
    custody = custody_of(evidence)
    if not custody.is_whole:
        raise CustodyBroken(_("The custody record of this evidence does not hold. Nothing was changed."))
    salt = secrets.token_bytes(16)
    entry = CustodyEntry(
        evidence=evidence,
        version=version,
        number=len(custody.lines) + 1,
        act=act,
        at=timezone.now(),
        institution_id=by.institution,
        user_id=by.user,
        actor=by.ref,
        to=to.institution if to else None,
    )
    entry.reason = seal(salted(salt, reason), "custody/reason", entry.ref) if reason else None
    entry.chain = link(custody.chain, record_of(evidence, entry, reason_hash(salt, reason) if reason else ""))
    entry.save(force_insert=True)
    evidence.custody_count = entry.number
    evidence.custody_mac = bind(PLACE, evidence.ref, entry.number, entry.chain)
    evidence.save(update_fields=["custody_count", "custody_mac"])
    return entry


def guarded(actor: Actor, case: UUID, evidence: UUID, version: UUID | None, act: Callable[[], Answer]) -> Answer:
    """What `act` returns. If it finds that something is not what was kept, that is recorded before it is refused.

    In a transaction of its own, since the act's is undone. Raises Conflict "not_what_was_kept" or "custody_broken".
    """
    try:
        return act()
    except SealError:
        _record_refusal(actor, case, evidence, version)
        message = _(
            "This is not what was kept: somebody changed or moved it. It is not handed out, and that is recorded."
        )
        raise Conflict(message, code="not_what_was_kept") from None
    except CustodyBroken:
        audit.record(actor, "evidence.custody_broken", evidence)
        raise


def _record_refusal(actor: Actor, case: UUID, evidence: UUID, version: UUID | None) -> None:
    """An audit entry, a custody entry and a word to the participants; one custody entry for repeated attempts."""
    with transaction.atomic():
        held = lock_evidence(Evidence.objects.get(ref=evidence).pk)
        whose = EvidenceVersion.objects.filter(ref=version).first() if version else None
        custody = custody_of(held)
        if not custody.is_whole:
            audit.record(actor, "evidence.custody_broken", evidence)
            return
        last = custody.lines[-1].entry if custody.lines else None
        again = last is not None and last.act == Act.REFUSED and last.actor == actor.ref
        if again and last is not None and last.version_id == (whose.pk if whose else None):
            audit.record(actor, "evidence.refused", evidence, again=True)
            return
        enter(actor, held, Act.REFUSED, version=whose)
        happened(actor, Case.objects.get(ref=case), "evidence.refused", evidence, at="read")


def hand_over(actor: Actor, case: UUID, *, evidence: UUID, to: UUID, reason: str) -> None:
    """Record that the evidence, or its original carrier, was handed to another participant.

    Raises NotFound, Forbidden, Invalid, CustodyBroken.
    """
    with transaction.atomic():
        found = case_for(actor, case, Right.CONTRIBUTE)
        item = evidence_in(found, evidence)
        why = checked_reason(reason)
        others = participants_of(found).exclude(institution_id=actor.own_institution())
        receiver = others.filter(institution__ref=to).first()
        if receiver is None:
            message = _("Choose another participant of this case.")
            raise Invalid(message, errors={"to": [message]})
        held = lock_evidence(item.pk)
        enter(actor, held, Act.TRANSFERRED, to=receiver, reason=why)
        happened(actor, found, "evidence.handed_over", held.ref, evidence_kind=held.kind)
