"""Sending one message to a member's system: signed as Standard Webhooks 1.0 has it, to a public address, once.

requests-hardened resolves the name, refuses an address that is not public and connects to just that address, so a name
that answers differently the second time (DNS rebinding) gains nothing; TLS is checked against the name. Redirects are
not followed, proxies and credentials of the environment are not used, and the answer's body is not read.
"""

import contextlib
import hmac
import socket
import threading
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import requests
from django.conf import settings
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from kit.errors import Invalid
from notices.channels.addresses import check_url


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the same `id` and `body` at every attempt, the moment of this one."""

    id: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status code, or why there was none (`refused`, `timeout`, `tls`, `connection`)."""

    status: int | None = None
    error: str = ""

    @property
    def is_received(self) -> bool:
        """Any 2xx."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_silence(self) -> bool:
        """Nobody answered at all: the next message will hardly fare better at once."""
        return self.status is None


def signature(key: bytes, message: Message) -> str:
    """`v1,` and base64 of HMAC-SHA256 over id, Unix time and body with dots between them (Standard Webhooks 1.0)."""
    signed = f"{message.id}.{int(message.at.timestamp())}.".encode() + message.body
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()


class Sender:
    """A session for the messages of one webhook: it keeps its connection. Use it as a context."""

    def __init__(self) -> None:
        self._session = HTTPSession(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=settings.WEBHOOK_LOOPBACK,
                never_redirect=True,
                default_timeout=(settings.WEBHOOK_CONNECT_SECONDS, settings.WEBHOOK_READ_SECONDS),
                user_agent_override="Alliance-Webhooks/1",
            )
        )
        self._session.trust_env = False
        if settings.WEBHOOK_PROXY:
            self._session.proxies = {"http": settings.WEBHOOK_PROXY, "https": settings.WEBHOOK_PROXY}
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        for scheme in ("http", "https"):
            adapter = _Adapter(is_https_proto=scheme == "https", allow_loopback=settings.WEBHOOK_LOOPBACK)
            adapter.sockets = self._sockets
            self._session.mount(f"{scheme}://", adapter)

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_why: object) -> None:
        self._session.close()
        for one in self._sockets:
            one.close()

    def send(self, url: str, message: Message, keys: Sequence[bytes]) -> Answer:
        """One attempt. Never raises for what the other side does, and ends in time whatever it does."""
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(message.at.timestamp())),
            "webhook-signature": " ".join(signature(key, message) for key in keys),
        }
        # The library's time-outs are for each read: an answer that comes a byte at a time would outlast them all.
        deadline = threading.Timer(settings.WEBHOOK_CONNECT_SECONDS + settings.WEBHOOK_READ_SECONDS, self._cut)
        deadline.daemon = True
        self._is_cut = False
        deadline.start()
        try:
            check_url(url)
            # Streamed and closed unread: of the answer only its status is wanted, however long the body is.
            with self._session.post(url, data=message.body, headers=headers, stream=True) as response:
                # A connection that was cut looks like an answer that ended early.
                return Answer(error="timeout") if self._is_cut else Answer(status=response.status_code)
        except (Invalid, InvalidIPAddress, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
            return Answer(error="refused")
        except requests.exceptions.SSLError:
            return Answer(error="tls")
        except (TimeoutError, requests.exceptions.Timeout):
            return Answer(error="timeout")
        except (requests.RequestException, OSError, ValueError):
            return Answer(error="timeout" if self._is_cut else "connection")
        finally:
            deadline.cancel()

    def _cut(self) -> None:
        self._is_cut = True
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Adapter(IPFilterAdapter):  # type: ignore[misc] # requests has no types
    """Keeps a second handle on each connection, by which it can be cut from outside, in its TLS handshake too."""

    sockets: list[socket.socket]

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool = super().get_connection_with_tls_context(*arguments, **named)
        if not hasattr(pool.ConnectionCls, "sockets"):
            pool.ConnectionCls = type("Watched", (_Watched, pool.ConnectionCls), {"sockets": self.sockets})
        return pool


class _Watched:
    sockets: list[socket.socket]

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.sockets.append(made.dup())
        return made
