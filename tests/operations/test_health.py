"""What load balancers ask without an account, and what operators see of the machinery."""

import time

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from alliance import health
from alliance.tasks import sweep
from custody.services.custodians import Health
from kit.errors import Forbidden
from tests.cast import Cast, actor

PARTS = ["database", "broker", "worker", "custodians"]


@pytest.fixture
def operator(cast: Cast):
    return actor(cast.operator_system)


def state(operator, part: str) -> str:
    return health.parts(operator)[PARTS.index(part)].state


def test_a_load_balancer_needs_no_account_and_gets_one_word(db):
    for address, word in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = Client().get(address)
        assert (answer.status_code, answer.json()) == (200, {"status": word})
        assert "Set-Cookie" not in answer.headers


def test_a_process_without_its_database_is_alive_but_not_ready(db, monkeypatch):
    def refuse(*_arguments, **_named):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", refuse)
        alive, ready = Client().get("/health/live"), Client().get("/health/ready")
    assert alive.status_code == 200
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable"})


def test_a_broker_that_is_gone_is_shown_and_does_not_make_the_web_unready(operator, monkeypatch):
    assert state(operator, "broker") == "well"

    def refuse(*_arguments, **_named):
        raise BrokerDown("no broker")

    monkeypatch.setattr("kombu.connection.Connection.ensure_connection", refuse)
    assert state(operator, "broker") == "down"
    assert Client().get("/health/ready").status_code == 200


def test_the_sweep_that_ran_last_shows_that_beat_and_worker_live(operator):
    assert state(operator, "worker") == "down"
    sweep()
    assert state(operator, "worker") == "well"
    with time_machine.travel(time.time() + health.SWEEP_LATE_SECONDS + 5):
        assert state(operator, "worker") == "down"


def test_the_last_sweep_is_not_forgotten_with_the_sign_in_walls_old_marks(operator):
    sweep()
    with time_machine.travel(time.time() + 30 * 86_400):
        cache.forget_expired()
        assert health.parts(operator)[2].at is not None


@pytest.mark.parametrize(("silent", "expected"), [((), "well"), ((3,), "watch"), ((1, 3), "down")])
def test_custodians_are_counted_against_the_threshold(operator, ceremony, monkeypatch, silent, expected):
    facts = {"fingerprint": ceremony.fingerprint(), "clock": int(timezone.now().timestamp())}
    answers = [Health(n, f"http://{n}", n not in silent, 1.0, {} if n in silent else facts) for n in (1, 2, 3)]
    monkeypatch.setattr("custody.services.custodians.health", lambda: answers)
    assert state(operator, "custodians") == expected


def test_without_a_ceremony_the_custodians_part_says_so(operator, settings):
    settings.TRANSCRIPT_FILE = ""
    assert state(operator, "custodians") == "down"


def test_nobody_else_asks_for_the_parts(cast: Cast):
    with pytest.raises(Forbidden):
        health.parts(actor(cast.north_admin))
