"""Declared budgets: two persons of the institution, one of the alliance, two signatures, counted down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from audit.models import Entry
from custody.models import Budget
from custody.services import budgets, evaluations
from custody.services.signing_keys import register_key, revoke_key
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from privacy import signing
from tests import cast
from tests.custody.world import Member, World, some_elements

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()


def requested(people: cast.Cast, **changes: Any) -> Budget:
    fields = {"key": "id", "values": 100, "until": TODAY + timedelta(days=7), "reason": "Clues of the last year"}
    return budgets.request_budget(cast.actor(people.north_lead), **{**fields, **changes})


def approved(people: cast.Cast, north: Member, **changes: Any) -> Budget:
    budget = requested(people, **changes)
    return budgets.approve_budget(cast.actor(people.north_admin), ref=budget.ref, signature=signed(budget, north))


def signed(budget: Budget, north: Member) -> bytes:
    return budgets.grant_of(budget).signed("institution", north.approval_seed).institution_signature


def granted(people: cast.Cast, north: Member, **changes: Any) -> Budget:
    budget = approved(people, north, **changes)
    return budgets.grant_budget(cast.actor(people.operator_security), ref=budget.ref)


def test_a_granted_budget_pays_at_platform_and_custodians(people: cast.Cast, north: Member, custodians: World) -> None:
    budget = granted(people, north, values=10)
    custodians.enrol(str(north.ref), north.seed, north.approval_seed, daily=0)
    custodians.enrol("alliance", _alliance_seed())
    try:
        system, grant = cast.system_of(people.north), budgets.grant_of(budget)
        first = custodians.request(north, some_elements(7), budget=grant)
        assert evaluations.evaluate(system, request=first).remaining == 3
        again = custodians.request(north, first.elements, (1, 3), budget=grant, request=first.request)
        assert evaluations.evaluate(system, request=again).remaining == 3
        over = custodians.request(north, some_elements(4), budget=grant)
        with pytest.raises(Unprocessable) as refused:
            evaluations.evaluate(system, request=over)
        assert (refused.value.code, refused.value.extras["remaining"]) == ("budget_exhausted", 3)
        last = custodians.request(north, some_elements(3), budget=grant)
        assert evaluations.evaluate(system, request=last).remaining == 0
        budget.refresh_from_db()
        assert (budget.status, budget.used) == (Budget.Status.EXHAUSTED, 10)
        assert evaluations.evaluate(system, request=last).remaining == 0
    finally:
        custodians.enrol("alliance", custodians.alliance_seed)
    kinds = Entry.objects.filter(subject=str(budget.ref)).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["budget.requested", "budget.approved", "budget.granted"]


def _alliance_seed() -> bytes:
    seed: bytes = settings.KEYRING.current("alliance")[1]
    return seed


def test_who_asked_cannot_approve_whatever_door_they_use(people: cast.Cast, north: Member) -> None:
    budget = requested(people)
    with pytest.raises(Forbidden) as refused:
        budgets.approve_budget(cast.actor(people.north_lead), ref=budget.ref, signature=signed(budget, north))
    assert refused.value.code == "same_person"
    # A credential acts for the person who made it: two credentials of one admin are one person.
    system = cast.system_of(people.north, ["budgets"])
    other = cast.system_of(people.north, ["budgets"])
    fields = {"key": "id", "values": 5, "until": TODAY, "reason": "Bulk day"}
    theirs = budgets.request_budget(system, **fields)
    with pytest.raises(Forbidden):
        budgets.approve_budget(other, ref=theirs.ref, signature=signed(theirs, north))


def test_only_the_institutions_approval_key_approves(people: cast.Cast, north: Member) -> None:
    budget = requested(people)
    admin = cast.actor(people.north_admin)
    signing_key = budgets.grant_of(budget).signed("institution", north.seed).institution_signature
    for signature in (signing_key, b"\0" * 64, signed(requested(people), north)):
        with pytest.raises(Invalid) as refused:
            budgets.approve_budget(admin, ref=budget.ref, signature=signature)
        assert refused.value.code == "institution_signature"


def test_an_approval_key_revoked_meanwhile_stops_the_grant(people: cast.Cast, north: Member) -> None:
    budget = approved(people, north)
    admin = cast.actor(people.north_admin)
    key = register_key(admin, purpose="approval", public_key=signing.public_key(b"n" * 32))
    for _ in range(2):
        with pytest.raises(Invalid):
            budgets.grant_budget(cast.actor(people.operator_security), ref=budget.ref)
        if key.revoked_at is None:
            key = revoke_key(admin, ref=key.ref)


def test_each_step_happens_once_and_in_order(people: cast.Cast, north: Member) -> None:
    security = cast.actor(people.operator_security)
    budget = requested(people)
    with pytest.raises(Conflict):
        budgets.grant_budget(security, ref=budget.ref)
    budget = granted(people, north)
    for again in (
        lambda: budgets.grant_budget(security, ref=budget.ref),
        lambda: budgets.refuse_budget(security, ref=budget.ref),
        lambda: budgets.approve_budget(cast.actor(people.north_admin), ref=budget.ref, signature=signed(budget, north)),
    ):
        with pytest.raises(Conflict):
            again()


@pytest.mark.django_db(transaction=True)
def test_of_many_parallel_grants_exactly_one_happens(people: cast.Cast, north: Member) -> None:
    budget = approved(people, north)
    security = cast.actor(people.operator_security)

    def grant(_: int) -> bool:
        try:
            budgets.grant_budget(security, ref=budget.ref)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(grant, range(50)))
    assert outcomes.count(True) == 1
    assert Entry.objects.filter(kind="budget.granted").count() == 1


def test_capabilities_decide_who_does_what(people: cast.Cast, north: Member) -> None:
    budget = requested(people)
    analyst = cast.actor(people.north_analyst)
    with pytest.raises(Forbidden):
        budgets.request_budget(analyst, key="id", values=1, until=TODAY, reason="x")
    with pytest.raises(Forbidden):
        budgets.approve_budget(analyst, ref=budget.ref, signature=b"\0" * 64)
    for nobody in (people.north_admin, people.operator_system, people.operator_audit, people.regulator_reader):
        with pytest.raises(Forbidden):
            budgets.grant_budget(cast.actor(nobody), ref=budget.ref)


def test_an_outsider_finds_nothing(people: cast.Cast, north: Member) -> None:
    budget = requested(people)
    for act in (
        lambda: budgets.approve_budget(cast.actor(people.outsider_admin), ref=budget.ref, signature=b"\0" * 64),
        lambda: budgets.refuse_budget(cast.actor(people.south_lead), ref=budget.ref),
    ):
        with pytest.raises(NotFound):
            act()


def test_another_institution_cannot_spend_it(people: cast.Cast, north: Member, custodians: World) -> None:
    grant = budgets.grant_of(granted(people, north))
    south = Member(ref=people.south.ref)
    register_key(cast.actor(people.south_admin), purpose="signing", public_key=signing.public_key(south.seed))
    request = custodians.request(south, some_elements(1), budget=grant)
    with pytest.raises(Forbidden) as refused:
        evaluations.evaluate(cast.system_of(people.south), request=request)
    assert refused.value.code == "budget_unknown"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "band"),
        ("values", 0),
        ("values", 1_000_001),
        ("until", date(2020, 1, 1)),
        ("until", TODAY + timedelta(days=93)),
        ("reason", "  "),
        ("reason", "13800138000 again"),
    ],
)
def test_a_request_names_what_is_wrong(people: cast.Cast, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        requested(people, **{field: value})
    assert list(refused.value.extras["errors"]) == [field]


def test_either_side_refuses(people: cast.Cast, north: Member) -> None:
    own = budgets.refuse_budget(cast.actor(people.north_lead), ref=requested(people).ref)
    theirs = budgets.refuse_budget(cast.actor(people.operator_security), ref=approved(people, north).ref)
    assert {own.status, theirs.status} == {Budget.Status.REFUSED}
