"""Everything that an institution can read: each page and answer it may open, with its headers, byte for byte."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

_FRESH = re.compile(rb"(?:csrfmiddlewaretoken|X-CSRFToken|csrf-token|nonce|request_id|data-now|Asia/)[^>\n]*")
_NOT_TOLD = {"X-Request-ID", "Set-Cookie", "Date"}


def told(response: HttpResponseBase) -> tuple[int, dict[str, str], bytes]:
    """All of an answer but what is drawn afresh each time: status, headers, body."""
    headers = {name: value for name, value in response.headers.items() if name not in _NOT_TOLD}
    body: bytes = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return response.status_code, headers, _FRESH.sub(b"", body)


def shown(browser: Client, system: Any, collision: UUID) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """What one institution's person and system read of a collision and around it."""
    pages = [reverse("intel:collision-detail", args=[collision]), *map(reverse, ("intel:collisions", "intel:home"))]
    answers = [reverse(f"api:{name}", args=[collision]) for name in ("collision", "handshakes")]
    answers += [reverse("api:collisions")]
    return {url: told(client.get(url)) for client, urls in ((browser, pages), (system, answers)) for url in urls}
