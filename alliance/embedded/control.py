"""Asking a running supervisor from outside."""

import fcntl
import json
import signal
import socket
import time
from typing import Any

from alliance.embedded.errors import CannotStart
from alliance.embedded.process import send
from alliance.embedded.state import State


def holder(state: State) -> dict[str, Any] | None:
    """What the running supervisor wrote about itself (pid, url), or None if none runs."""
    try:
        with state.lock.open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return dict(json.loads(lock.read() or "{}"))
    except FileNotFoundError:
        pass
    return None


def ask(state: State, request: str) -> dict[str, Any]:
    """One request: `status`, `hold NAME` (stop it and keep it down) or `release NAME`."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(state.control_socket))
            connection.sendall(request.encode() + b"\n")
            answer = connection.makefile().readline()
    except OSError as error:
        raise CannotStart(f"The supervisor does not answer ({error.strerror}).") from error
    return dict(json.loads(answer or "{}"))


def down(state: State, patience: float = 60.0) -> bool:
    """Stop a running alliance and wait for its end; False if none runs. After `patience` seconds it is killed."""
    facts = holder(state)
    if facts is None:
        return False
    # The lock is held, so the process that wrote its number there lives: no other can have the number.
    if "pid" in facts:
        send(facts["pid"], signal.SIGTERM)
    until = time.monotonic() + patience
    while holder(state) is not None:
        if time.monotonic() > until and "pid" in facts:
            send(facts["pid"], signal.SIGKILL)
        time.sleep(0.1)
    return True
