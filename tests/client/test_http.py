"""Retries that are safe, time-outs that are explicit, errors that are typed."""

import gzip
import socket

import pytest

from alliance_client.errors import ConfigError, CredentialRefused, NotFound, Unreachable
from alliance_client.http import Retry, Transport, checked_url
from tests.client.conftest import Member


def test_a_server_that_stumbles_is_asked_again(member: Member) -> None:
    member.platform.hiccups = [502, 504, 502]
    with member.client() as alliance:
        assert alliance.whoami()["institution"]["name_en"] == "Test Bank"
    assert len(member.platform.paths) == 4


def test_a_server_that_keeps_stumbling_is_an_error(member: Member) -> None:
    member.platform.hiccups = [502] * 10
    with member.client() as alliance, pytest.raises(Unreachable) as caught:
        alliance.whoami()
    assert caught.value.exit_code == 9
    assert len(member.platform.paths) == 4


def test_a_request_that_must_not_be_doubled_is_sent_once(member: Member) -> None:
    member.platform.hiccups = ["pass", "cut"]
    with member.client() as alliance:
        alliance.circles()
        with pytest.raises(Unreachable):
            alliance._transport.post("budgets", {"values": 1, "until": "2099-01-01", "reason": ""}, repeatable=False)
    assert len(member.platform.budgets) == 1


def test_a_wrong_credential_is_not_retried(member: Member) -> None:
    member.platform.token = "another"
    with member.client() as alliance, pytest.raises(CredentialRefused):
        alliance.whoami()
    assert len(member.platform.paths) == 1


def test_nobody_there_is_an_error_in_time(member: Member) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    transport = Transport(f"http://127.0.0.1:{port}", "x", retry=Retry(attempts=2, seconds=1, first_wait=0.01))
    with pytest.raises(Unreachable, match="does not answer"):
        transport.get("whoami")


def test_a_page_that_is_no_interface_is_said(member: Member) -> None:
    member.platform.hiccups = [302]
    with member.client() as alliance, pytest.raises(Unreachable, match="not Alliance's interface"):
        alliance.whoami()


def test_a_reference_cannot_become_another_address(member: Member) -> None:
    with member.client() as alliance, pytest.raises(NotFound):
        alliance.withdraw("../budgets")
    assert member.platform.paths == []


@pytest.mark.parametrize(
    "url", ["http://bank.example", "ftp://localhost", "bank.example", "http://127.0.0.1.evil.example"]
)
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    with pytest.raises(ConfigError):
        checked_url(url)


@pytest.mark.parametrize("url", ["https://alliance.example/", "http://localhost:8000", "http://[::1]:8000/"])
def test_a_sound_address_loses_its_last_slash(url: str) -> None:
    assert checked_url(url) == url.rstrip("/")


def test_lists_are_read_to_their_end(member: Member) -> None:
    with member.client() as alliance:
        for number in range(5):
            alliance.submit_body(gzip.compress(b'{"digests": [%d]}\n' % number), idempotency_key=str(number))
        assert len(list(alliance.submissions(limit=2))) == 5
