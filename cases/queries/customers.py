"""Represented customers: the case sees numbers, the own institution its reference and the complaint.

What others read never holds whether a victim complained: nobody can lean on one who did.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from cases.documents import today
from cases.models import Case, Participant, RepresentedCustomer
from cases.sealing import unseal
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound

ANSWER_WITHIN = timedelta(days=15)
"""A complaint is answered within 15 days (银行业保险业消费投诉处理管理办法, per counsel; longer only with a reason)."""


@dataclass(frozen=True, slots=True)
class Shielded:
    """A victim as every participant, export and package sees them: a number and what is made good."""

    number: int
    institution: str
    fee_lost: Decimal
    redress: str
    redress_label: str
    fee_refunded: Decimal
    interest_relief: Decimal
    contacted: bool


@dataclass(frozen=True, slots=True)
class OwnCustomer:
    """A victim as their own institution sees them."""

    ref: UUID
    case: UUID
    takes_part: bool
    """Whether the institution takes part in the case still, so that it may open it."""
    number: int
    own_reference: str
    fee_lost: Decimal
    redress: str
    redress_label: str
    fee_refunded: Decimal
    interest_relief: Decimal
    contacted_on: date | None
    complaint: str
    complaint_label: str
    complaint_on: date | None
    complaint_answered_on: date | None
    answer_due_on: date | None
    is_late: bool
    taken_back_at: datetime | None
    """When the mark was taken back as a mistake: from then on it counts nowhere."""
    taken_back_reason: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Over all victims of a case whose mark stands; amounts in yuan."""

    customers: int
    redressed: int
    fee_lost: Decimal
    fee_refunded: Decimal
    interest_relief: Decimal


def standing(case: Case) -> QuerySet[RepresentedCustomer]:
    """The case's victims: those whose mark was not taken back. The caller has fetched the case."""
    return RepresentedCustomer.objects.filter(case=case, taken_back_at=None)


def shielded_customers(case: Case) -> list[Shielded]:
    """The case's victims by number, as whoever may see the case may see them. The caller has fetched it."""
    found = standing(case).select_related("institution").order_by("number")
    return [
        Shielded(
            number=one.number,
            institution=str(one.institution),
            fee_lost=one.fee_lost,
            redress=one.redress,
            redress_label=str(one.get_redress_display()),
            fee_refunded=one.fee_refunded,
            interest_relief=one.interest_relief,
            contacted=one.contacted_on is not None,
        )
        for one in found
    ]


def sums_of(case: Case) -> Sums:
    """The same, added up."""
    found = standing(case)
    sums = found.aggregate(lost=Sum("fee_lost"), refunded=Sum("fee_refunded"), relief=Sum("interest_relief"))
    return Sums(
        customers=found.count(),
        redressed=found.filter(redress=RepresentedCustomer.Redress.DONE).count(),
        fee_lost=sums["lost"] or Decimal(0),
        fee_refunded=sums["refunded"] or Decimal(0),
        interest_relief=sums["relief"] or Decimal(0),
    )


def own_customers(actor: Actor, case: Case | None = None) -> list[OwnCustomer]:
    """The victims of the actor's own institution: of a case, or of all, the newest first. Raises Forbidden.

    Those of a case it has left are among all: a customer stays the institution's own. So are those whose mark was
    taken back, since a complaint of theirs goes on.
    """
    own = _own(actor)
    found = own.filter(case=case).order_by("number") if case is not None else own.order_by("-added_at", "-pk")[:1000]
    return [_own_row(one) for one in found]


def own_customer(actor: Actor, ref: UUID) -> OwnCustomer:
    """One of them. Raises Forbidden; NotFound for another's or none."""
    found = _own(actor).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return _own_row(found)


def own_reference_of(customer: RepresentedCustomer) -> str:
    """The institution's own reference of a customer of its own. The caller has established that it is."""
    return unseal(customer.own_reference, "customer/own_reference", customer.ref)


def _own(actor: Actor) -> QuerySet[RepresentedCustomer]:
    actor.require(Capability.VIEW_CASES)
    own = actor.own_institution()
    still = Participant.objects.filter(case=OuterRef("case"), institution_id=own, left_at=None)
    found = RepresentedCustomer.objects.filter(institution_id=own).select_related("case")
    return found.annotate(takes_part=Exists(still))


def _own_row(one: RepresentedCustomer) -> OwnCustomer:
    is_open = one.complaint == RepresentedCustomer.Complaint.OPEN
    due_on = one.complaint_on + ANSWER_WITHIN if is_open and one.complaint_on else None
    return OwnCustomer(
        ref=one.ref,
        case=one.case.ref,
        takes_part=one.takes_part,  # type: ignore[attr-defined]
        number=one.number,
        own_reference=own_reference_of(one),
        fee_lost=one.fee_lost,
        redress=one.redress,
        redress_label=str(one.get_redress_display()),
        fee_refunded=one.fee_refunded,
        interest_relief=one.interest_relief,
        contacted_on=one.contacted_on,
        complaint=one.complaint,
        complaint_label=str(one.get_complaint_display()),
        complaint_on=one.complaint_on,
        complaint_answered_on=one.complaint_answered_on,
        answer_due_on=due_on,
        is_late=due_on is not None and due_on < today(),
        taken_back_at=one.taken_back_at,
        taken_back_reason=unseal(one.taken_back_reason, "customer/taken_back_reason", one.ref),
    )
