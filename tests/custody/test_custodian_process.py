"""A custodian as a process: small, quiet about what it sees, and clean when it stops."""

import base64
import json
import signal
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest

from custody.daemon import server
from custody.daemon.app import Application
from custody.daemon.evaluator import Evaluator
from custody.daemon.ledger import Ledger
from custody.daemon.state import load
from tests.custody.world import World, free_port, some_elements


def test_it_stays_under_60_megabytes_and_logs_no_element(world: World) -> None:
    member = world.member()
    elements = some_elements(500)
    for _ in range(4):
        assert world.ask(2, world.request(member, elements)).status == 200
    assert psutil.Process(world.processes[2].pid).memory_info().rss < 60 * 1024 * 1024
    lines = world.log_file(2).read_text()
    first = elements[:32]
    for spelling in (first.hex(), base64.b64encode(first).decode()[:40], base64.urlsafe_b64encode(first).decode()[:40]):
        assert spelling not in lines
    last = json.loads(lines.splitlines()[-1])
    assert (last["event"], last["status"], last["count"], last["signer"]) == ("request", 200, 500, str(member.ref))


def test_sigterm_stops_it_and_what_was_charged_stays_charged(world: World) -> None:
    member = world.member(daily=3)
    assert world.ask(3, world.request(member, some_elements(3), (1, 3))).status == 200
    world.stop(3)
    assert json.loads(world.log_file(3).read_text().splitlines()[-1])["event"] == "stopped"
    world.start(3)
    assert world.ask(3, world.request(member, some_elements(1), (1, 3))).status == 429


def test_kill_9_loses_no_charge(world: World) -> None:
    member = world.member(daily=3)
    assert world.ask(3, world.request(member, some_elements(3), (1, 3))).status == 200
    process = world.processes.pop(3)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=5)
    world.start(3)
    assert world.ask(3, world.request(member, some_elements(1), (1, 3))).status == 429


def test_its_files_are_its_own(world: World) -> None:
    assert world.states[1].stat().st_mode & 0o777 == 0o700
    for name in ("share.json", "identity.json", "ledger.sqlite3"):
        assert (world.states[1] / name).stat().st_mode & 0o777 == 0o600


def test_a_sender_that_never_finishes_is_cut_off(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 0.3)
    share, transcript = load(world.states[1])
    port = free_port()
    application = Application(Evaluator(share, transcript, Ledger(tmp_path / "ledger.sqlite3")))
    listening = server.create(application, "127.0.0.1", port, 1)
    threading.Thread(target=listening.run, daemon=True).start()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(b"POST /v1/evaluate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        began = time.monotonic()
        for _ in range(100):
            try:
                slow.sendall(b"x")
            except OSError:
                break
            time.sleep(0.1)
        assert time.monotonic() - began < 9
    listening.close()
