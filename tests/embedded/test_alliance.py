"""The whole alliance on one machine."""

import http.client
import json
import signal
import subprocess
import sys
import time

import psutil
import psycopg
import pytest

from alliance.embedded import alliance, control, keys
from alliance.embedded.state import ROOT
from alliance.embedded.testing import run_directory

pytestmark = pytest.mark.live
CHILDREN = {"postgres", "broker", "custodian-1", "custodian-2", "custodian-3", "web", "worker", "beat"}


def _get(live, path: str) -> int:
    connection = http.client.HTTPConnection("localhost", live.ports.web, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().status


def _await(true, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_everything_is_up(live):
    children = control.ask(live.state, "status")["children"]
    assert set(children) == CHILDREN
    assert all(child["ready"] for child in children.values())
    assert _get(live, "/accounts/login/") == 200


def test_nothing_listens_beyond_loopback(live):
    family = psutil.Process(live.supervisor).children(recursive=True)
    listening = [c for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.port for c in listening} == set(live.ports.all)
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_the_application_role_can_write_rows_and_change_no_table(live):
    with psycopg.connect(live.environment["DATABASE_URL"], autocommit=True) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("alliance_app",)
        connection.execute("DELETE FROM django_session")
        connection.execute("CREATE TEMPORARY TABLE batch (digest bytea)")
        for statement in ("CREATE TABLE stray (a int)", "DROP TABLE django_session", "TRUNCATE django_session"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_custodians_get_no_secret_of_the_platform(live):
    for number in (1, 2, 3):
        given = psutil.Process(live.pid(f"custodian-{number}")).environ()
        assert not [name for name in given if name.startswith(("DATABASE", "ALLIANCE", "BROKER"))]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_serves_does_not_hold_the_password_of_the_tables_owner(live, name):
    family = [psutil.Process(live.pid(name)), *psutil.Process(live.pid(name)).children(recursive=True)]
    assert not [process.pid for process in family if "DATABASE_OWNER_URL" in process.environ()]


def test_keys_are_in_no_data_directory_log_or_database(live):
    document = json.loads(live.state.key_file.read_text())
    secrets = [value for entry in document["keys"].values() for value in entry["k"].values()]
    secrets += [getattr(keys.passwords(live.state), role) for role in ("postgres", "owner", "app")]
    command = [live.binaries / "pg_dump", live.superuser_url]
    texts = [subprocess.run(command, check=True, capture_output=True).stdout]
    texts += [path.read_bytes() for path in (*live.log.iterdir(), *live.state.broker.rglob("*")) if path.is_file()]
    assert not [secret for secret in secrets if any(secret.encode() in text for text in texts)]


@pytest.mark.parametrize("name", ["worker", "web", "custodian-2"])
def test_a_killed_child_comes_back(live, name):
    before = live.kill(name)
    _await(lambda: live.pid(name) not in {0, before})
    live.await_ready(name)
    assert _get(live, "/accounts/login/") == 200


def test_a_killed_database_comes_back(live):
    before = live.kill("postgres")
    _await(lambda: live.pid("postgres") not in {0, before})
    live.await_ready("postgres")
    _await(lambda: _get(live, "/accounts/login/") == 200)


def test_a_wiped_broker_comes_back(live):
    live.wipe_broker()
    live.await_ready("worker")


def test_a_busy_port_stops_the_start_before_anything_runs(live, tmp_path):
    command = [sys.executable, "-m", "alliance.embedded", "--state", str(tmp_path), "up"]
    done = subprocess.run(
        [*command, "--port", str(live.ports.web)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"Port {live.ports.web} (for the web) is in use" in done.stderr
    assert "--port" in done.stderr


def test_it_ends_without_orphans_comes_back_and_begins_anew():
    directory = run_directory("private")
    with alliance(directory) as it:
        first = it.state.key_file.read_text()
        _end(it, signal.SIGKILL)
    with alliance(directory) as it:
        assert _get(it, "/accounts/login/") == 200
        assert it.state.key_file.read_text() == first
        _end(it, signal.SIGTERM)
    with alliance(directory, fresh=True) as it:
        assert it.state.key_file.read_text() != first
        _end(it, signal.SIGINT)


def _end(it, number: int) -> None:
    """End the supervisor and see that nothing outlives it."""
    supervisor = psutil.Process(it.supervisor)
    family = supervisor.children(recursive=True)
    assert len(family) > len(CHILDREN)
    supervisor.send_signal(number)
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive
