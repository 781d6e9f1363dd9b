"""waitress around the application: one process, a few threads, bounded bodies, and no patience with slow senders."""

import signal
import sys
import time
from types import FrameType
from typing import Any

import waitress
from waitress.channel import HTTPChannel

from custody.daemon.app import MAX_BODY, Application, log

# A whole request must arrive within this time; a sender that trickles bytes holds a connection, never a thread.
RECEIVE_SECONDS = 20
IDLE_SECONDS = 60


class PunctualChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that is closed when its request takes longer than RECEIVE_SECONDS to arrive."""

    began = 0.0

    def received(self, data: bytes) -> bool:
        """Note when a request begins."""
        if self.request is None:
            self.began = time.monotonic()
        return bool(super().received(data))

    def readable(self) -> bool:
        """Asked once a second for every connection by waitress's loop."""
        if self.request is not None and time.monotonic() - self.began > RECEIVE_SECONDS:
            self.will_close = True
        return bool(super().readable())


def create(application: Application, host: str, port: int, threads: int) -> Any:
    """A server bound to the address, not yet running. Raises OSError if the address is taken."""
    server = waitress.create_server(
        application,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        connection_limit=200,
        # The application answers an oversized body in JSON; this is the wall behind it.
        max_request_body_size=4 * MAX_BODY,
        inbuf_overflow=8 * MAX_BODY,
        channel_timeout=IDLE_SECONDS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = PunctualChannel
    return server


def run(server: Any) -> None:
    """Serve until SIGTERM or SIGINT, then let running evaluations end."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.run()
    server.close()
    log("stopped")
