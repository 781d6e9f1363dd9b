"""Where a webhook may not go: refused when it is saved and when it is sent, and nothing ever connects (R24)."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from kit.errors import Invalid
from notices.channels.addresses import check_url
from notices.channels.webhook import Message, Sender
from notices.models import Webhook
from tests import cast as people
from tests.cast import Cast

HOSTS = (
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0",
    "localhost",
    "LOCALHOST.",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.0.1",
    "2852039166",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[0:0:0:0:0:ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[ff02::1]",
    "[2001::1]",
    "[2001:db8::1]",
    "[5f00::1]",
    "127。0。0。1",
    "①②⑦.0.0.1",
)
URLS = (
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com:70/_x",
    "javascript:alert(1)",
    "//example.com/",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com/#part",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://exam ple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/\r\nX-Injected: 1",
    "https://[::1/",
    "https://" + "a" * 600 + ".example/",
    "",
)


class Listener:
    """Listens on loopback and counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                client, _address = self.socket.accept()
            except TimeoutError:
                continue
            self.connections += 1
            client.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    it = Listener()
    yield it
    it.over.set()
    it.thread.join()
    it.socket.close()
    assert it.connections == 0


def send(url: str) -> str:
    with Sender() as sender:
        return sender.send(url, Message("evt_1", b"{}", timezone.now()), [b"key"]).error


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_that_is_not_public_is_refused_and_never_reached(host: str, scheme: str, listener: Listener) -> None:
    url = f"{scheme}://{host}:{listener.port}/"
    with pytest.raises(Invalid):
        check_url(url)
    assert send(url) == "refused"


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)
    assert send(url) == "refused"


def test_http_is_refused_in_production(settings: Any) -> None:
    check_url("http://1.1.1.1/")
    settings.MODE = "production"
    with pytest.raises(Invalid):
        check_url("http://1.1.1.1/")
    check_url("https://1.1.1.1/")


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:169.254.169.254"]])
def test_a_name_that_resolves_into_a_private_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], listener: Listener
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving([answers]))
    url = f"http://hook.example:{listener.port}/"
    with pytest.raises(Invalid):
        check_url(url)
    assert send(url) == "refused"


def test_a_name_inside_the_network_is_refused_like_one_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for answers in (["10.0.0.1"], []):
        monkeypatch.setattr(socket, "getaddrinfo", resolving([answers]) if answers else unresolved)
        with pytest.raises(Invalid) as refused:
            check_url("https://hook.example/")
        said.append(refused.value.extras)
    assert said[0] == said[1]


def unresolved(*_: object, **__: object) -> list[Any]:
    raise socket.gaierror


@pytest.mark.parametrize("public_first", range(1, 4))
def test_a_name_that_answers_otherwise_the_next_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, public_first: int, listener: Listener
) -> None:
    """DNS rebinding: however many look-ups give a public address, the connection goes to one that was checked."""
    monkeypatch.setattr(socket, "getaddrinfo", resolving([["1.1.1.1"]] * public_first + [["127.0.0.1"]]))
    monkeypatch.setattr(socket.socket, "connect", connect_to_nothing_but_public)
    # The first look-up is the check's, the second the connection's own.
    assert send(f"http://hook.example:{listener.port}/") == ("refused" if public_first < 2 else "timeout")


def resolving(answers: list[list[str]]) -> Any:
    """A resolver that gives these answers one after the other, the last one for ever; addresses stay themselves."""
    calls = iter(answers)
    last = answers[-1]

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        found = next(calls, last) if host == "hook.example" else [host]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    return getaddrinfo


def connect_to_nothing_but_public(_self: socket.socket, address: tuple[str, int]) -> None:
    assert address[0] == "1.1.1.1"
    raise TimeoutError


def test_the_form_says_why_and_nothing_is_saved(cast: Cast) -> None:
    form = {"name": "x", "url": "https://169.254.169.254/latest/meta-data/", "types": ["collision.found"]}
    client = people.client_of(cast.north_admin)
    client.get("/language")
    answer = client.post("/notices/webhooks/new", form)
    assert answer.status_code == 400
    assert not Webhook.objects.exists()


def test_loopback_is_let_through_by_the_setting_alone(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    check_url("http://127.0.0.1:9/")
    for other in ("http://10.0.0.1/", "http://169.254.169.254/", "http://0.0.0.0/"):
        with pytest.raises(Invalid):
            check_url(other)


def test_an_egress_proxy_is_asked_for_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        settings.WEBHOOK_PROXY = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        thread = threading.Thread(target=_refuse_one, args=(proxy, asked), daemon=True)
        thread.start()
        monkeypatch.setattr(socket, "getaddrinfo", resolving([["1.1.1.1"]]))
        assert send("https://hook.example/") == "connection"
        thread.join(5)
    assert [line.rpartition(b" ")[0] for line in asked] == [b"CONNECT 1.1.1.1:443"]


def _refuse_one(proxy: socket.socket, asked: list[bytes]) -> None:
    client, _address = proxy.accept()
    with client:
        asked.append(client.recv(1000).split(b"\r\n")[0])
        client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
