"""What a custodian refuses before it counts or evaluates anything."""

import json
import secrets
import socket
import time
from dataclasses import replace
from uuid import uuid4

import pytest

from custody.daemon.__main__ import main as custodian
from tests.custody.world import Member, World, some_elements

ONE = some_elements(1)


def test_it_answers_a_signed_request(world: World) -> None:
    reply = world.ask(1, world.request(world.member(), ONE))
    assert reply.status == 200
    assert (reply.body["epoch"], reply.body["generation"], reply.body["quorum"]) == (1, 0, [1, 2])
    assert reply.body["part"]["custodian"] == 1


def test_it_refuses_a_signer_it_never_enrolled(world: World) -> None:
    reply = world.ask(1, world.request(Member(), ONE))
    assert (reply.status, reply.body["code"]) == (401, "signature")


@pytest.mark.parametrize(
    "change",
    [
        {"elements": some_elements(1)},
        {"issued_at": int(time.time()) + 1},
        {"quorum": (1, 3)},
        {"request": uuid4()},
        {"signature": b""},
        {"signature": secrets.token_bytes(64)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_refuses_a_request_changed_after_signing(world: World, change: dict[str, object]) -> None:
    reply = world.ask(1, replace(world.request(world.member(), ONE), **change))
    assert (reply.status, reply.body["code"]) == (401, "signature")


def test_it_refuses_one_members_request_in_anothers_name(world: World) -> None:
    one, other = world.member(), world.member()
    reply = world.ask(1, world.request(one, ONE, signer=str(other.ref)))
    assert (reply.status, reply.body["code"]) == (401, "signature")


def test_it_refuses_a_revoked_signer_at_once(world: World) -> None:
    member = world.member()
    assert world.ask(1, world.request(member, ONE)).status == 200
    assert custodian(["revoke", "--state", str(world.states[1]), "--signer", str(member.ref)]) == 0
    reply = world.ask(1, world.request(member, ONE))
    assert (reply.status, reply.body["code"]) == (403, "revoked")
    # Each custodian keeps its own registry.
    assert world.ask(2, world.request(member, ONE)).status == 200


@pytest.mark.parametrize("skew", [-301, 301, -86_400])
def test_it_refuses_a_stale_request(world: World, skew: int) -> None:
    reply = world.ask(1, world.request(world.member(), ONE, issued_at=int(time.time()) + skew + (1 if skew > 0 else 0)))
    assert (reply.status, reply.body["code"]) == (401, "stale")
    assert abs(reply.body["clock"] - time.time()) < 5


@pytest.mark.parametrize("skew", [-290, 290])
def test_it_tolerates_five_minutes_of_skew(world: World, skew: int) -> None:
    assert world.ask(1, world.request(world.member(), ONE, issued_at=int(time.time()) + skew)).status == 200


@pytest.mark.parametrize("change", [{"epoch": 2}, {"generation": 1}, {"key": "band"}])
def test_it_refuses_another_key_and_says_which_it_holds(world: World, change: dict[str, object]) -> None:
    reply = world.ask(1, world.request(world.member(), ONE, **change))
    assert (reply.status, reply.body["code"]) == (409, "epoch")
    assert (reply.body["epoch"], reply.body["generation"], reply.body["key"]) == (1, 0, "id")


@pytest.mark.parametrize("quorum", [(1,), (1, 2, 3), (2, 3), (1, 4)])
def test_it_refuses_a_quorum_that_is_not_exactly_the_threshold_with_itself(
    world: World, quorum: tuple[int, ...]
) -> None:
    reply = world.ask(1, world.request(world.member(), ONE, quorum))
    assert (reply.status, reply.body["code"]) == (422, "quorum")


def test_it_refuses_an_element_that_is_no_point_and_names_its_place(world: World) -> None:
    member = world.member(daily=5)
    for bad in (b"\xff" * 32, bytes(32)):
        reply = world.ask(1, world.request(member, ONE + bad + ONE))
        assert (reply.status, reply.body["code"], reply.body["element"]) == (422, "invalid_point", 2)
    # Nothing of that was charged.
    assert world.ask(1, world.request(member, some_elements(5))).status == 200


def test_it_refuses_more_than_2000_values(world: World) -> None:
    body = world.request(world.member(), ONE * 2001).to_json()
    reply = world.call(1, "POST", "/v1/evaluate", json.dumps(body).encode())
    assert (reply.status, reply.body["code"]) == (422, "malformed")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"\xff\x00", b"[" * 50_000])
def test_it_refuses_what_is_not_a_request(world: World, body: bytes) -> None:
    reply = world.call(1, "POST", "/v1/evaluate", body)
    assert (reply.status, reply.body["code"]) == (422, "malformed")


def test_it_refuses_a_large_body(world: World) -> None:
    reply = world.call(1, "POST", "/v1/evaluate", b"x" * (200 * 1024))
    assert (reply.status, reply.body["code"]) == (413, "too_large")


def test_it_has_three_addresses(world: World) -> None:
    assert world.call(1, "GET", "/v1/evaluate").status == 405
    assert world.call(1, "GET", "/admin").status == 404
    assert world.call(1, "GET", "/v1/transcript").body == world.transcript.to_json()
    health = world.call(1, "GET", "/v1/health").body
    assert (health["custodian"], health["fingerprint"]) == (1, world.transcript.fingerprint())


def test_a_slow_sender_holds_no_thread(world: World) -> None:
    slow = [socket.create_connection(("127.0.0.1", world.ports[1])) for _ in range(12)]
    for each in slow:
        each.sendall(b"POST /v1/evaluate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert world.ask(1, world.request(world.member(), ONE)).status == 200
    for each in slow:
        each.close()
