"""Reads of declared budgets, always for an actor."""

from uuid import UUID

from django.db.models import QuerySet

from custody.models import Budget
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound


def budgets_for(actor: Actor) -> QuerySet[Budget]:
    """Budgets the actor may see, newest first: the alliance's side sees all, a member its own institution's.

    Raises Forbidden for an actor that neither sees nor grants budgets.
    """
    rows = Budget.objects.select_related("institution", "requested_by", "approved_by", "granted_by", "refused_by")
    rows = rows.order_by("-requested_at", "-id")
    if actor.may(Capability.GRANT_BUDGET):
        return rows
    actor.require(Capability.VIEW_BUDGETS)
    return rows.filter(institution_id=actor.own_institution())


def budget_for(actor: Actor, ref: UUID, *, lock: bool = False) -> Budget:
    """One budget the actor may see; raise NotFound for any other. `lock` holds its row for the transaction."""
    rows = budgets_for(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    budget = rows.filter(ref=ref).first()
    if budget is None:
        raise NotFound
    return budget


def spendable_budget(institution: int, ref: UUID) -> Budget | None:
    """The institution's granted budget of that reference, also if it is used up by now: a retry still names it."""
    granted = (Budget.Status.GRANTED, Budget.Status.EXHAUSTED)
    return Budget.objects.filter(institution_id=institution, ref=ref, status__in=granted).first()
