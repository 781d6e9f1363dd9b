"""Starts children in order, keeps them up, ends them in the opposite order and leaves none."""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, TextIO

import psutil

from alliance.embedded import process
from alliance.embedded.errors import CannotStart, Stopped
from alliance.embedded.process import Start, Watchdog
from alliance.embedded.state import State

START_SECONDS = 120.0
# After a crash the child waits 0.5, 1, 2, 4, 8, 8 ... seconds; a child that stayed up this long begins anew.
SETTLED_SECONDS = 20.0
CRASHES = 8
_LONGEST_WAIT = 8.0
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Service:
    """A child that stays. `ready(pid)` answers at once; `patience`: seconds between its stop signal and SIGKILL."""

    name: str
    start: Start
    ready: Callable[[int], bool]
    patience: float = 10.0


@dataclass(slots=True)
class Child:
    """A service and its present process."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    ready: bool = False
    held: bool = False
    crashes: int = 0
    due: float | None = None

    @property
    def pid(self) -> int:
        """The process id; 0 if there is none."""
        return self.process.pid if self.process else 0


class Supervisor:
    """One thread, one loop. Everything slow is waited for in `_turn`, which also tends the children."""

    def __init__(self, state: State, lock: TextIO, out: TextIO) -> None:
        # The watchdog inherits the lock: after our sudden death the next start waits until it has cleaned up.
        self._watchdog = Watchdog()
        self._state, self._lock, self._out = state, lock, out
        self._children: dict[str, Child] = {}
        self._groups: list[list[Child]] = []
        self._phase, self._rotated, self._stopping = "starting", 0.0, False
        self._wake, self._writer = os.pipe()
        for descriptor in (self._wake, self._writer):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in _STOPS:
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        state.control_socket.unlink(missing_ok=True)  # of a supervisor that was killed
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(str(state.control_socket))
        state.control_socket.chmod(0o600)
        self._control.listen(8)

    def announce(self, **facts: Any) -> None:
        """Write who we are into the lock file, for `status` and `down`."""
        self._lock.seek(0)
        self._lock.truncate()
        json.dump({"pid": os.getpid(), **facts}, self._lock)
        self._lock.flush()

    def show(self, text: str) -> None:
        """A line for the terminal."""
        with contextlib.suppress(OSError):  # the terminal may be gone; the children are not
            print(text, file=self._out, flush=True)

    def say(self, text: str) -> None:
        """A line for the terminal and for log/supervisor.log."""
        self.show(text)
        with (self._state.log / "supervisor.log").open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {text.strip()}\n")

    def start(self, *services: Service) -> None:
        """Start services side by side, return when all are ready; raise CannotStart with the log of one that fails."""
        begun = time.monotonic()
        group = [Child(service) for service in services]
        self._groups.append(group)
        for child in group:
            self._children[child.service.name] = child
            self._spawn(child)
        while not all(child.ready for child in group):
            self._turn(0.05)
            for child in group:
                if child.crashes:
                    raise CannotStart(f"{child.service.name} ended while starting.\n{self._tail(child)}")
                if not child.ready and time.monotonic() - begun > START_SECONDS:
                    raise CannotStart(f"{child.service.name} is not ready.\n{self._tail(child)}")
        names = ", ".join(child.service.name for child in group)
        self.say(f"  {names} ready after {time.monotonic() - begun:.1f} s")

    def run(self, what: str, start: Start, *, show: bool = False) -> None:
        """Run a command to its end, its output into log/setup.log or to the terminal; raise CannotStart if it fails.

        `what` names it when it fails.
        """
        log = self._state.log / "setup.log"
        descriptor = process.open_log(log)
        try:
            job = start.popen(None if show else descriptor)
            self._watchdog.add(job.pid, start.stop_signal)
            try:
                while job.poll() is None:
                    self._turn(0.2)
            finally:
                if job.poll() is None:
                    process.send_group(job.pid, signal.SIGTERM)
                    job.wait(10)
                self._watchdog.remove(job.pid)
        finally:
            os.close(descriptor)
        if job.returncode != 0:
            raise CannotStart(f"{what} failed ({_ending(job.returncode)}).\n{'' if show else process.tail(log)}")

    def watch(self) -> NoReturn:
        """Tend the children until somebody asks for the end (Stopped) or one is beyond help (CannotStart)."""
        self._phase = "up"
        while True:
            self._turn(1.0)

    def stop(self) -> None:
        """End everything in the opposite order; a child that ignores its signal is killed after its patience."""
        self._phase = "stopping"
        for group in reversed(self._groups):
            until = time.monotonic() + max(child.service.patience for child in group)
            for child in group:
                if child.process and child.process.poll() is None:
                    process.send(child.pid, child.service.start.stop_signal)
            for child in group:
                if child.process:
                    self._await_end(child, until)
        self._watchdog.close()
        self._control.close()
        shutil.rmtree(self._state.run, ignore_errors=True)  # sockets of processes that have ended
        self._lock.close()

    def _await_end(self, child: Child, until: float) -> None:
        running = child.process
        assert running is not None  # noqa: S101 - the caller looked
        try:
            running.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f"  {child.service.name} did not end in time and is killed")
        process.send_group(child.pid, signal.SIGKILL)
        running.wait()
        self._watchdog.remove(child.pid)
        child.process = None

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        if self._stopping:
            # Asked twice: nobody wants to wait any longer.
            for child in self._children.values():
                if child.process:
                    process.send_group(child.pid, signal.SIGKILL)
        self._stopping = True

    def _spawn(self, child: Child) -> None:
        log = process.open_log(self._state.log / f"{child.service.name}.log")
        try:
            child.process = child.service.start.popen(log)
        finally:
            os.close(log)
        self._watchdog.add(child.pid, child.service.start.stop_signal)
        child.since, child.ready, child.due = time.monotonic(), False, None

    def _turn(self, seconds: float) -> None:
        """Wait for a signal, a request or the time; then look after every child."""
        waiting = any(child.process and not child.ready for child in self._children.values())
        pause = min(seconds, 0.05) if waiting else seconds
        readable, _, _ = select.select([self._wake, self._control.fileno()], [], [], pause)
        if self._wake in readable:
            os.read(self._wake, 4096)
        if self._control.fileno() in readable:
            self._serve()
        if self._stopping and self._phase != "stopping":
            raise Stopped
        for child in self._children.values():
            self._tend(child)
        if time.monotonic() - self._rotated > 30:
            self._rotated = time.monotonic()
            for log in self._state.log.glob("*.log"):
                process.rotate(log)

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if child.due is not None and now >= child.due:
                self._spawn(child)
        elif child.process.poll() is not None:
            self._ended(child, now)
        elif not child.ready and child.service.ready(child.pid):
            child.ready = True
            if child.crashes:
                self.say(f"  {child.service.name} is back")
        elif child.ready and child.crashes and now - child.since > SETTLED_SECONDS:
            child.crashes = 0

    def _ended(self, child: Child, now: float) -> None:
        """A child ended by itself, or because it was told to: show it, and start it again unless it is held."""
        assert child.process is not None  # noqa: S101 - the caller looked
        name, ending = child.service.name, _ending(child.process.returncode)
        process.send_group(child.pid, signal.SIGKILL)  # what it left behind
        self._watchdog.remove(child.pid)
        child.process, child.ready = None, False
        if child.held:
            self.say(f"  {name} is stopped")
            return
        child.crashes += 1
        if self._phase == "starting" and not any(child in group for group in self._groups[:-1]):
            return  # `start` reports it
        if child.crashes > CRASHES:
            raise CannotStart(
                f"{name} ended {child.crashes} times in a row ({ending}). Giving up.\n{self._tail(child)}"
            )
        wait = min(_LONGEST_WAIT, 0.25 * 2**child.crashes)
        child.due = now + wait
        self.say(f"  {name} ended ({ending}); starting it again in {wait:g} s. Its log ends:\n{self._tail(child, 5)}")

    def _tail(self, child: Child, lines: int = 20) -> str:
        path = self._state.log / f"{child.service.name}.log"
        return f"{process.tail(path, lines)}\n    ({path})"

    def _serve(self) -> None:
        """One request of the control socket: a line in, a line of JSON out."""
        connection, _ = self._control.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(1)
            verb, _, name = connection.recv(256).decode(errors="replace").strip().partition(" ")
            answer = self._command(verb, name)
            connection.sendall(json.dumps(answer).encode() + b"\n")

    def _command(self, verb: str, name: str) -> dict[str, Any]:
        if verb == "status":
            return {"phase": self._phase, "children": {key: _status(c) for key, c in self._children.items()}}
        child = self._children.get(name)
        if child is None or verb not in {"hold", "release"}:
            return {"error": f"No such request: {verb} {name}"}
        child.held = verb == "hold"
        if child.held and child.process:
            process.send(child.pid, child.service.start.stop_signal)
        if child.held:
            child.due = None
        elif child.process is None:
            child.due = 0.0
        return _status(child)


def _status(child: Child) -> dict[str, Any]:
    return {"pid": child.pid, "ready": child.ready, "held": child.held, "crashes": child.crashes}


def _ending(code: int) -> str:
    """A return code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def take_lock(state: State, patience: float = 10.0) -> TextIO:
    """Hold the state directory's lock; raise CannotStart if another supervisor does.

    A supervisor that was killed leaves its watchdog for some seconds; that is waited for.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    lock = state.lock.open("a+", encoding="utf-8")
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            facts = json.loads(lock.read() or "{}")
            if psutil.pid_exists(facts.get("pid", 0)) or time.monotonic() > until:
                where = f" at {facts['url']} (process {facts['pid']})" if "url" in facts else ""
                raise CannotStart(f"The alliance is already up{where}. Stop it: scripts/down") from None
            time.sleep(0.1)
        else:
            return lock
