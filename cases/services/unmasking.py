"""Having a disclosed value shown: each time for a reason, on record, to one own key; and saying whether it is true."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Case, Disclosure, DisclosureSeal, Unmasking
from cases.queries.cases import case_to_change
from cases.queries.disclosures import State, disclosure_in, is_over, may_be_read
from cases.queries.keys import is_own
from cases.rights import Right
from cases.sealing import check_bound, seal
from cases.services.disclosures import PLACE
from cases.services.telling import happened
from intel.queries.disclosed import gives_digest
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, NotFound
from notices.services.events import NewEvent, publish
from privacy.envelope import SealError
from privacy.kinds import BY_NUMBER

SHOWN_FOR = timedelta(minutes=10)
"""How long the page of one unmasking gives the cipher text to the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A cipher text on its way to a recipient's browser or client, which alone can open it."""

    unmasking: UUID
    disclosure: UUID
    kind: str
    """The label of the collision's kind: the value has to be of it."""
    fingerprint: str
    sealed: bytes
    commitment: bytes
    until: date


def unmask(actor: Actor, *, case: UUID, ref: UUID, fingerprint: str, reason: str) -> Unmasked:
    """Give out the cipher text for one of the actor's own keys, and keep who asked and why; also in a closed case.

    Raises Forbidden, NotFound for a disclosure or key that is not the actor's, Invalid for a reason, Conflict if it is
    not given, over, or not what was kept.
    """
    actor.require(Capability.WORK_CASES)
    said = checked_reason(reason)
    with _watched(actor, ref), transaction.atomic():
        found, one, kept = _readable(actor, case, ref, fingerprint)
        act = Unmasking(seal=kept, user_id=actor.user, ref=uuid4())
        act.reason = seal(said, "unmasking/reason", act.ref)
        act.save()
        happened(actor, found, "disclosure.unmasked", one.ref, event="", unmasking=str(act.ref))
        return _unmasked(act, one, kept)


def unmasked_again(actor: Actor, *, case: UUID, ref: UUID, unmasking: UUID) -> Unmasked:
    """The same once more, for the page that shows it, to the person who unmasked and for SHOWN_FOR from then.

    Raises as `unmask`, and NotFound for another person's or one that is older.
    """
    recent = timezone.now() - SHOWN_FOR
    with _watched(actor, ref), transaction.atomic():
        found = case_to_change(actor, case, Right.DISCLOSE, closed=True)
        acts = Unmasking.objects.select_related("seal__key").filter(ref=unmasking, seal__disclosure__case=found)
        act = acts.filter(at__gte=recent, user_id=actor.user).first() if actor.user is not None else None
        if act is None:
            raise NotFound
        _found, one, kept = _readable(actor, case, ref, act.seal.key.fingerprint)
        if kept.pk != act.seal_id:
            raise NotFound
        return _unmasked(act, one, kept)


def check_disclosure(actor: Actor, *, case: UUID, ref: UUID, fingerprint: str, digest: bytes, epoch: int) -> bool:
    """Whether the value that a recipient's client opened gives the collision's digest, as it computed it; kept.

    Both sides learn the answer: who gave another value than the one behind the collision is found out here. Raises
    Forbidden, NotFound, and Conflict if nobody of the institution has unmasked it, or it is over.
    """
    with _watched(actor, ref), transaction.atomic():
        found, one, kept = _readable(actor, case, ref, fingerprint)
        if not Unmasking.objects.filter(seal=kept).exists():
            raise Conflict(_("Have the value shown first, then check it."), code="not_unmasked")
        kept.matches = gives_digest(one.collision.digest_id, digest=digest, epoch=epoch)
        kept.checked_at = timezone.now()
        kept.save(update_fields=["matches", "checked_at"])
        happened(actor, found, "disclosure.checked", one.ref, event="", matches=kept.matches)
        if not kept.matches:
            publish([NewEvent(one.holder_id, "case.changed", found.ref)])
        return kept.matches


def _readable(actor: Actor, case: UUID, ref: UUID, fingerprint: str) -> tuple[Case, Disclosure, DisclosureSeal]:
    """The case, locked, so that no withdrawal commits in between; the disclosure, the actor's seal, and all is well.

    Raises SealError if the row does not hold what was put there.
    """
    found = case_to_change(actor, case, Right.DISCLOSE, closed=True)
    one = disclosure_in(actor, found, ref, only="asker")
    if one.state != State.APPROVED or is_over(one):
        raise Conflict(_("This value is not given, or not any more."), code="not_given")
    seals = DisclosureSeal.objects.select_related("key").filter(disclosure=one, key__fingerprint=fingerprint)
    kept = seals.first()
    if kept is None or not is_own(actor, kept.key):
        raise NotFound
    if not may_be_read(kept):
        raise Conflict(_("This value is not given to that key any more."), code="not_given")
    check_bound(kept.mac, PLACE, one.ref, kept.key.fingerprint, one.commitment or b"", kept.sealed or b"")
    return found, one, kept


@contextmanager
def _watched(actor: Actor, ref: UUID) -> Iterator[None]:
    """Refuse what does not hold what was put there, and record that in a transaction of its own."""
    try:
        yield
    except SealError:
        audit.record(actor, "disclosure.altered", ref)
        message = _("What is kept here is not what was handed in. It is not given out, and this is on record.")
        raise Conflict(message, code="not_what_was_kept") from None


def _unmasked(act: Unmasking, one: Disclosure, kept: DisclosureSeal) -> Unmasked:
    return Unmasked(
        unmasking=act.ref,
        disclosure=one.ref,
        kind=BY_NUMBER[one.collision.kind].label,
        fingerprint=kept.key.fingerprint,
        sealed=bytes(kept.sealed or b""),
        commitment=bytes(one.commitment or b""),
        until=one.until,
    )
