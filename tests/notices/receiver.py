"""A member's own system on loopback: it takes webhooks, answers as told, and remembers what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError


@dataclass
class Receiver:
    """What came, in its order. `answer(n)` gives the status of the n-th message, counted from 0."""

    secrets: list[str] = field(default_factory=list)
    answer: Callable[[int], int] = lambda _n: 204
    messages: list[tuple[Mapping[str, str], bytes, int]] = field(default_factory=list)
    forged: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Check the signature with an implementation that is not ours, note the message, give the answer."""
        genuine = any(_verifies(secret, headers, body) for secret in self.secrets)
        with self.lock:
            self.forged += not genuine
            status = self.answer(len(self.messages))
            self.messages.append((headers, body, status))
        return status

    @property
    def received(self) -> list[int]:
        """The numbers of the events it said yes to, in the order in which they came."""
        return [number for number, _subject in self.accepted]

    @property
    def accepted(self) -> list[tuple[int, UUID]]:
        """Number and subject of each event it said yes to, in the order in which they came."""
        found = [json.loads(body)["data"] for _h, body, status in self.messages if status < 300]
        return [(one["sequence"], UUID(one["subject"])) for one in found]


def _verifies(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        Verifier(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


def handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url + "elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def receiving(receiver: Receiver, port: int = 0) -> Iterator[Receiver]:
    """Run the receiver on loopback while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(receiver))
    receiver.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
