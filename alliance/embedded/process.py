"""Children that cannot outlive us.

Two nets: the kernel sends each direct child its stop signal when we die (Linux), and a watchdog process, which learns
of our death by the end of a pipe, kills whole process groups. Either alone would do for most children; the second
also catches grandchildren and children that changed their user.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_PATIENCE = 5.0


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program: ask the kernel for `number` when the thread that started it ends."""
    parent = os.getpid()

    def prepare() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))
        # The parent may have died before the kernel knew of our wish.
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@dataclass(frozen=True, slots=True)
class Start:
    """How a process is started. `user`: a numeric user id, or None for our own."""

    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    stop_signal: signal.Signals = signal.SIGTERM
    user: int | None = None

    def popen(self, output: int | None) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor; None inherits our output."""
        return subprocess.Popen(
            list(self.command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output if output is None else subprocess.STDOUT,
            cwd=self.directory,
            env=dict(self.environment),
            start_new_session=True,
            # Runs after the change of user, which would clear the request. We have one thread, so it is safe.
            preexec_fn=die_with_parent(self.stop_signal),  # noqa: PLW1509
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )


class Watchdog:
    """A forked process that ends our children when we are gone, even by kill -9."""

    def __init__(self) -> None:
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writer)
            _watch(reader)
        os.close(reader)

    def add(self, pid: int, number: signal.Signals) -> None:
        """Guard the process group that `pid` leads."""
        self._tell(f"+{pid} {int(number)}\n")

    def remove(self, pid: int) -> None:
        """Forget it; called when it has ended, before its number can be anyone else's."""
        self._tell(f"-{pid} 0\n")

    def close(self) -> None:
        """End the watchdog."""
        os.close(self._writer)
        os.waitpid(self._pid, 0)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the kernel's own net still holds
            os.write(self._writer, line.encode())


def _watch(reader: int) -> None:
    """The watchdog's whole life; never returns."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        guarded: dict[int, int] = {}
        with os.fdopen(reader, encoding="ascii") as lines:
            for line in lines:
                leader, stop_signal = map(int, line[1:].split())
                if line[0] == "+":
                    guarded[leader] = stop_signal
                else:
                    guarded.pop(leader, None)
        for pid, stop in guarded.items():
            send(pid, stop)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and any(_lives(pid) for pid in guarded):
            time.sleep(0.1)
        for pid in guarded:
            send_group(pid, signal.SIGKILL)
    finally:
        os._exit(0)


def send(pid: int, number: int) -> None:
    """Signal one process, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def send_group(pid: int, number: int) -> None:
    """Signal the group that `pid` leads, if any of it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _lives(pid: int) -> bool:
    """Whether a process is there and more than a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def open_log(path: Path) -> int:
    """A descriptor for appending; appending is what lets `rotate` shorten the file under a running child."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def rotate(path: Path, limit: int = 8 * 2**20, keep: int = 3) -> None:
    """Move a log past `limit` bytes to `.1`, older ones on, at most `keep` of them."""
    if not path.exists() or path.stat().st_size < limit:
        return
    for number in range(keep - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))
    copy = path.with_name(f"{path.name}.1")
    copy.unlink(missing_ok=True)
    with path.open("rb") as source, os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
        while piece := source.read(2**20):
            target.write(piece)
    os.truncate(path, 0)


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log, indented."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16384))
        text = file.read().decode(errors="replace")
    return "\n".join("    " + line for line in text.splitlines()[-lines:])
