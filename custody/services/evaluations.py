"""Relaying evaluations: count them, ask the quorum's custodians, hand their parts back unread.

The platform never sees a plain value and keeps no element. It does not verify the proofs: the member must, with the
ceremony it pinned, so a check here could only comfort. A failed custodian is named; the retry is the member's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from custody import quotas
from custody.models import Budget, Charge, SigningKey
from custody.queries.budgets import spendable_budget
from custody.queries.keys import live_key
from custody.services import custodians
from custody.services.budgets import grant_of
from custody.services.ceremony import transcript
from custody.services.charging import Charged, Claim, charge_analyst, charge_institution
from custody.services.custodians import Failure
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, Refusal, TooMany, Unavailable
from privacy import shares
from privacy.requests import PORTAL, BadSignature, EvaluationAnswer, EvaluationRequest


def evaluate(actor: Actor, *, request: EvaluationRequest) -> EvaluationAnswer:
    """Relay a member's signed request to its quorum, counted once however often it is retried.

    Raises Forbidden (not this institution's, not signed), Conflict (other epoch, request id reused), Invalid (quorum),
    TooMany and Unprocessable (quota, budget), and Unavailable naming the custodians that failed.
    """
    actor.require(Capability.EVALUATE)
    institution = actor.own_institution()
    if request.signer != str(actor.institution_ref):
        raise Forbidden(_("The request is signed for another institution."), code="signer")
    key = live_key(institution, SigningKey.Purpose.SIGNING)
    if key is None:
        raise Forbidden(_("Register the institution's signing key first."), code="no_signing_key")
    try:
        request.verify(key)
    except BadSignature as error:
        raise Forbidden(_("The request is not signed with the institution's key."), code="signature") from error
    _check_ceremony(request)
    budget = _budget(institution, request)
    return _relay(actor, request, lambda claim: charge_institution(claim, institution, budget))


def evaluate_for_portal(actor: Actor, *, request: EvaluationRequest) -> EvaluationAnswer:
    """Relay blinded elements of a signed-in analyst under the platform's portal identity and the analyst's own quota.

    Signer, time, budget and signature are the platform's, whatever stands there. Raises what `evaluate` raises; at most
    PORTAL_BATCH elements.
    """
    actor.require(Capability.EVALUATE)
    institution = actor.own_institution()
    if actor.user is None:
        raise Forbidden(_("Only a signed-in person evaluates through the portal."), code="person_needed")
    user = actor.user
    if not 1 <= request.count <= quotas.PORTAL_BATCH:
        raise Invalid(_("The portal takes 1 to 200 values at once."), code="count", limit=quotas.PORTAL_BATCH)
    _check_ceremony(request)
    _id, seed = settings.KEYRING.current("portal")
    issued_at = int(timezone.now().timestamp())
    signed = replace(request, signer=PORTAL, issued_at=issued_at, budget=None).signed(seed)
    return _relay(actor, signed, lambda claim: charge_analyst(claim, user, institution))


def forget_charges() -> int:
    """Delete charges that no retry can name any more, and return how many: custodians remember them as long."""
    old = Charge.objects.filter(charged_at__lt=timezone.now() - timedelta(days=quotas.CHARGE_DAYS))
    return old.delete()[0]


def _relay(actor: Actor, request: EvaluationRequest, charge: Callable[[Claim], Charged]) -> EvaluationAnswer:
    claim = Claim(
        signer=request.signer,
        request=request.request,
        body=request.content(),
        count=request.count,
        key=request.key,
        at=timezone.now(),
    )
    facts = {"count": request.count, "quorum": list(request.quorum)}
    try:
        with transaction.atomic():
            charged = charge(claim)
            audit.record(actor, "evaluation.relayed", request.request, charged=charged.is_new, **facts)
    except Refusal as refusal:
        audit.record(actor, "evaluation.refused", request.request, code=refusal.code, **facts)
        raise
    parts, failures = custodians.fan_out(request)
    if failures:
        raise _refusal(failures)
    return EvaluationAnswer(request.epoch, request.generation, request.quorum, tuple(parts), charged.remaining)


def _check_ceremony(request: EvaluationRequest) -> None:
    ours = transcript()
    if (request.epoch, request.generation, request.key) != (ours.epoch, ours.generation, ours.key):
        raise Conflict(
            _("The key has another epoch or generation; compare the ceremony."),
            code="epoch",
            epoch=ours.epoch,
            generation=ours.generation,
            key=ours.key,
        )
    if request.suite != ours.suite:
        raise Invalid(_("This suite is not in use."), code="suite")
    try:
        shares.check_quorum_numbers(request.quorum, ours.t, ours.n)
    except shares.ShareError as error:
        raise Invalid(_("The quorum must name existing custodians once each, in order."), code="quorum") from error
    if len(request.quorum) != ours.t:
        raise Invalid(_("The quorum must name as many custodians as the threshold."), code="quorum", threshold=ours.t)


def _budget(institution: int, request: EvaluationRequest) -> Budget | None:
    if request.budget is None:
        return None
    budget = spendable_budget(institution, request.budget.budget)
    if budget is None or grant_of(budget) != request.budget:
        raise Forbidden(_("This is not a budget that was granted to the institution."), code="budget_unknown")
    if budget.is_over:
        raise Forbidden(_("The budget's last day is past."), code="budget_expired")
    return budget


def _refusal(failures: list[Failure]) -> Refusal:
    """One answer for all that failed; it always names them, since another quorum may do without them."""
    extras: dict[str, Any] = {
        "failed": [failure.custodian for failure in failures],
        "reasons": {str(failure.custodian): failure.code for failure in failures},
    }
    if all(failure.status == TooMany.status for failure in failures):
        wait = max(failure.retry_after or 60 for failure in failures)
        return TooMany(_("A custodian's own quota is used up."), code="custodian_quota", retry_after=wait, **extras)
    if all(400 <= failure.status < 500 for failure in failures):
        return Forbidden(_("A custodian refused the request."), code="custodian_refused", **extras)
    return Unavailable(
        _("A custodian does not answer; ask another quorum."), code="custodian_failed", retry_after=1, **extras
    )
