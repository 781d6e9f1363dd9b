"""The platform's relay: counted once, parts handed through, failures named, nothing stored."""

import json
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from audit.models import Entry
from custody import quotas
from custody.models import Charge, QuotaDay
from custody.services import custodians as fanning
from custody.services import evaluations
from custody.services.signing_keys import register_key
from kit.errors import Conflict, Forbidden, Invalid, Refusal, TooMany, Unavailable
from privacy import oprf, signing
from privacy.requests import EvaluationRequest, verified_parts
from tests import cast
from tests.custody.world import Member, World, some_elements

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A standing budget of 100 values a day."""
    monkeypatch.setattr(quotas, "STANDING_DAILY", 100)


def refused(call: Callable[[], object], kind: type[Refusal]) -> Refusal:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_the_member_gets_the_digest_that_the_custodians_made(
    people: cast.Cast, north: Member, custodians: World
) -> None:
    system = cast.system_of(people.north)
    message = [b"phone/1\x1f+8613800138000"]
    blinded = oprf.blind(message)
    request = custodians.request(north, blinded.elements, (2, 3))
    answer = evaluations.evaluate(system, request=request)
    parts = verified_parts(custodians.transcript, (2, 3), blinded.elements, answer)
    assert oprf.finalise(blinded.blinds, parts) == custodians.evaluate(north, message, (1, 2))
    assert answer.remaining == quotas.STANDING_DAILY - 1


def test_it_stores_no_element(people: cast.Cast, north: Member, custodians: World) -> None:
    elements = some_elements(3)
    evaluations.evaluate(cast.system_of(people.north), request=custodians.request(north, elements))
    stored = json.dumps([list(map(str, row)) for row in Charge.objects.values_list()], default=str)
    stored += str(list(Entry.objects.values_list("facts", flat=True)))
    assert elements[:32].hex() not in stored
    assert oprf.SUITE == 1


def test_a_retry_with_another_quorum_is_counted_once(people: cast.Cast, north: Member, custodians: World) -> None:
    system = cast.system_of(people.north)
    first = custodians.request(north, some_elements(10))
    again = custodians.request(north, first.elements, (1, 3), request=first.request)
    assert evaluations.evaluate(system, request=first).remaining == quotas.STANDING_DAILY - 10
    assert evaluations.evaluate(system, request=again).remaining == quotas.STANDING_DAILY - 10
    charged = Entry.objects.filter(kind="evaluation.relayed").order_by("id").values_list("facts__charged", flat=True)
    assert list(charged) == [True, False]


def test_a_request_id_stands_for_one_body(people: cast.Cast, north: Member, custodians: World) -> None:
    system = cast.system_of(people.north)
    first = custodians.request(north, some_elements(1))
    evaluations.evaluate(system, request=first)
    other = custodians.request(north, some_elements(1), request=first.request)
    assert refused(lambda: evaluations.evaluate(system, request=other), Conflict).code == "request_reused"


@pytest.mark.usefixtures("patient")
def test_the_day_ends_with_its_quota(people: cast.Cast, north: Member, custodians: World) -> None:
    system = cast.system_of(people.north)
    evaluations.evaluate(system, request=custodians.request(north, some_elements(99)))
    over = custodians.request(north, some_elements(2))
    refusal = refused(lambda: evaluations.evaluate(system, request=over), TooMany)
    assert (refusal.code, refusal.extras["remaining"]) == ("quota", 1)
    assert 0 < (refusal.retry_after or 0) <= 86_400
    # Nothing of the refused request was kept but the record of the refusal.
    assert not Charge.objects.filter(request=over.request).exists()
    assert Entry.objects.filter(kind="evaluation.refused", subject=str(over.request)).exists()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        tomorrow = custodians.request(north, some_elements(2))
        # The custodians' clocks did not move; the platform's count did.
        refusal = refused(lambda: evaluations.evaluate(system, request=tomorrow), Forbidden)
    assert refusal.extras["reasons"] == {"1": "stale", "2": "stale"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("patient")
def test_of_200_parallel_requests_with_100_left_exactly_100_pass(
    people: cast.Cast, north: Member, custodians: World
) -> None:
    system = cast.system_of(people.north)
    requests = [custodians.request(north, some_elements(1)) for _ in range(200)]

    def ask(request: EvaluationRequest) -> str:
        try:
            evaluations.evaluate(system, request=request)
        except TooMany as refusal:
            return refusal.code
        finally:
            connection.close()
        return "passed"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(ask, requests))
    connections.close_all()
    assert (outcomes.count("passed"), outcomes.count("quota")) == (100, 100)
    assert QuotaDay.objects.get().used == 100


@pytest.mark.parametrize(
    ("changes", "quorum", "kind", "code"),
    [
        ({"epoch": 2}, (1, 2), Conflict, "epoch"),
        ({"generation": 1}, (1, 2), Conflict, "epoch"),
        ({}, (1, 2, 3), Invalid, "quorum"),
        ({}, (1, 9), Invalid, "quorum"),
        ({"signer": str(uuid.uuid4())}, (1, 2), Forbidden, "signer"),
    ],
)
def test_it_refuses_before_it_counts(
    people: cast.Cast,
    north: Member,
    custodians: World,
    *,
    changes: dict[str, Any],
    quorum: tuple[int, ...],
    kind: type[Refusal],
    code: str,
) -> None:
    request = custodians.request(north, some_elements(1), quorum, **changes)
    assert refused(lambda: evaluations.evaluate(cast.system_of(people.north), request=request), kind).code == code
    assert not Charge.objects.exists()


def test_an_outsider_cannot_use_a_members_request(people: cast.Cast, north: Member, custodians: World) -> None:
    request = custodians.request(north, some_elements(1))
    outsider = cast.system_of(people.outsider)
    assert refused(lambda: evaluations.evaluate(outsider, request=request), Forbidden).code == "signer"
    stolen = custodians.request(Member(ref=people.outsider.ref, seed=north.seed), some_elements(1))
    assert refused(lambda: evaluations.evaluate(outsider, request=stolen), Forbidden).code == "no_signing_key"


def test_a_revoked_key_signs_nothing_more(people: cast.Cast, north: Member, custodians: World) -> None:
    request = custodians.request(north, some_elements(1))
    admin = cast.actor(people.north_admin)
    register_key(admin, purpose="signing", public_key=signing.public_key(secrets.token_bytes(32)))
    refusal = refused(lambda: evaluations.evaluate(cast.system_of(people.north), request=request), Forbidden)
    assert refusal.code == "signature"


@pytest.fixture
def one_down(custodians: World) -> Iterator[World]:
    custodians.stop(2)
    yield custodians
    custodians.start(2)


def test_with_one_custodian_down_the_platform_names_it_and_another_quorum_works(
    people: cast.Cast, north: Member, one_down: World
) -> None:
    system = cast.system_of(people.north)
    first = one_down.request(north, some_elements(5))
    refusal = refused(lambda: evaluations.evaluate(system, request=first), Unavailable)
    assert (refusal.code, refusal.extras["failed"]) == ("custodian_failed", [2])
    again = one_down.request(north, first.elements, (1, 3), request=first.request)
    assert evaluations.evaluate(system, request=again).remaining == quotas.STANDING_DAILY - 5


def test_with_two_custodians_down_it_says_so_and_counts_once(people: cast.Cast, north: Member, one_down: World) -> None:
    one_down.stop(3)
    try:
        system = cast.system_of(people.north)
        first = one_down.request(north, some_elements(5), (2, 3))
        for quorum in ((2, 3), (1, 2), (1, 3)):
            request = one_down.request(north, first.elements, quorum, request=first.request)
            refusal = refused(lambda request=request: evaluations.evaluate(system, request=request), Unavailable)
            assert refusal.extras["failed"] == [index for index in quorum if index != 1]
        assert QuotaDay.objects.get().used == 5
    finally:
        one_down.start(3)


def test_a_custodian_that_stopped_reading_holds_up_nobody_else(
    people: cast.Cast, north: Member, custodians: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanning, "ANSWER_SECONDS", 0.3)
    system = cast.system_of(people.north)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        settings.CUSTODIAN_URLS = {**custodians.urls, 2: f"http://127.0.0.1:{silent.getsockname()[1]}"}
        asked = [custodians.request(north, some_elements(1)) for _ in range(40)]
        began = time.monotonic()
        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(fanning.fan_out, asked))
        # More than its lane holds, and every one of them ended in time.
        assert time.monotonic() - began < 5
        assert {failure.code for _, failures in answers for failure in failures} == {"timeout"}
        assert {part.custodian for parts, _ in answers for part in parts} == {1}
        healthy = evaluations.evaluate(system, request=custodians.request(north, some_elements(1), (1, 3)))
        assert len(healthy.parts) == 2


@pytest.mark.parametrize("answer", [b"[]", b"{", b'{"part": 1}', b"[" * 100_000, b"x" * 300_000])
def test_a_garbled_answer_is_a_failure(
    people: cast.Cast, north: Member, custodians: World, settings: Any, answer: bytes
) -> None:
    def application(_environ: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]

    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as liar:
        threading.Thread(target=liar.serve_forever, daemon=True).start()
        settings.CUSTODIAN_URLS = {**custodians.urls, 2: f"http://127.0.0.1:{liar.server_port}"}
        request = custodians.request(north, some_elements(1))
        refusal = refused(lambda: evaluations.evaluate(cast.system_of(people.north), request=request), Unavailable)
        assert refusal.extras["failed"] == [2]
        liar.shutdown()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_custodians_own_cap_is_answered_with_429_and_its_name(
    people: cast.Cast, north: Member, custodians: World
) -> None:
    custodians.enrol(str(north.ref), north.seed, north.approval_seed, daily=1)
    request = custodians.request(north, some_elements(2))
    refusal = refused(lambda: evaluations.evaluate(cast.system_of(people.north), request=request), TooMany)
    assert (refusal.code, refusal.extras["failed"]) == ("custodian_quota", [1, 2])
    assert (refusal.retry_after or 0) > 0


def test_without_a_ceremony_it_says_so(people: cast.Cast, settings: Any, tmp_path: Path) -> None:
    analyst = cast.actor(people.north_analyst)
    for file in ("", str(tmp_path / "none.json")):
        settings.TRANSCRIPT_FILE = file
        refusal = refused(
            lambda: evaluations.evaluate_for_portal(analyst, request=portal(some_elements(1))),
            Unavailable,
        )
        assert refusal.code == "no_ceremony"


def portal(elements: bytes) -> EvaluationRequest:
    """What the page's script asks; signer and time are none of the page's business."""
    return EvaluationRequest(
        request=uuid.uuid4(),
        signer="portal",
        epoch=1,
        generation=0,
        key="id",
        suite=1,
        quorum=(1, 3),
        issued_at=0,
        elements=elements,
    )


def test_an_analyst_evaluates_under_the_portals_identity(people: cast.Cast, custodians: World) -> None:
    analyst = cast.actor(people.north_analyst)
    message = [b"qq/1\x1f10001"]
    blinded = oprf.blind(message)
    answer = evaluations.evaluate_for_portal(analyst, request=portal(blinded.elements))
    digests = oprf.finalise(blinded.blinds, verified_parts(custodians.transcript, (1, 3), blinded.elements, answer))
    assert digests == custodians.evaluate(custodians.member(), message, (1, 2))
    assert answer.remaining == quotas.ANALYST_DAY - 1


def test_each_analyst_has_twenty_a_minute_and_two_hundred_a_day(
    people: cast.Cast, custodians: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "day_of", lambda _moment: date(2026, 3, 1))
    analyst, other = cast.actor(people.north_analyst), cast.actor(people.north_lead)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minute in range(10):
            evaluations.evaluate_for_portal(analyst, request=portal(some_elements(20)))
            over = refused(lambda: evaluations.evaluate_for_portal(analyst, request=portal(some_elements(1))), TooMany)
            assert over.code == ("burst" if minute < 9 else "quota")
            # Only the platform's count is under test: the custodians' clocks do not move, so stay within their window.
            clock.shift(timedelta(seconds=60 if minute < 3 else 0))
            if minute >= 3:
                QuotaDay.objects.update(minute=None)
        assert evaluations.evaluate_for_portal(other, request=portal(some_elements(1))).remaining == 199


def test_a_portal_retry_is_free_and_a_system_is_no_analyst(people: cast.Cast, custodians: World) -> None:
    analyst = cast.actor(people.north_analyst)
    asked = portal(some_elements(20))
    for quorum in ((1, 3), (1, 2), (2, 3)):
        assert evaluations.evaluate_for_portal(analyst, request=replace(asked, quorum=quorum)).remaining == 180
    refusal = refused(
        lambda: evaluations.evaluate_for_portal(cast.system_of(people.north), request=portal(some_elements(1))),
        Forbidden,
    )
    assert refusal.code == "person_needed"


def test_charges_too_old_to_retry_are_forgotten(people: cast.Cast, north: Member, custodians: World) -> None:
    evaluations.evaluate(cast.system_of(people.north), request=custodians.request(north, some_elements(1)))
    assert evaluations.forget_charges() == 0
    with time_machine.travel(timezone.now() + timedelta(days=quotas.CHARGE_DAYS, minutes=1)):
        assert evaluations.forget_charges() == 1
