"""Disclosures: a plain value, asked for, proposed by one person, approved by another, and over on a day.

The value is encrypted in the holder's browser or client to the asker's keys (docs/protocol.md, "Cases"): what comes
here is cipher text, a commitment, and the digest, which has to be the collision's. Every act but an expiry locks the
case's row first, so of many at the same moment one decides and the others find it decided.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.documents import checked_number, today
from cases.models import Case, CaseCollision, Disclosure, DisclosureSeal, Participant, PublicKey
from cases.queries.cases import case_to_change, own_participant, participants_of
from cases.queries.disclosures import LIVE, WAITING, State, askable_in, disclosure_in, is_over
from cases.queries.keys import live_keys
from cases.rights import Right
from cases.sealing import bind, seal
from cases.services.telling import happened
from intel.queries.disclosed import gives_digest
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from members.actors import system_actor
from members.queries.credentials import refs_of_person
from notices.services.events import NewEvent, publish
from privacy.hpke import OVERHEAD

PLACE = "disclosure"
LONGEST_DAYS = 90
MOST_SEALED = 4096
"""Bytes of one cipher text: a value of at most some hundred bytes with its salt."""
COMMITMENT_SIZE = 32
Basis = Disclosure.Basis


def ask_disclosure(
    actor: Actor, *, case: UUID, item: UUID, holder: UUID, basis: str, reference: str, purpose: str, until: date
) -> Disclosure:
    """Ask a participant (`holder`, its reference) for the plain value behind a collision of the case (`item`).

    Under a legal basis with the reference of its document, for a purpose (1 to 500 characters, no indicator), until a
    day at most LONGEST_DAYS from today. A unit of the police asks under an instrument, and nobody else does. Raises
    Forbidden, NotFound, Invalid, and Conflict if the same is asked already.
    """
    actor.require(Capability.WORK_CASES)
    said, document = checked_reason(purpose, "purpose"), _document(reference, basis)
    _check_day(until)
    with transaction.atomic():
        found = case_to_change(actor, case, Right.DISCLOSE)
        own = own_participant(actor, found)
        if own.is_police != (basis == Basis.INSTRUMENT):
            message = _("The police ask under a legal instrument, and only the police do.")
            raise Invalid(message, errors={"basis": [message]})
        wanted, asked = _askable(actor, found, item, holder)
        same = Disclosure.objects.filter(case=found, collision=wanted, asker=own.institution, holder=asked.institution)
        if same.filter(state__in=LIVE).exists():
            raise Conflict(_("Your institution has asked for this already."), code="already_asked")
        one = Disclosure(
            case=found,
            collision=wanted,
            asker_id=own.institution_id,
            asked_by_id=actor.user,
            holder_id=asked.institution_id,
            basis=basis,
            basis_reference=document,
            until=until,
        )
        one.purpose = seal(said, "disclosure/purpose", one.ref)
        one.save()
        happened(actor, found, "disclosure.asked", one.ref, event="", basis=basis, until=until.isoformat())
        publish([NewEvent(one.holder_id, "disclosure.asked", found.ref)])
    return one


def propose_disclosure(
    actor: Actor,
    *,
    case: UUID,
    ref: UUID,
    digest: bytes,
    epoch: int,
    commitment: bytes,
    seals: Mapping[UUID, bytes],
) -> None:
    """Hand in the value, encrypted to every live key of the asker (`seals`, by the key's reference).

    `digest` is what the proposer's own client computed of the value, and has to be the collision's. Whoever proposes
    again, while nobody has decided, puts the new cipher text in the place of the old. Raises Forbidden, NotFound,
    Invalid for another digest, Conflict if it is decided or over, or the asker's keys have changed.
    """
    actor.require(Capability.WORK_CASES)
    if len(commitment) != COMMITMENT_SIZE or any(not OVERHEAD < len(one) <= MOST_SEALED for one in seals.values()):
        raise Invalid(_("The cipher text is not of the expected size."), code="malformed")
    with transaction.atomic():
        found, one = _as_holder(actor, case, ref)
        keys = _keys_of_asker(found, one)
        if {key.ref for key in keys} != set(seals):
            raise Conflict(_("The recipient's keys have changed. Load the page again."), code="keys_changed")
        if not gives_digest(one.collision.digest_id, digest=digest, epoch=epoch):
            raise Invalid(_("This is not the value behind the collision."), code="digest_differs")
        DisclosureSeal.objects.filter(disclosure=one).delete()
        DisclosureSeal.objects.bulk_create(
            DisclosureSeal(
                disclosure=one, key=key, sealed=seals[key.ref], mac=mac_of(one.ref, key, commitment, seals[key.ref])
            )
            for key in keys
        )
        one.state, one.commitment, one.proposed_at = State.PROPOSED, commitment, timezone.now()
        one.proposed_by_id, one.proposed_as = actor.user, actor.ref
        one.save(update_fields=["state", "commitment", "proposed_at", "proposed_by", "proposed_as"])
        happened(actor, found, "disclosure.proposed", one.ref, event="", keys=len(keys))
        publish([NewEvent(one.holder_id, "disclosure.proposed", found.ref)])


def approve_disclosure(actor: Actor, *, case: UUID, ref: UUID) -> None:
    """Give the proposed value: from now on the recipients may have it shown. By another person than who proposed it.

    Whoever made the credential that proposed it is no other person. Raises Forbidden, NotFound, Conflict.
    """
    actor.require(Capability.DECIDE_DISCLOSURES)
    with transaction.atomic():
        found, one = _as_holder(actor, case, ref)
        if one.state != State.PROPOSED:
            raise Conflict(_("No value has been proposed yet."), code="not_proposed")
        if actor.user is None or one.proposed_as in refs_of_person(actor):
            raise Forbidden(_("You proposed this value: another lead approves it."), code="same_person")
        live = {key.pk for key in _keys_of_asker(found, one)}
        seals = DisclosureSeal.objects.filter(disclosure=one)
        # What was encrypted to a key that has been revoked since is nobody's any more.
        empty(seals.exclude(key__in=live))
        if not seals.filter(key__in=live).exists():
            raise Conflict(_("The recipient's keys have changed: propose the value again."), code="keys_changed")
        one.state, one.decided_by_id, one.decided_at = State.APPROVED, actor.user, timezone.now()
        one.save(update_fields=["state", "decided_by", "decided_at"])
        happened(actor, found, "disclosure.approved", one.ref, event="", until=one.until.isoformat())
        publish([NewEvent(one.asker_id, "disclosure.decided", found.ref)])


def refuse_disclosure(actor: Actor, *, case: UUID, ref: UUID, reason: str) -> None:
    """Refuse what was asked or proposed, for a reason that the asker reads; what was encrypted is emptied at once.

    Raises Forbidden, NotFound, Invalid, Conflict.
    """
    actor.require(Capability.DECIDE_DISCLOSURES)
    said = checked_reason(reason)
    with transaction.atomic():
        found, one = _as_holder(actor, case, ref)
        one.decision = seal(said, "disclosure/decision", one.ref)
        one.decided_by_id, one.decided_at = actor.user, timezone.now()
        _end(one, State.REFUSED)
        happened(actor, found, "disclosure.refused", one.ref, event="")
        publish([NewEvent(one.asker_id, "disclosure.decided", found.ref)])


def withdraw_disclosure(actor: Actor, *, case: UUID, ref: UUID) -> None:
    """Take back what we asked for, or what we proposed or gave; also in a closed case. Nobody is shown it after that.

    Whoever was shown the value knows it: that cannot be taken back. Raises Forbidden, NotFound, Conflict.
    """
    actor.require(Capability.WORK_CASES)
    with transaction.atomic():
        found = case_to_change(actor, case, Right.VIEW, closed=True)
        one = disclosure_in(actor, found, ref)
        if one.state not in LIVE:
            raise Conflict(_("This disclosure is over already."), code="over")
        if one.state == State.ASKED and one.holder_id == actor.institution:
            raise Conflict(_("Nothing was proposed yet: a lead may refuse it."), code="not_proposed")
        before = one.state
        _end(one, State.WITHDRAWN)
        happened(actor, found, "disclosure.withdrawn", one.ref, event="", before=before)
        other = one.holder_id if one.asker_id == actor.institution else one.asker_id
        publish([NewEvent(other, "disclosure.decided", found.ref)])


def end_disclosures_of(actor: Actor, case: Case, institution: int) -> None:
    """End what this institution (its key) asked for or gave in the case, in the caller's transaction.

    For the service by which it leaves or is removed: who takes no part neither keeps a value nor gives one.
    """
    for one in Disclosure.objects.filter(case=case, state__in=LIVE).order_by("pk"):
        if institution in {one.asker_id, one.holder_id}:
            before = one.state
            _end(one, State.WITHDRAWN)
            happened(actor, case, "disclosure.withdrawn", one.ref, event="", before=before)


def expire_disclosures() -> int:
    """End what is past its last day, a case a transaction; how many. Every hour, and safe to repeat or break off.

    Nobody is shown such a value in between: each read compares the day.
    """
    actor, count = system_actor("expiry"), 0
    over = Disclosure.objects.filter(state__in=LIVE, until__lt=today())
    for pk in sorted(set(over.values_list("case_id", flat=True))):
        with transaction.atomic():
            case = Case.objects.select_for_update(no_key=True).get(pk=pk)
            for one in over.filter(case=case).order_by("pk"):
                _end(one, State.EXPIRED)
                happened(actor, case, "disclosure.expired", one.ref, event="")
                there = {part.institution_id for part in participants_of(case)}
                sides = sorted(there & {one.asker_id, one.holder_id})
                publish([NewEvent(side, "disclosure.decided", case.ref) for side in sides])
                count += 1
    return count


def mac_of(ref: UUID, key: PublicKey, commitment: bytes | memoryview, sealed: bytes | memoryview) -> bytes:
    """What binds a cipher text to its disclosure, the recipient's key and the commitment."""
    return bind(PLACE, ref, key.fingerprint, commitment, sealed)


def empty(seals: QuerySet[DisclosureSeal]) -> None:
    """Let the cipher text go; that it was there, for whom and whether it matched stays."""
    seals.update(sealed=None, mac=None)


def _end(one: Disclosure, state: State) -> None:
    empty(DisclosureSeal.objects.filter(disclosure=one))
    one.state, one.ended_at = state, timezone.now()
    one.save(update_fields=["state", "ended_at", "decision", "decided_by", "decided_at"])


def _as_holder(actor: Actor, case: UUID, ref: UUID) -> tuple[Case, Disclosure]:
    """The case, locked, and a disclosure that its holder, the actor's institution, may still decide."""
    found = case_to_change(actor, case, Right.DISCLOSE)
    one = disclosure_in(actor, found, ref, only="holder")
    if one.state not in WAITING or is_over(one):
        raise Conflict(_("This disclosure is decided already, or over."), code="decided")
    return found, one


def _keys_of_asker(case: Case, one: Disclosure) -> list[PublicKey]:
    if not participants_of(case).filter(institution=one.asker_id).exists():
        raise Conflict(_("The institution that asked takes no part in the case any more."), code="asker_left")
    keys = list(live_keys([one.asker_id]))
    if not keys:
        raise Conflict(_("The institution that asked has no public key yet: it publishes one first."), code="no_keys")
    return keys


def _askable(actor: Actor, case: Case, item: UUID, holder: UUID) -> tuple[CaseCollision, Participant]:
    for one in askable_in(actor, case):
        if one.item.ref == item and one.holder.ref == holder:
            return one.item, one.holder
    # In the same words whether the collision, the participant or its part in it is not there.
    message = _("This participant cannot be asked for this value.")
    raise Invalid(message, errors={"holder": [message]})


def _document(reference: str, basis: str) -> str:
    if basis not in Basis.values:
        message = _("Choose a legal basis.")
        raise Invalid(message, errors={"basis": [message]})
    needs_number = basis != Basis.CONTRACT or reference.strip()
    return checked_number(reference, "reference") if needs_number else ""


def _check_day(until: date) -> None:
    if not today() <= until <= today() + timedelta(days=LONGEST_DAYS):
        message = _("A day between today and 90 days from now.")
        raise Invalid(message, errors={"until": [message]})
