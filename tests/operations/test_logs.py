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
    ],
)
def test_an_address_is_logged_without_what_it_asks(address: str, logged: str) -> None:
    assert redact(None, "info", {"event": "request_started", "request": address})["request"] == logged
