"""What a log line must not say."""

import pytest

from kit.logs import REDACTED, redact


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        ("GET /collisions?q=%2B8613812345678&kind=phone/1", "GET /collisions?q&kind"),
        ("GET /collisions?13812345678", f"GET /collisions?{REDACTED}"),
        ("GET /audit/log?subject=a=b&c", "GET /audit/log?subject&c"),
        ("POST /api/v1/submissions?epoch=1", "POST /api/v1/submissions?epoch"),
        ("GET /health/live", "GET /health/live"),
        ("GET /collisions/2fb4c4a7-2475-4792-8989-9297655fe2a8", f"GET /collisions/{REDACTED}"),
        ("POST /collisions/2fb4c4a7-2475-4792-8989-9297655fe2a8/handshakes", f"POST /collisions/{REDACTED}"),
        ("GET /cases/2fb4c4a7-2475-4792-8989-9297655fe2a8/disclosures", f"GET /cases/{REDACTED}"),
        ("POST /api/v1/cases/2fb4c4a7-2475-4792-8989-9297655fe2a8/disclosures", f"POST /api/v1/cases/{REDACTED}"),
        ("DELETE /api/v1/collisions/x/handshakes?label=A", f"DELETE /api/v1/collisions/{REDACTED}?label"),
    ],
)
def test_an_address_is_logged_without_what_it_asks(address: str, logged: str) -> None:
    assert redact(None, "info", {"event": "request_started", "request": address})["request"] == logged


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("call 138 1234 5678 back", f"call {REDACTED} back"),
        ("id=+8613812345678", f"id={REDACTED}"),
        ("request 2fb4c4a7-2475-4792-8989-9297655fe2a8 ended", "request 2fb4c4a7-2475-4792-8989-9297655fe2a8 ended"),
        ("12345678-1234-4234-8234-123456789012", "12345678-1234-4234-8234-123456789012"),
        ("2fb4c4a7-2475-4792-8989-92976 13812345678", f"2fb4c4a7-{REDACTED} {REDACTED}"),
        ("port 28500, 1234 rows", "port 28500, 1234 rows"),
    ],
)
def test_long_numbers_are_blanked_and_references_are_not(said: str, logged: str) -> None:
    assert redact(None, "info", {"event": said})["event"] == logged
