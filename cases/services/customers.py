"""Represented customers: marked as the victims they are, and what is made good to them.

The complaint guard. A customer's own complaint is between them and their institution: no case may do anything to it.
So the functions that keep a complaint (`open_complaint`, `answer_complaint`) ask for nothing but the institution's own
row: they do not look at the case, its state, its lead, its police, its holds or the institution's rights in it, and
nothing else in the platform reads a complaint. tests/cases/test_complaint_guard.py holds both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.documents import checked_day
from cases.models import Case, Participant, RepresentedCustomer
from cases.queries.cases import case_to_change, own_participant
from cases.queries.customers import own_reference_of, standing
from cases.rights import Right
from cases.sealing import seal
from cases.services.telling import happened
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from privacy.kinds import looks_like_indicator

LONGEST_REFERENCE = 64
MOST_AT_ONCE = 200
MOST_MONEY = Decimal(10) ** 12
NO_REFERENCE = _("1 to 64 characters of your own system's reference, without a phone, card or ID number.")
NO_MONEY = _("An amount in yuan, not below zero, with at most two decimals.")
Redress = RepresentedCustomer.Redress
Complaint = RepresentedCustomer.Complaint


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to mark: the institution's own reference, which nobody else sees, and the fee lost in yuan."""

    own_reference: str
    fee_lost: Decimal = Decimal(0)


def mark_customers(actor: Actor, *, case: UUID, customers: Sequence[NewCustomer]) -> list[RepresentedCustomer]:
    """Mark customers of one's own institution whom the gang spoke for, at most 200 at once: all or none.

    Each gets the next number of the case; the others see the number alone. Raises NotFound, Forbidden (also for the
    police, who have no customers); Conflict in a closed case or for one who is marked already; Invalid.
    """
    if not 1 <= len(customers) <= MOST_AT_ONCE:
        raise _invalid("own_reference", _("Mark 1 to 200 customers at once."))
    stated = [(_reference(one.own_reference), _money(one.fee_lost, "fee_lost")) for one in customers]
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        if own_participant(actor, row).is_police:
            raise Forbidden(_("A member marks its own customers; the police file a seized list."), code="no_customers")
        _refuse_known(actor, row, [reference for reference, _fee in stated])
        last = RepresentedCustomer.objects.filter(case=row).aggregate(last=Max("number"))["last"] or 0
        marked = [
            _mark(actor, row, number, reference, fee) for number, (reference, fee) in enumerate(stated, start=last + 1)
        ]
        for one in marked:
            audit.record(actor, "customer.marked", one.ref, number=one.number)
        happened(actor, row, "case.customers_marked", row.ref, customers=len(marked))
    return marked


def track_redress(
    actor: Actor,
    *,
    ref: UUID,
    redress: str,
    fee_lost: Decimal,
    fee_refunded: Decimal,
    interest_relief: Decimal,
    contacted_on: date | None,
) -> RepresentedCustomer:
    """Say how far a customer of one's own institution is made whole; amounts in yuan.

    Redress goes on after a case is closed or left: it is owed to the customer, not to the case. Raises NotFound,
    Forbidden, Invalid, and Conflict for one whose mark was taken back.
    """
    actor.require(Capability.WORK_CASES)
    if redress not in Redress.values:
        raise _invalid("redress", _("Redress is none, offered, agreed or done."))
    wanted = Redress(redress)
    amounts = {"fee_lost": fee_lost, "fee_refunded": fee_refunded, "interest_relief": interest_relief}
    checked = {field: _money(amount, field) for field, amount in amounts.items()}
    if contacted_on is not None:
        checked_day(contacted_on, "contacted_on")
    with transaction.atomic():
        customer = _standing(actor, ref)
        _set(customer, redress=wanted, contacted_on=contacted_on, **checked)
        own = actor.own_institution()
        takes_part = Participant.objects.filter(case=customer.case, institution_id=own, left_at=None)
        # Whoever left the case writes nothing into it any more.
        if takes_part.exists():
            event = "case.changed" if customer.case.state == Case.State.OPEN else ""
            happened(actor, customer.case, "customer.redressed", ref, event=event, number=customer.number, to=wanted)
        else:
            audit.record(actor, "customer.redressed", ref, number=customer.number, to=wanted)
    return customer


def take_back_mark(actor: Actor, *, ref: UUID, reason: str) -> RepresentedCustomer:
    """Take back the mark of a customer of one's own institution that was made by mistake, and say why.

    Possible in every state of the case, and after it was left: a case counts nobody who is no victim. The mark stays as
    history, with its complaint, which is answered as before. The reason is sealed; the own institution alone reads it.
    Raises NotFound for another's customer; Forbidden; Conflict for one that is taken back; Invalid.
    """
    actor.require(Capability.WORK_CASES)
    why = checked_reason(reason)
    with transaction.atomic():
        customer = _standing(actor, ref)
        sealed = seal(why, "customer/taken_back_reason", ref)
        _set(customer, taken_back_at=timezone.now(), taken_back_by_id=actor.user, taken_back_reason=sealed)
        # Also from one who left: the case counts one less from now on, and its timeline says why.
        event = "case.changed" if customer.case.state == Case.State.OPEN else ""
        happened(actor, customer.case, "customer.mark_taken_back", ref, event=event, number=customer.number)
    return customer


def open_complaint(actor: Actor, *, ref: UUID, on: date) -> RepresentedCustomer:
    """Note that a represented customer complains on their own account, since that day; after an answer, once more.

    Always possible: see the guard above. Raises NotFound for another's customer; Forbidden; Conflict if one is open;
    Invalid for a day in the future.
    """
    actor.require(Capability.WORK_CASES)
    checked_day(on)
    with transaction.atomic():
        customer = _own(actor, ref)
        if customer.complaint == Complaint.OPEN:
            raise Conflict(_("A complaint of this customer is open already."), code="complaint_open")
        _set(customer, complaint=Complaint.OPEN, complaint_on=on, complaint_answered_on=None)
        audit.record(actor, "customer.complaint_opened", ref)
    return customer


def answer_complaint(actor: Actor, *, ref: UUID, on: date) -> RepresentedCustomer:
    """Note that the complaint was answered on its own merits, on that day.

    Always possible, as opening is. Raises NotFound, Forbidden; Conflict if none is open; Invalid for a day before the
    complaint or in the future.
    """
    actor.require(Capability.WORK_CASES)
    checked_day(on)
    with transaction.atomic():
        customer = _own(actor, ref)
        if customer.complaint != Complaint.OPEN or customer.complaint_on is None:
            raise Conflict(_("No complaint of this customer is open."), code="no_complaint")
        if on < customer.complaint_on:
            raise _invalid("on", _("A complaint is answered on its own day or later."))
        _set(customer, complaint=Complaint.ANSWERED, complaint_answered_on=on)
        audit.record(actor, "customer.complaint_answered", ref)
    return customer


def _own(actor: Actor, ref: UUID) -> RepresentedCustomer:
    """The institution's own customer, locked. Fetched by the institution and never through the case: see above."""
    own = RepresentedCustomer.objects.filter(ref=ref, institution_id=actor.own_institution())
    found = own.select_related("case").select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound
    return found


def _standing(actor: Actor, ref: UUID) -> RepresentedCustomer:
    customer = _own(actor, ref)
    if customer.taken_back_at is not None:
        raise Conflict(_("This mark was taken back: the customer is no victim of the case."), code="mark_taken_back")
    return customer


def _mark(actor: Actor, case: Case, number: int, reference: str, fee: Decimal) -> RepresentedCustomer:
    ref = uuid4()
    return RepresentedCustomer.objects.create(
        ref=ref,
        case=case,
        institution_id=actor.own_institution(),
        number=number,
        own_reference=seal(reference, "customer/own_reference", ref),
        fee_lost=fee,
        added_by_id=actor.user,
    )


def _refuse_known(actor: Actor, case: Case, references: Sequence[str]) -> None:
    # The seal is random, so the database cannot tell: the case's lock makes looking enough.
    own = standing(case).filter(institution_id=actor.own_institution())
    known = {own_reference_of(one) for one in own}
    for reference in references:
        if reference in known:
            message = _("A customer of this reference is marked in the case already.")
            raise Conflict(message, code="customer_known", errors={"own_reference": [message]})
        known.add(reference)


def _reference(text: str) -> str:
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_REFERENCE or not said.isprintable() or looks_like_indicator(said) is not None:
        raise _invalid("own_reference", NO_REFERENCE)
    return said


def _money(amount: Decimal, field: str) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < MOST_MONEY or amount != amount.quantize(Decimal("0.01")):
        raise _invalid(field, NO_MONEY)
    return amount


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors={field: [message]})


def _set(customer: RepresentedCustomer, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(customer, name, value)
    customer.save(update_fields=[*fields, "changed_at"])
