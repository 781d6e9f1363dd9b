"""Declared budgets: requested by one person, approved by a second with the institution's approval key, granted by the
alliance with its own. Custodians accept a budget only with both signatures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from audit import services as audit
from custody import quotas
from custody.models import Budget, SigningKey
from custody.queries.budgets import budget_for
from custody.queries.keys import live_key
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from members.queries.credentials import person_behind
from privacy.kinds import looks_like_indicator
from privacy.requests import BadSignature, BudgetGrant

Status = Budget.Status
_MANY = _("Your institution has many requests for budgets open already; wait for their decision, or refuse some.")


def request_budget(actor: Actor, *, key: str, values: int, until: date, reason: str) -> Budget:
    """Ask for `values` evaluations under `key` until the end of that day (UTC).

    Raises Invalid naming the fields, Conflict while too many requests of the institution wait for a decision.
    """
    actor.require(Capability.REQUEST_BUDGET)
    institution = actor.own_institution()
    errors = _errors(key, values, until, reason)
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
    with transaction.atomic():
        undecided = Budget.objects.filter(institution_id=institution, status__in=(Status.REQUESTED, Status.APPROVED))
        if undecided.filter(until__gte=timezone.now().date()).count() >= quotas.BUDGETS_OPEN:
            raise Conflict(_MANY, code="many_open", limit=quotas.BUDGETS_OPEN)
        budget = Budget.objects.create(
            institution_id=institution,
            key=key,
            values=values,
            until=until,
            reason=reason.strip(),
            requested_by_id=_person(actor),
        )
        audit.record(actor, "budget.requested", budget.ref, values=values, until=until.isoformat(), key=key)
    return budget_for(actor, budget.ref)


def approve_budget(actor: Actor, *, ref: UUID, signature: bytes) -> Budget:
    """Approve a colleague's request with the institution's signature over the grant.

    Raises Forbidden for the person who asked, Conflict in any other state, Invalid if the signature does not hold.
    """
    actor.require(Capability.APPROVE_BUDGET)
    person = _person(actor)
    with transaction.atomic():
        budget = budget_for(actor, ref, lock=True)
        _expect(budget, Status.REQUESTED)
        if person == budget.requested_by_id:
            raise Forbidden(_("Another person than the one who asked must approve."), code="same_person")
        grant = replace(grant_of(budget), institution_signature=signature)
        _verify_institution(budget, grant)
        budget.status, budget.approved_by_id, budget.approved_at = Status.APPROVED, person, timezone.now()
        budget.institution_signature = signature
        budget.save(update_fields=["status", "approved_by", "approved_at", "institution_signature"])
        audit.record(actor, "budget.approved", budget.ref)
    return budget_for(actor, ref)


def grant_budget(actor: Actor, *, ref: UUID) -> Budget:
    """Grant an approved budget: check the institution's signature again and add the alliance's.

    Raises Conflict in any other state, Invalid if the approval key was revoked or replaced meanwhile.
    """
    actor.require(Capability.GRANT_BUDGET)
    with transaction.atomic():
        budget = budget_for(actor, ref, lock=True)
        _expect(budget, Status.APPROVED)
        grant = grant_of(budget)
        _verify_institution(budget, grant)
        _id, seed = settings.KEYRING.current("alliance")
        budget.alliance_signature = grant.signed("alliance", seed).alliance_signature
        budget.status, budget.granted_by_id, budget.granted_at = Status.GRANTED, _person(actor), timezone.now()
        budget.save(update_fields=["status", "granted_by", "granted_at", "alliance_signature"])
        audit.record(actor, "budget.granted", budget.ref, values=budget.values, until=budget.until.isoformat())
    return budget_for(actor, ref)


def refuse_budget(actor: Actor, *, ref: UUID) -> Budget:
    """Refuse a budget that is not granted yet: within the institution, also by who asked, or by the alliance."""
    if not actor.may(Capability.GRANT_BUDGET):
        actor.require(Capability.APPROVE_BUDGET)
    with transaction.atomic():
        budget = budget_for(actor, ref, lock=True)
        _expect(budget, Status.REQUESTED, Status.APPROVED)
        budget.status, budget.refused_by_id, budget.refused_at = Status.REFUSED, _person(actor), timezone.now()
        budget.save(update_fields=["status", "refused_by", "refused_at"])
        audit.record(actor, "budget.refused", budget.ref)
    return budget_for(actor, ref)


def decisions(actor: Actor, budget: Budget) -> frozenset[str]:
    """Which of `approve`, `grant` and `refuse` the actor may do with this budget now: what the page offers."""
    alliance = actor.may(Capability.GRANT_BUDGET)
    member = actor.may(Capability.APPROVE_BUDGET)
    open_still = budget.status in {Status.REQUESTED, Status.APPROVED} and not budget.is_over
    may = {
        "approve": member and budget.status == Status.REQUESTED and person_behind(actor) != budget.requested_by_id,
        "grant": alliance and budget.status == Status.APPROVED,
        "refuse": alliance or member,
    }
    return frozenset(name for name, allowed in may.items() if allowed and open_still)


def grant_of(budget: Budget) -> BudgetGrant:
    """The grant as it is signed and shown to custodians, with the signatures it has so far."""
    return BudgetGrant(
        budget=budget.ref,
        institution=budget.institution.ref,
        key=budget.key,
        values=budget.values,
        until=budget.until,
        institution_signature=bytes(budget.institution_signature or b""),
        alliance_signature=bytes(budget.alliance_signature or b""),
    )


def _errors(key: str, values: int, until: date, reason: str) -> dict[str, list[str]]:
    # Custodians read a budget's last day in UTC (docs/protocol.md), so the platform does too.
    today = timezone.now().date()
    wrong: dict[str, Callable[[], bool]] = {
        "key": lambda: key not in quotas.KEYS,
        "values": lambda: not 1 <= values <= quotas.BUDGET_VALUES,
        "until": lambda: not today <= until <= today + timedelta(days=quotas.BUDGET_DAYS),
        # The alliance's operator reads the reason, and no operator reads an indicator.
        "reason": lambda: not 1 <= len(reason.strip()) <= 300 or looks_like_indicator(reason) is not None,
    }
    return {field: [gettext(_SAYS[field])] for field, is_wrong in wrong.items() if is_wrong()}


_SAYS = {
    "key": _("This key does not exist."),
    "values": _("1 to 1,000,000 values."),
    "until": _("A day from today to 92 days from today."),
    "reason": _("1 to 300 characters, without a phone, card or ID number."),
}


def _expect(budget: Budget, *allowed: str) -> None:
    if budget.status not in allowed:
        raise Conflict(_("The budget has been decided already."), code="budget_state", state=budget.status)
    if budget.is_over:
        raise Conflict(_("The budget's last day is past; ask for a new one."), code="budget_expired")


def _verify_institution(budget: Budget, grant: BudgetGrant) -> None:
    key = live_key(budget.institution_id, SigningKey.Purpose.APPROVAL)
    if key is None:
        raise Invalid(_("The institution has no approval key; register one first."), code="no_approval_key")
    try:
        grant.verify_side("institution", key)
    except BadSignature as error:
        raise Invalid(
            _("The signature is not the institution's for this budget."), code="institution_signature"
        ) from error


def _person(actor: Actor) -> int:
    person = person_behind(actor)
    if person is None:
        raise Forbidden(_("A person must stand behind this."), code="person_needed")
    return person
