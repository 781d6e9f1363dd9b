"""Webhooks over TLS: the certificate is checked against the name, although the connection goes to a checked address."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from notices.channels.webhook import Message, Sender
from tests.notices.receiver import Receiver, handler


def certificate(directory: Path, name: str) -> Path:
    """A self-signed certificate for a name, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=["localhost", "other.example"])
def served(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[tuple[str, Path, str]]:
    """The name on the certificate, its file, and the address of a server at localhost that shows it."""
    settings.WEBHOOK_LOOPBACK = True
    path = certificate(tmp_path, request.param)
    server = HTTPServer(("127.0.0.1", 0), handler(Receiver()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield request.param, path, f"https://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_message_arrives_only_under_a_trusted_certificate_of_the_name(served: tuple[str, Path, str]) -> None:
    name, path, address = served
    message = Message("evt_1", b"{}", timezone.now())
    with Sender() as sender:
        assert sender.send(address, message, [b"key"]).error == "tls"
        sender._session.verify = str(path)
        answer = sender.send(address, message, [b"key"])
    assert (answer.status, answer.error) == ((204, "") if name == "localhost" else (None, "tls"))
