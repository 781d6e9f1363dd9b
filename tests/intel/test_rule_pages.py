"""The operators' pages of scoring rules: a change from form to force, and nothing on them that says who or what."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intel.models import Collision, Run, ScoringRule
from intel.queries.runs import difference_for
from intel.rule_forms import NUMBERS, WORTHS, RuleForm
from intel.scoring import RULE_1, Curve, Parameters
from intel.services import rules, runs
from tests import cast as people
from tests.cast import Cast
from tests.intel import clues


@pytest.fixture
def collided(cast: Cast) -> Cast:
    for user in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst):
        clues.file(people.actor(user), clues.row(*"abcdefg"), clues.row("a"), match=True)
    return cast


@pytest.fixture
def security(cast: Cast) -> Client:
    return people.client_of(cast.operator_security)


@pytest.fixture
def system(cast: Cast) -> Client:
    return people.client_of(cast.operator_system)


def filled(client: Client, **changed: str) -> dict[str, str]:
    """What the form of a new rule sends if only this is changed."""
    form = RuleForm(None, current=RULE_1)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {
        name: "on" if value is True else str(value)
        for name, value in values.items()
        if value is not None and value is not False
    }
    return {**sent, "reason": "Size says too much.", **changed}


def shown(client: Client, name: str, **where: Any) -> str:
    response = client.get(reverse(f"intel:{name}", kwargs=where or None))
    assert response.status_code == 200
    return response.content.decode()


def test_a_rule_goes_from_the_form_into_force(collided: Cast, security: Client, system: Client) -> None:
    sent = filled(security, groups="9.50", seen_full="20", counts_4="0", weak_7="on", days_1="90")
    response = security.post(reverse("intel:rule-propose"), sent)
    assert response.status_code == 302, response.content.decode()
    rule = ScoringRule.objects.get(number=2)
    expected = replace(
        RULE_1,
        groups=950,
        seen_full=20,
        kinds=tuple((kind, 0 if kind == 4 else share) for kind, share in RULE_1.kinds),
        weak=tuple(sorted({*RULE_1.weak, 7})),
        curves=tuple(Curve(c.kind, 90 if c.kind == 1 else c.days, c.bend) for c in RULE_1.curves),
    )
    assert Parameters.from_json(rule.parameters) == expected
    security.post(reverse("intel:rule-shadow", kwargs={"number": 2}))
    run = Run.objects.get()
    assert "data-live" in shown(security, "run-detail", ref=run.ref)
    runs.carry_out_run(run.pk)
    page = shown(system, "run-detail", ref=run.ref)
    assert "data-live" not in page
    assert "chart-tenths" in page
    assert "reject" not in page
    assert security.post(reverse("intel:rule-switch", kwargs={"number": 2})).status_code == 403
    assert system.post(reverse("intel:rule-switch", kwargs={"number": 2})).status_code == 302
    runs.carry_out_run(Run.objects.get(purpose="switch").pk)
    assert set(Collision.objects.values_list("rule", flat=True)) == {2}
    assert "9.50" in shown(system, "rule-detail", number=2)


def test_the_form_unchanged_is_the_rule_in_force(cast: Cast, security: Client) -> None:
    form = RuleForm(filled(security), current=RULE_1)
    assert form.is_valid(), form.errors
    assert Parameters.from_json(form.parameters()) == RULE_1
    response = security.post(reverse("intel:rule-propose"), filled(security))
    assert response.status_code == 400


def test_every_parameter_stands_in_the_form() -> None:
    assert {*WORTHS, *NUMBERS, "person", "kinds", "weak", "curves"} == {one.name for one in fields(Parameters)}


@pytest.mark.parametrize(
    ("name", "value"), [("groups", "101"), ("groups", "-1"), ("seen_full", "3"), ("days_1", "0"), ("reason", "")]
)
def test_a_value_out_of_range_is_shown_beside_its_field(cast: Cast, security: Client, name: str, value: str) -> None:
    response = security.post(reverse("intel:rule-propose"), filled(security, **{name: value}))
    assert response.status_code == 400
    assert "invalid-feedback" in response.content.decode()
    assert not ScoringRule.objects.filter(number=2).exists()


def test_no_page_says_who_or_what(collided: Cast, security: Client, system: Client) -> None:
    rule = rules.propose_rule(
        people.actor(collided.operator_security), parameters=replace(RULE_1, rarity=0).to_json(), reason="Less."
    )
    run = rules.start_shadow(people.actor(collided.operator_security), number=rule.number)
    runs.carry_out_run(run.pk)
    pages = [
        shown(client, name, **where)
        for client in (security, system)
        for name, where in (("rules", {}), ("rule-detail", {"number": 2}), ("run-detail", {"ref": run.ref}))
    ]
    hidden = [str(ref) for ref in Collision.objects.values_list("ref", flat=True)]
    for one in (collided.north, collided.south, collided.harbour_bank):
        hidden += [one.name_en, one.name_zh, str(one.ref)]
    hidden += [collided.cards.name_en, collided.cards.name_zh, str(collided.cards.ref)]
    for page in pages:
        assert [text for text in hidden if text in page] == []


def test_the_difference_on_the_page_is_that_of_the_run(collided: Cast, security: Client) -> None:
    actor = people.actor(collided.operator_security)
    rule = rules.propose_rule(actor, parameters=replace(RULE_1, groups=0).to_json(), reason="Less.")
    run = rules.start_shadow(actor, number=rule.number)
    runs.carry_out_run(run.pk)
    run.refresh_from_db()
    page = shown(security, "run-detail", ref=run.ref)
    numbers = re.findall(r'<span class="stat-number">([^<]*)</span>', page)
    found = difference_for(actor, run)
    assert found
    assert (run.difference["whole"]["fell"], found.whole.collisions.number) == (7, 7)
    # That all seven fall would say that none rises: neither is shown.
    assert numbers[:4] == ["7", "&lt;3", "*", f"{run.difference['whole']['change'] / 700:+.2f}"]
    for _first, old, new in found.tenths:
        assert f'<td class="num">{old.text}</td>'.replace("<3", "&lt;3") in page
        assert f'<td class="num">{new.text}</td>'.replace("<3", "&lt;3") in page


def test_pages_cost_few_queries(collided: Cast, security: Client, django_assert_max_num_queries: Any) -> None:
    actor = people.actor(collided.operator_security)
    for number in range(4):
        rule = rules.propose_rule(actor, parameters=replace(RULE_1, rarity=number).to_json(), reason="Less.")
        run = rules.start_shadow(actor, number=rule.number)
        runs.carry_out_run(run.pk)
    for name, where in (("rules", {}), ("rule-detail", {"number": 3}), ("run-detail", {"ref": run.ref})):
        with django_assert_max_num_queries(15):
            shown(security, name, **where)
