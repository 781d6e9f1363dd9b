"""A whole private alliance for tests: the real `up`, in its own directory and on its own ports."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alliance.embedded import control, keys, postgres
from alliance.embedded.errors import CannotStart
from alliance.embedded.ports import Ports, is_free
from alliance.embedded.process import die_with_parent, tail
from alliance.embedded.state import ROOT, State
from alliance.embedded.up import Options, cluster_of, environment, inherited_environment


@dataclass(frozen=True, slots=True)
class Live:
    """A running alliance. Names of children: postgres, broker, custodian-1 to -3, web, worker, beat."""

    state: State
    ports: Ports
    supervisor: int

    @property
    def base_url(self) -> str:
        """Where the portal and the API are."""
        return f"http://localhost:{self.ports.web}"

    @property
    def log(self) -> Path:
        """The directory of all logs."""
        return self.state.log

    @property
    def environment(self) -> Mapping[str, str]:
        """What web and worker run with; with it `manage.py` and Django reach this alliance."""
        return environment(Options(self.state, self.ports))

    @property
    def superuser_url(self) -> str:
        """The alliance's database as its superuser sees it: for pg_dump and for looking behind the scenes."""
        return self._cluster.url("postgres", keys.passwords(self.state).postgres, "alliance")

    @property
    def binaries(self) -> Path:
        """Where pg_dump, psql and the others are."""
        return self._cluster.binaries

    @property
    def _cluster(self) -> postgres.Cluster:
        return cluster_of(self.state)

    def pid(self, name: str) -> int:
        """The child's present process id; 0 while it is down."""
        return int(self._child(name)["pid"])

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to the child's process and return its number. The supervisor starts it again."""
        pid = self.pid(name)
        if pid:
            os.kill(pid, number)
        return pid

    def hold(self, name: str) -> None:
        """End the child and keep it down."""
        control.ask(self.state, f"hold {name}")
        self._until(lambda: self.pid(name) == 0, f"{name} did not end")

    def release(self, name: str) -> None:
        """Start a held child and wait until it is ready."""
        control.ask(self.state, f"release {name}")
        self.await_ready(name)

    def await_ready(self, name: str) -> None:
        """Wait until the child is ready (again)."""
        self._until(lambda: bool(self._child(name)["ready"]), f"{name} is not ready")

    def wipe_broker(self) -> None:
        """Stop the broker, forget everything it held, start it again empty."""
        self.hold("broker")
        for file in sorted(self.state.broker.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        self.release("broker")

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py in this alliance; its output. Raises CalledProcessError with what it said."""
        command = [sys.executable, "manage.py", *arguments]
        try:
            return subprocess.run(
                command, env=dict(self.environment), cwd=ROOT, check=True, capture_output=True, text=True
            ).stdout
        except subprocess.CalledProcessError as error:
            error.add_note(str(error.stderr))
            raise

    def _child(self, name: str) -> dict[str, Any]:
        return dict(control.ask(self.state, "status")["children"][name])

    def _until(self, true: Callable[[], bool], otherwise: str, seconds: float = 60.0) -> None:
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                raise TimeoutError(otherwise)
            time.sleep(0.1)


@contextlib.contextmanager
def alliance(directory: Path, port: int | None = None, *, demo: bool = False, fresh: bool = False) -> Iterator[Live]:
    """Bring up a private alliance with its state in `directory`; at the end everything is stopped, the files stay.

    Raises CannotStart with what the start printed.
    """
    state, ports = State(directory), Ports(port or free_port())
    directory.mkdir(parents=True, exist_ok=True)
    printed = directory / "up.log"
    command = [sys.executable, "-m", "alliance.embedded", "--state", str(directory), "up", "--port", str(ports.web)]
    with printed.open("wb") as out:
        supervisor = subprocess.Popen(
            [*command, *([] if demo else ["--no-demo"]), *(["--fresh"] if fresh else [])],
            cwd=ROOT,
            env=inherited_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - a killed test run leaves no alliance behind
        )
    try:
        _await_up(state, supervisor, printed)
        yield Live(state, ports, supervisor.pid)
    finally:
        supervisor.send_signal(signal.SIGTERM)
        try:
            supervisor.wait(90)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()


def free_port() -> int:
    """A web port below the ephemeral range whose custodian ports are free too."""
    for web in random.sample(range(10_000, 32_000, 7), 200):  # several test processes choose at the same time
        if all(map(is_free, Ports(web).all)):
            return web
    raise CannotStart("No free ports from 10000 to 32000.")


def _await_up(state: State, supervisor: subprocess.Popen[bytes], printed: Path) -> None:
    while True:
        if supervisor.poll() is not None:
            raise CannotStart(f"The private alliance did not come up:\n{tail(printed, 60)}")
        with contextlib.suppress(CannotStart):
            if control.ask(state, "status").get("phase") == "up":
                return
        time.sleep(0.2)
