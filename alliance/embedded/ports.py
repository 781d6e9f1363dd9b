"""The ports on loopback, all derived from one."""

import http.client
import os
import socket
from dataclasses import dataclass

import psutil

from alliance.embedded.errors import CannotStart
from alliance.embedded.state import CUSTODIANS

# Linux hands out ports from 32768 up for outgoing connections: a listener there fails at random.
_CEILING = 32768


@dataclass(frozen=True, slots=True)
class Ports:
    """The web port; custodian i listens at web + 100 + i."""

    web: int

    def custodian(self, number: int) -> int:
        """The port of custodian `number`."""
        return self.web + 100 + number

    @property
    def all(self) -> tuple[int, ...]:
        """Every port in use."""
        return (self.web, *map(self.custodian, CUSTODIANS))

    def check(self) -> None:
        """Raise CannotStart, with the way out, for a port out of range or in use."""
        if max(self.all) >= _CEILING or self.web < 1 or (self.web < 1024 and os.geteuid() != 0):
            raise CannotStart(f"Port {self.web} cannot be used; choose one from 1024 to {_CEILING - 1 - 103}.")
        for port in self.all:
            if not is_free(port):
                what = "the web" if port == self.web else f"custodian {port - self.web - 100}"
                raise CannotStart(
                    f"Port {port} (for {what}) is in use{_holder(port)}. "
                    f"Stop that program or choose another port: scripts/up --port {self.web + 10}"
                )


def is_free(port: int) -> bool:
    """Whether a listener can bind to the port on loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def answer(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET on loopback; (0, b"") if nobody answers within two seconds. No proxy is asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        response = connection.getresponse()
        return response.status, response.read(65536)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass  # another user's process: its name is not ours to see
    return ""
