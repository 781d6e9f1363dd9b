"""What the pages show of victims."""

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from cases.models import Case, RepresentedCustomer
from cases.queries.cases import is_police
from cases.queries.customers import OwnCustomer, own_customers, shielded_customers, sums_of
from cases.seized_screens import seized_part
from kit.actor import Actor


class ComplaintAct(Protocol):
    """Opening or answering a complaint."""

    def __call__(self, actor: Actor, *, ref: UUID, on: date) -> RepresentedCustomer:
        """As `cases.services.customers` has it."""


def victims_context(actor: Actor, case: Case) -> dict[str, Any]:
    """What templates/cases/victims.html shows: all victims by number, and the own ones with what only we know."""
    return {
        "customers": shielded_customers(case),
        "sums": sums_of(case),
        "own": own_customers(actor, case),
        "is_police": is_police(actor),
        **seized_part(actor, case),
    }


def redress_of(customer: OwnCustomer) -> dict[str, Any]:
    """What the form of redress begins with."""
    names = ("redress", "contacted_on", "fee_lost", "fee_refunded", "interest_relief")
    return {name: getattr(customer, name) for name in names}
