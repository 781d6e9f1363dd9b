"""Scoring rules: one person proposes one and runs it in shadow, another one reads the difference and decides."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Run, ScoringRule
from intel.queries.runs import rule_for
from intel.reasons import NO_REASON, is_reason
from intel.scoring import ENGINE, Parameters
from intel.services.runs import start_run
from intel.services.scoring import active_rule
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid

State = ScoringRule.State


def propose_rule(actor: Actor, *, parameters: Mapping[str, Any], reason: str) -> ScoringRule:
    """Propose parameters (as `Parameters.to_json` gives them) under the next number.

    Raises Invalid naming the fields for parameters that are none, for those of the active rule and for no reason.
    """
    actor.require(Capability.MANAGE_RULES)
    errors: dict[str, list[str]] = {}
    # Whoever decides reads the reason, and no operator reads an indicator.
    if not is_reason(reason):
        errors["reason"] = [gettext(NO_REASON)]
    try:
        proposed = Parameters.from_json(parameters)
    except ValueError as error:
        errors["parameters"] = [str(error)]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
    with transaction.atomic():
        active = _lock_active()
        if Parameters.from_json(active.parameters) == proposed:
            raise Invalid(_("These are the parameters of the active rule; change at least one."), code="unchanged")
        rule = ScoringRule.objects.create(
            number=(ScoringRule.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
            parameters=proposed.to_json(),
            state=State.PROPOSED,
            reason=reason.strip(),
            proposed_by=actor.ref,
            proposed_at=timezone.now(),
        )
        audit.record(actor, "rule.proposed", f"rule:{rule.number}", changes=changes(active, rule))
    return rule


def start_shadow(actor: Actor, *, number: int) -> Run:
    """Score everything by a proposed rule beside the active one; nothing that a member sees changes.

    Raises NotFound, Conflict for a rule that is decided and while such a run is under way.
    """
    actor.require(Capability.MANAGE_RULES)
    with transaction.atomic():
        rule = rule_for(actor, number, lock=True)
        _expect_proposed(rule)
        return start_run(actor, purpose=Run.Purpose.SHADOW, rule=rule)


def switch_on(actor: Actor, *, number: int) -> Run:
    """Put a proposed rule into force: it becomes active, the former one is retired, and a worker scores all again.

    Returns that run. Raises Forbidden for who proposed it, NotFound, Conflict if it is decided or has no finished
    shadow run of this engine beside the rule that is active now.
    """
    actor.require(Capability.DECIDE_RULES)
    with transaction.atomic():
        active = _lock_active()
        rule = _decidable(actor, number)
        if not has_shadow(rule, active):
            raise Conflict(
                _("Run it in shadow beside the rule that is active now, and read the difference first."),
                code="no_shadow",
            )
        _decide(active, State.RETIRED, actor=None)
        _decide(rule, State.ACTIVE, actor=actor)
        audit.record(actor, "rule.switched_on", f"rule:{rule.number}", former=active.number)
        return start_run(actor, purpose=Run.Purpose.SWITCH, rule=rule)


def refuse_rule(actor: Actor, *, number: int) -> ScoringRule:
    """Refuse a proposed rule. Raises Forbidden for who proposed it, NotFound, Conflict if it is decided."""
    actor.require(Capability.DECIDE_RULES)
    with transaction.atomic():
        _lock_active()
        rule = _decidable(actor, number)
        _decide(rule, State.REFUSED, actor=actor)
        audit.record(actor, "rule.refused", f"rule:{rule.number}")
    return rule


def decisions(actor: Actor, rule: ScoringRule) -> frozenset[str]:
    """Which of `shadow`, `switch_on` and `refuse` the actor may do with this rule now: what the page offers."""
    if rule.state != State.PROPOSED:
        return frozenset()
    another = actor.may(Capability.DECIDE_RULES) and rule.proposed_by != actor.ref
    running = rule.runs.filter(purpose=Run.Purpose.SHADOW, finished_at=None, failed_at=None).exists()
    active = ScoringRule.objects.filter(state=State.ACTIVE).first()
    may = {
        "shadow": actor.may(Capability.MANAGE_RULES) and not running,
        "switch_on": another and active is not None and has_shadow(rule, active),
        "refuse": another,
    }
    return frozenset(name for name, allowed in may.items() if allowed)


def has_shadow(rule: ScoringRule, active: ScoringRule) -> bool:
    """True if the rule ran in shadow to the end, by this engine and beside this active rule."""
    shadows = rule.runs.filter(purpose=Run.Purpose.SHADOW, finished_at__isnull=False, engine=ENGINE)
    return shadows.filter(baseline=active).exists()


def changes(before: ScoringRule, after: ScoringRule) -> dict[str, list[Any]]:
    """The parameters in which two rules differ: name -> [before, after]."""
    return {
        name: [before.parameters.get(name), value]
        for name, value in after.parameters.items()
        if before.parameters.get(name) != value
    }


def _lock_active() -> ScoringRule:
    """The active rule, locked: proposals take their numbers and decisions fall one after the other."""
    active_rule()  # there is one from the first call on
    rules = ScoringRule.objects.select_for_update()
    while (rule := rules.filter(state=State.ACTIVE).first()) is None:
        continue  # another decision committed between the two reads of this statement; the next one sees it
    return rule


def _decidable(actor: Actor, number: int) -> ScoringRule:
    rule = rule_for(actor, number, lock=True)
    _expect_proposed(rule)
    if rule.proposed_by == actor.ref:
        raise Forbidden(_("Another person than the one who proposed it must decide."), code="same_person")
    return rule


def _expect_proposed(rule: ScoringRule) -> None:
    if rule.state != State.PROPOSED:
        raise Conflict(_("The rule has been decided already."), code="rule_state", state=rule.state)


def _decide(rule: ScoringRule, state: str, *, actor: Actor | None) -> None:
    rule.state = state
    if actor is not None:
        rule.decided_by, rule.decided_at = actor.ref, timezone.now()
    rule.save(update_fields=["state", "decided_by", "decided_at"])
