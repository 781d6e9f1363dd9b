"""What the pages of scoring rules show beside rows: people, parameters side by side, charts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from intel.models import Run, ScoringRule
from intel.queries.runs import Difference, Line, Shown, rules_for
from intel.rule_forms import HUNDREDTHS, NUMBERS, OTHERS, PERCENT, PERSON, WORTHS, name_of
from intel.scoring import Parameters
from intel.services.scoring import active_rule
from kit.actor import Actor
from kit.language import in_readers_language
from members.queries.users import operator_names
from privacy.kinds import BY_NUMBER

PLATFORM = "system:"
"""How the references of actors begin that are no person."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with its reason and the names of who proposed and decided it."""

    rule: ScoringRule
    reason: str
    proposer: str
    decider: str


@dataclass(frozen=True, slots=True)
class Told:
    """A parameter: what this rule says, and what the rule in force says if that is something else."""

    label: str
    value: str
    active: str | None


def rule_rows(actor: Actor) -> list[RuleRow]:
    """Every rule, newest first; the one that comes with the code is stored when first looked at. Raises Forbidden."""
    rules_for(actor)
    active_rule()
    return _rows(actor, list(rules_for(actor)))


def rule(actor: Actor, shown: ScoringRule) -> dict[str, Any]:
    """A rule's page: who, and its parameters beside those in force."""
    number, active = active_rule()
    own = Parameters.from_json(shown.parameters)
    return {
        "row": _rows(actor, [shown])[0],
        "active": number,
        "scalars": [_told(name, own, active) for name in (*WORTHS, *NUMBERS, "person")],
        "kinds": [_kind(kind, own, active) for kind in (*BY_NUMBER, OTHERS)],
    }


def _rows(actor: Actor, rules: Sequence[ScoringRule]) -> list[RuleRow]:
    names = operator_names([ref for one in rules for ref in (one.proposed_by, one.decided_by)])

    def name(ref: str) -> str:
        if ref == actor.ref:
            return _("You")
        return names.get(ref) or (_("The platform") if ref.startswith(PLATFORM) else "")

    def reason(one: ScoringRule) -> str:
        # The first rule comes with the code, in no one's words.
        return _("The rule an alliance begins with.") if one.proposed_by.startswith(PLATFORM) else one.reason

    return [RuleRow(one, reason(one), name(one.proposed_by), name(one.decided_by)) for one in rules]


def _told(name: str, own: Parameters, active: Parameters) -> Told:
    mine, theirs = (_number(name, getattr(rule, name)) for rule in (own, active))
    label = PERSON if name == "person" else (WORTHS[name] if name in WORTHS else NUMBERS[name])[0]
    return Told(str(label), mine, theirs if theirs != mine else None)


def _number(name: str, value: int) -> str:
    if name == "person":
        return name_of(value) if value else _("None")
    if name in WORTHS:
        return f"{value / HUNDREDTHS:.2f}"
    return f"{value} %" if name in PERCENT else str(value)


def _kind(kind: int, own: Parameters, active: Parameters) -> dict[str, Any]:
    cells = [
        Told("", mine, theirs if mine != theirs else None)
        for mine, theirs in zip(_cells(kind, own), _cells(kind, active), strict=True)
    ]
    return {"name": name_of(kind), "cells": cells}


def _cells(kind: int, rule: Parameters) -> tuple[str, str, str]:
    counts = _("weak") if kind in rule.weak else f"{dict(rule.kinds).get(kind, 100)} %"
    curve = rule.curve(kind)
    return ("–" if kind == OTHERS else counts, str(curve.days), str(curve.bend))


# --- The difference ----------------------------------------------------------------------------------------


def difference(found: Difference | None, run: Run) -> dict[str, Any]:
    """The tables and charts of the difference page; nothing without a difference."""
    if found is None:
        return {}
    before = _("Rule %(number)d") % {"number": run.baseline.number if run.baseline else 0}
    after = _("Rule %(number)d") % {"number": run.rule.number}
    labels = [f"{first}-{first + 10}" for first, _old, _new in found.tenths]
    return {
        "before": before,
        "after": after,
        "tenths": list(zip(labels, found.tenths, strict=True)),
        "tenths_chart": {
            "labels": labels,
            "beside": True,
            "series": [
                {"name": before, "values": [_bar(old) for _first, old, _new in found.tenths]},
                {"name": after, "values": [_bar(new) for _first, _old, new in found.tenths]},
            ],
        },
        "stretches": list(zip(_stretches(), found.stretches, strict=True)),
        "stretches_chart": {
            "labels": _stretches(),
            "series": [{"name": _("Collisions"), "values": [_bar(one) for one in found.stretches]}],
        },
        "classes": list(zip(_classes(), found.classes, strict=True)),
        "class_names": _classes(),
        "kinds": [(in_readers_language(zh=line.name.name_zh, en=line.name.name_en), line) for line in found.kinds],
        "sizes": list(_sizes(found.sizes)),
    }


def points(hundredths: int | None) -> str:
    """A change in points with its sign; a dash for one that is not shown."""
    return "–" if hundredths is None else f"{hundredths / HUNDREDTHS:+.2f}"


def _bar(shown: Shown) -> int:
    """A bar's height: none for a count that is not shown, as the page says."""
    return shown.number or 0


def _stretches() -> list[str]:
    return ["< -20", "-20 … -10", "-10 … -5", "-5 … 0", "0", "0 … 5", "5 … 10", "10 … 20", "> 20"]


def _classes() -> list[str]:
    return [_("70 points or more"), _("40 to 70 points"), _("Below 40 points")]


def _sizes(lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    for line in lines:
        yield _("%(number)d ownership groups") % {"number": line.name}, line
