"""The supervisor alone, over small children: order, crashes, orphans."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from alliance.embedded import control
from alliance.embedded.errors import CannotStart
from alliance.embedded.state import ROOT, State

# A supervisor over two children: `steady` sleeps and has a child of its own; `second` does what the test says.
PROGRAM = """
import sys
from pathlib import Path
from alliance.embedded import supervisor
from alliance.embedded.errors import CannotStart, Stopped
from alliance.embedded.process import Start
from alliance.embedded.state import State
from alliance.embedded.supervisor import Service, Supervisor, take_lock

supervisor.SETTLED_SECONDS = 600.0
supervisor.CRASHES = 2
state = State(Path(sys.argv[1]))
lock = take_lock(state)
state.make()
family = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
def service(name, code):
    start = Start([sys.executable, "-c", code], {{}}, state.root)
    return Service(name, start, lambda pid: True, patience=3)
it = Supervisor(state, lock, sys.stdout)
it.announce(url="http://localhost:1")
try:
    it.start(service("steady", family))
    it.start(service("second", {second!r}))
    print("up", flush=True)
    it.watch()
except Stopped:
    pass
except CannotStart as error:
    it.say(str(error))
    sys.exit(1)
finally:
    it.stop()
"""
SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


class Running:
    def __init__(self, directory: Path, second: str) -> None:
        self.state = State(directory / "var")
        program = textwrap.dedent(PROGRAM).format(second=second)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.state.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.family: list[psutil.Process] = []

    def await_up(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "up\n":
                break
        self._await(lambda: len(psutil.Process(self.process.pid).children(recursive=True)) >= 4)
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def await_no_orphan(self) -> None:
        _, alive = psutil.wait_procs(self.family, timeout=12)
        assert not alive

    def child(self, name: str) -> dict:
        return control.ask(self.state, "status")["children"][name]

    def await_log(self, name: str, text: str) -> None:
        log = self.state.log / f"{name}.log"
        self._await(lambda: log.exists() and log.read_text().startswith(text))

    def rest(self) -> str:
        out, _ = self.process.communicate(timeout=30)
        return out

    @staticmethod
    def _await(true, seconds: float = 15) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture
def running(tmp_path):
    started: list[Running] = []

    def start(second: str = SLEEP) -> Running:
        started.append(Running(tmp_path, second))
        return started[-1]

    yield start
    for it in started:
        if it.process.poll() is None:
            it.process.terminate()
        it.process.communicate()
        psutil.wait_procs(it.family, timeout=12)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_orphan_is_left(running, number):
    it = running()
    it.await_up()
    it.process.send_signal(number)
    it.process.wait(15)
    it.await_no_orphan()


def test_a_child_that_ignores_its_signal_is_killed(running):
    it = running(STUBBORN)
    it.await_up()
    it.await_log("second", "deaf")
    it.process.send_signal(signal.SIGTERM)
    assert "did not end in time" in it.rest()
    it.await_no_orphan()


@pytest.mark.slow
def test_a_stubborn_child_does_not_outlive_a_killed_supervisor(running):
    it = running(STUBBORN)
    it.await_up()
    it.await_log("second", "deaf")
    it.process.kill()
    it.await_no_orphan()


def test_a_crash_is_shown_and_the_child_started_again(running):
    it = running()
    it.await_up()
    before = it.child("second")["pid"]
    os.kill(before, signal.SIGKILL)
    it._await(lambda: it.child("second")["ready"] and it.child("second")["pid"] != before)
    it.process.terminate()
    assert "second ended (killed by SIGKILL); starting it again in 0.5 s" in it.rest()


def test_a_child_that_keeps_crashing_ends_everything_loudly(running):
    it = running("print('the reason'); raise SystemExit(3)")
    it.process.wait(30)
    text = it.rest()
    assert it.process.returncode == 1
    assert "exit code 3" in text or "ended while starting" in text
    assert "the reason" in text


def test_a_late_crasher_is_given_up_after_its_last_chance(running):
    it = running("import time; time.sleep(0.8); print('the reason'); raise SystemExit(3)")
    it.await_up()
    it.process.wait(30)
    assert it.process.returncode == 1
    assert "second ended 3 times in a row (exit code 3). Giving up." in it.rest()
    it.await_no_orphan()


def test_a_held_child_stays_down_until_it_is_released(running):
    it = running()
    it.await_up()
    control.ask(it.state, "hold second")
    it._await(lambda: it.child("second")["pid"] == 0)
    time.sleep(1)
    assert it.child("second") == {"pid": 0, "ready": False, "held": True, "crashes": 0}
    control.ask(it.state, "release second")
    it._await(lambda: it.child("second")["ready"])


def test_a_second_supervisor_is_refused_with_the_address_of_the_first(running):
    it = running()
    it.await_up()
    facts = control.holder(it.state)
    assert facts == {"pid": it.process.pid, "url": "http://localhost:1"}
    second = subprocess.run(
        [sys.executable, "-m", "alliance.embedded", "--state", str(it.state.root), "up"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "already up at http://localhost:1" in second.stderr


def test_down_waits_for_the_end(running):
    it = running()
    it.await_up()
    assert control.down(it.state)
    it.await_no_orphan()
    assert control.holder(it.state) is None
    assert not control.down(it.state)


def test_logs_are_private_and_separate(running):
    it = running("print('mine', flush=True); import time; time.sleep(600)")
    it.await_up()
    it.await_log("second", "mine")
    assert (it.state.log / "second.log").stat().st_mode & 0o077 == 0
    assert "mine" not in (it.state.log / "steady.log").read_text()


def test_an_unknown_request_changes_nothing(running):
    it = running()
    it.await_up()
    assert "error" in control.ask(it.state, "explode second")
    assert "error" in control.ask(it.state, "hold nobody")
    assert it.child("second")["ready"]


def test_asking_nobody_is_a_sentence(tmp_path):
    with pytest.raises(CannotStart, match="does not answer"):
        control.ask(State(tmp_path), "status")


def test_the_lock_file_says_who_holds_it(running):
    it = running()
    it.await_up()
    assert json.loads(it.state.lock.read_text())["pid"] == it.process.pid
