"""Operators' pages of scoring rules: propose, run in shadow, read the difference, decide. No collision, no name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intel import rule_screens
from intel.queries.runs import difference_for, rule_for, run_for, runs_for
from intel.rule_forms import RuleForm
from intel.services import rules as services
from intel.services.scoring import active_rule
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import live, page
from members.step_up import step_up


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules with their states, and the newest runs."""
    actor = actor_of(request)
    may_propose = actor.may(Capability.MANAGE_RULES)
    context = {"rows": rule_screens.rule_rows(actor), "runs": runs_for(actor), "may_propose": may_propose}
    return live(request, "intel/rules.html", context, fragment="intel/_runs.html")


@require_http_methods(["GET", "HEAD", "POST"])
def rule_propose(request: HttpRequest) -> HttpResponse:
    """The form that proposes a rule, filled in from the one in force."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_RULES)
    form = RuleForm(request.POST or None, current=active_rule()[1])
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        rule = services.propose_rule(actor, parameters=form.parameters(), reason=reason)
        messages.success(request, _("Proposed. Run it in shadow; then another person decides."))
        return redirect("intel:rule-detail", number=rule.number)
    return page(request, "intel/rule_propose.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
def rule_detail(request: HttpRequest, number: int) -> HttpResponse:
    """One rule beside the one in force, its runs, and what may be done with it."""
    actor = actor_of(request)
    rule = rule_for(actor, number)
    may = services.decisions(actor, rule)
    context = rule_screens.rule(actor, rule) | {"may": may, "runs": runs_for(actor, rule)}
    return live(request, "intel/rule.html", context, fragment="intel/_runs.html")


@require_POST
def rule_shadow(request: HttpRequest, number: int) -> HttpResponse:
    """Start a shadow run."""
    run = services.start_shadow(actor_of(request), number=number)
    messages.success(request, _("The run has started. Nothing that members see changes."))
    return redirect("intel:run-detail", ref=run.ref)


@require_POST
@step_up
def rule_switch(request: HttpRequest, number: int) -> HttpResponse:
    """The second person puts a rule into force."""
    run = services.switch_on(actor_of(request), number=number)
    messages.success(request, _("The rule is in force. A worker is scoring every collision by it."))
    return redirect("intel:run-detail", ref=run.ref)


@require_POST
def rule_refuse(request: HttpRequest, number: int) -> HttpResponse:
    """The second person refuses a rule."""
    services.refuse_rule(actor_of(request), number=number)
    messages.success(request, _("Refused. It stays on record under its number."))
    return redirect("intel:rule-detail", number=number)


@require_safe
def run_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far a run is; once a shadow run is over, what its rule would change."""
    actor = actor_of(request)
    run = run_for(actor, ref)
    found = difference_for(actor, run)
    context = {"run": run, "difference": found, **rule_screens.difference(found, run)}
    return live(request, "intel/run.html", context, fragment="intel/_run.html")
