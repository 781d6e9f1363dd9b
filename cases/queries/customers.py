"""Represented customers of a case: its participants see a number, the own institution its own reference."""

from cases.models import Case, RepresentedCustomer
from kit.actor import Actor


def customers_of(actor: Actor, case: Case) -> list[RepresentedCustomer]:
    """The represented customers, by number. The caller has fetched the case for its reader."""
    found = RepresentedCustomer.objects.filter(case=case).select_related("institution")
    return list(found.order_by("number"))
