"""A custodian's own caps: counted once, never exceeded, whatever arrives at the same time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from custody.daemon.ledger import KEEP_CHARGES_SECONDS, MAX_SERVED, Claim, Ledger, Signer
from custody.daemon.refused import Refused
from tests.custody.world import World, some_elements

ONE = some_elements(1)
# 2026-03-01 12:00:00 in Beijing.
NOON = 1_772_337_600


def test_of_200_parallel_requests_with_100_left_exactly_100_pass(world: World) -> None:
    member = world.member(daily=100)
    requests = [world.request(member, ONE) for _ in range(200)]
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda request: world.ask(1, request), requests))
    refused = [reply for reply in replies if reply.status != 200]
    assert len(replies) - len(refused) == 100
    assert {(reply.status, reply.body["code"]) for reply in refused} == {(429, "quota")}
    assert all(0 < int(reply.headers["Retry-After"]) <= 86_400 for reply in refused)


def test_a_retry_with_another_quorum_is_not_charged_again(world: World) -> None:
    member = world.member(daily=10)
    first = world.request(member, some_elements(10))
    assert world.ask(1, first).status == 200
    again = world.request(member, first.elements, (1, 3), request=first.request)
    assert world.ask(1, again).status == 200
    assert world.ask(3, again).status == 200
    reply = world.ask(1, world.request(member, ONE))
    assert (reply.status, reply.body["code"], reply.body["remaining"]) == (429, "quota", 0)


def test_a_request_id_stands_for_one_body(world: World) -> None:
    member = world.member()
    first = world.request(member, ONE)
    assert world.ask(1, first).status == 200
    reply = world.ask(1, world.request(member, some_elements(1), request=first.request))
    assert (reply.status, reply.body["code"]) == (409, "request_reused")


def test_one_request_is_not_answered_for_ever(world: World) -> None:
    request = world.request(world.member(), ONE)
    statuses = [world.ask(1, request).status for _ in range(MAX_SERVED + 1)]
    assert statuses == [200] * MAX_SERVED + [429]


def test_two_members_do_not_share_request_ids(world: World) -> None:
    first = world.request(world.member(), ONE)
    assert world.ask(1, first).status == 200
    assert world.ask(1, world.request(world.member(), some_elements(1), request=first.request)).status == 200


def test_the_burst_limits_a_minute(world: World) -> None:
    member = world.member(daily=100, burst=5)
    reply = world.ask(1, world.request(member, some_elements(6)))
    assert (reply.status, reply.body["code"]) == (429, "burst")
    assert 0 < int(reply.headers["Retry-After"]) <= 60


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite3")


SIGNER = Signer("portal", b"k" * 32, None, daily=10, burst=10)


def claim(count: int, at: int, **changes: object) -> Claim:
    return Claim(**{"signer": SIGNER, "request": str(uuid4()), "body": b"b" * 32, "count": count, "at": at, **changes})


def test_a_day_is_a_day_of_china_standard_time(ledger: Ledger) -> None:
    assert ledger.charge(claim(10, NOON))
    with pytest.raises(Refused) as refused:
        ledger.charge(claim(1, NOON + 11 * 3600))
    assert refused.value.retry_after == 3600
    assert ledger.charge(claim(1, NOON + 12 * 3600))


def test_a_refused_claim_leaves_nothing_behind(ledger: Ledger) -> None:
    over = claim(11, NOON)
    for _ in range(2):
        with pytest.raises(Refused):
            ledger.charge(over)
    assert ledger.used_today(NOON) == {}


def test_charges_are_forgotten_when_no_retry_can_name_them(ledger: Ledger) -> None:
    ledger.charge(claim(1, NOON))
    ledger.charge(claim(1, NOON + KEEP_CHARGES_SECONDS + 86_400))
    rows = ledger._connection.execute("SELECT count(*) FROM charge").fetchone()
    assert rows == (1,)


def test_it_fails_closed_when_its_books_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    ledger = Ledger(path)
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    ledger._connection.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(sqlite3.OperationalError):
        ledger.charge(claim(1, NOON))
    other.rollback()
    assert ledger.charge(claim(1, NOON))


def test_an_enrolled_key_is_never_swapped_unseen(ledger: Ledger) -> None:
    assert ledger.enrol(SIGNER, at=NOON)
    assert not ledger.enrol(SIGNER, at=NOON)
    other = Signer("portal", b"x" * 32, None, daily=10, burst=10)
    with pytest.raises(ValueError, match="--replace"):
        ledger.enrol(other, at=NOON)
    assert ledger.enrol(other, at=NOON, replace=True)
    assert ledger.signers() == [other]
