"""What a request carries into the platform, and what it must not."""

import os
from typing import Any

import pytest

from alliance import wsgi

REQUEST = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/members/users",
    "QUERY_STRING": "a=1",
    "CONTENT_TYPE": "text/plain",
    "CONTENT_LENGTH": "3",
    "REMOTE_ADDR": "203.0.113.9",
    "HTTP_HOST": "localhost",
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "wsgi.url_scheme": "http",
}


def test_a_request_does_not_carry_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(wsgi, "_django", lambda environ, _start: seen.update(environ) or [])
    monkeypatch.setattr(wsgi, "_OURS", wsgi._OURS | {"HTTP_PROXY"})
    around = {**os.environ, "DATABASE_OWNER_URL": "postgresql://owner:secret@/x", "HTTP_PROXY": "http://user:secret@x"}
    wsgi.application({**around, **REQUEST}, lambda _status, _headers: None)  # type: ignore[arg-type, return-value]
    assert seen == REQUEST
