"""The pages of custody, and the session twin of the API's evaluations."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from custody import forms, quotas
from custody.queries.budgets import budget_for, budgets_for
from custody.queries.keys import signing_keys_for
from custody.services import budgets, evaluations, signing_keys
from custody.services.ceremony import transcript
from custody.services.overview import overview
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import live, page
from members.step_up import step_up


@require_POST
def evaluate(request: HttpRequest) -> HttpResponse:
    """Blinded elements of the analyst's browser to a quorum, under the portal's identity and the analyst's quota."""
    actor = actor_of(request)
    actor.require(Capability.EVALUATE)
    asked = forms.portal_request(request.body)
    return JsonResponse(evaluations.evaluate_for_portal(actor, request=asked).to_json())


@require_safe
def ceremony(request: HttpRequest) -> HttpResponse:
    """The transcript and its fingerprint, which the page shows; an outsider compares it out of band."""
    found = transcript()
    return JsonResponse({"transcript": found.to_json(), "fingerprint": found.fingerprint()})


@require_safe
def budget_list(request: HttpRequest) -> HttpResponse:
    """Declared budgets: a member's own, or all of them for the alliance's side."""
    actor = actor_of(request)
    context = {"budgets": budgets_for(actor)[:200], "may_request": actor.may(Capability.REQUEST_BUDGET)}
    return page(request, "custody/budgets.html", {**context, "quotas": quotas})


@require_http_methods(["GET", "HEAD", "POST"])
def budget_request(request: HttpRequest) -> HttpResponse:
    """The form that asks for a budget."""
    actor = actor_of(request)
    actor.require(Capability.REQUEST_BUDGET)
    form = forms.BudgetForm(request.POST or None)
    if form.is_valid():
        budget = budgets.request_budget(actor, key=quotas.KEYS[0], **form.cleaned_data)
        messages.success(request, _("The budget was requested. Another person of your institution approves it."))
        return redirect("custody:budget-detail", ref=budget.ref)
    status = 400 if form.is_bound else 200
    return page(request, "custody/budget_request.html", {"form": form}, status=status)


@require_safe
def budget_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One budget and what may be done with it."""
    return _budget_page(request, ref, forms.ApprovalForm())


@require_POST
@step_up
def budget_approve(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The institution's second person approves with the institution's signature."""
    actor = actor_of(request)
    actor.require(Capability.APPROVE_BUDGET)
    form = forms.ApprovalForm(request.POST)
    if not form.is_valid():
        return _budget_page(request, ref, form, status=400)
    budgets.approve_budget(actor, ref=ref, signature=form.cleaned_data["signature"])
    messages.success(request, _("Approved. The alliance decides next."))
    return redirect("custody:budget-detail", ref=ref)


@require_POST
@step_up
def budget_grant(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The alliance's side grants."""
    budgets.grant_budget(actor_of(request), ref=ref)
    messages.success(request, _("Granted."))
    return redirect("custody:budget-detail", ref=ref)


@require_POST
def budget_refuse(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Either side refuses."""
    budgets.refuse_budget(actor_of(request), ref=ref)
    messages.success(request, _("Refused."))
    return redirect("custody:budget-detail", ref=ref)


def _budget_page(request: HttpRequest, ref: UUID, form: forms.ApprovalForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    budget = budget_for(actor, ref)
    context = {
        "budget": budget,
        "grant": budgets.grant_of(budget).to_json(),
        "form": form,
        "may": budgets.decisions(actor, budget),
    }
    return page(request, "custody/budget.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
def keys(request: HttpRequest) -> HttpResponse:
    """The institution's public keys, and the form that registers one."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_CREDENTIALS)
    form = forms.KeyForm(request.POST or None)
    if form.is_valid():
        signing_keys.register_key(actor, **form.cleaned_data)
        messages.success(request, _("The key is registered. It works once the custodians have enrolled it."))
        return redirect("custody:keys")
    context = {"keys": signing_keys_for(actor), "form": form}
    return page(request, "custody/keys.html", context, status=400 if form.is_bound else 200)


@require_POST
@step_up
def key_revoke(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Revoke a public key."""
    signing_keys.revoke_key(actor_of(request), ref=ref)
    messages.success(request, _("The key is revoked. Tell the custodians to follow at once."))
    return redirect("custody:keys")


@require_safe
def custodians(request: HttpRequest) -> HttpResponse:
    """The custodians' health and all caps with their enumeration time."""
    context = {"overview": overview(actor_of(request)), "mobile_numbers": quotas.MOBILE_NUMBERS}
    return live(request, "custody/custodians.html", context, fragment="custody/_custodians.html")
