"""Declared budgets at a custodian: two signatures, counted down, never more."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from custody.daemon import ledger
from custody.daemon.refused import Refused
from tests.custody.world import World, some_elements

ONE = some_elements(1)


def test_a_budget_with_both_signatures_goes_beyond_the_daily_cap(world: World) -> None:
    member = world.member(daily=0)
    grant = member.grant(world.alliance_seed, values=3)
    assert world.ask(1, world.request(member, some_elements(2), budget=grant)).status == 200
    reply = world.ask(1, world.request(member, some_elements(2), budget=grant))
    assert (reply.status, reply.body["code"], reply.body["remaining"]) == (422, "budget_exhausted", 1)
    assert world.ask(1, world.request(member, ONE, budget=grant)).status == 200


@pytest.mark.parametrize("missing", ["institution_signature", "alliance_signature"])
def test_a_budget_with_one_signature_is_refused(world: World, missing: str) -> None:
    member = world.member(daily=0)
    grant = replace(member.grant(world.alliance_seed), **{missing: b""})
    reply = world.ask(1, world.request(member, ONE, budget=grant))
    assert (reply.status, reply.body["code"]) == (403, "budget_signature")


def test_neither_side_can_sign_for_the_other(world: World) -> None:
    member = world.member(daily=0)
    alone = member.grant(member.approval_seed)
    platform = replace(member.grant(world.alliance_seed))
    platform = platform.signed("institution", world.alliance_seed)
    for grant in (alone, platform, replace(alone, alliance_signature=alone.institution_signature)):
        reply = world.ask(1, world.request(member, ONE, budget=grant))
        assert (reply.status, reply.body["code"]) == (403, "budget_signature")


@pytest.mark.parametrize("change", [{"values": 1_000_000}, {"budget": uuid4()}, {"until": datetime(2999, 1, 1).date()}])  # noqa: DTZ001
def test_a_signed_budget_cannot_be_changed(world: World, change: dict[str, object]) -> None:
    member = world.member(daily=0)
    grant = replace(member.grant(world.alliance_seed), **change)
    reply = world.ask(1, world.request(member, ONE, budget=grant))
    assert (reply.status, reply.body["code"]) == (403, "budget_signature")


def test_another_members_budget_is_refused(world: World) -> None:
    owner, thief = world.member(daily=0), world.member(daily=0)
    reply = world.ask(1, world.request(thief, ONE, budget=owner.grant(world.alliance_seed)))
    assert (reply.status, reply.body["code"]) == (403, "budget_mismatch")


def test_a_budget_ends_with_its_last_day(world: World) -> None:
    member, today = world.member(daily=0), datetime.now(UTC).date()
    yesterday = member.grant(world.alliance_seed, until=today - timedelta(days=1))
    reply = world.ask(1, world.request(member, ONE, budget=yesterday))
    assert (reply.status, reply.body["code"]) == (403, "budget_expired")
    assert world.ask(1, world.request(member, ONE, budget=member.grant(world.alliance_seed, until=today))).status == 200


def test_a_budget_is_counted_down_atomically_and_a_retry_is_free(world: World) -> None:
    member = world.member(daily=0)
    grant = member.grant(world.alliance_seed, values=20)
    requests = [world.request(member, ONE, budget=grant) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda request: world.ask(1, request).status, requests))
    assert statuses.count(200) == 20
    passed = requests[statuses.index(200)]
    assert world.ask(1, passed).status == 200


def test_a_members_budgets_together_have_a_limit_a_day(tmp_path: Path) -> None:
    books = ledger.Ledger(tmp_path / "books.sqlite")
    member = ledger.Signer(str(uuid4()), bytes(32), bytes(32), daily=0, burst=0)
    noon = 1_780_000_000

    def charge(count: int, budget: str, at: int = noon) -> bool:
        claim = ledger.Claim(member, str(uuid4()), bytes(32), count, at, budget, budget_values=2**40)
        return books.charge(claim)

    assert charge(ledger.MAX_BUDGET_DAY - 1, "first")
    with pytest.raises(Refused) as refused:
        charge(2, "second")
    assert (refused.value.status, refused.value.code) == (429, "quota")
    assert charge(1, "second")
    assert charge(2, "second", at=noon + 86_400)
    books.close()
