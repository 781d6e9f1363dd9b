"""Everything that an institution can read: each page and answer it may open, with its headers, byte for byte."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.permission_table import TABLE

_FRESH = re.compile(rb"(?:csrfmiddlewaretoken|X-CSRFToken|csrf-token|nonce|request_id)[^>\n]*")
_NOT_TOLD = {"X-Request-ID", "Set-Cookie", "Date"}
_AREAS = ("intel:", "notices:", "custody:", "members:", "api:")
_THE_SAME_FOR_ALL = {"api:schema", "api:docs"}
Told = tuple[int, dict[str, str], bytes]


def told(response: HttpResponseBase) -> Told:
    """All of an answer but what is drawn afresh each time: status, headers, body."""
    headers = {name: value for name, value in response.headers.items() if name not in _NOT_TOLD}
    body: bytes = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return response.status_code, headers, _FRESH.sub(b"", body)


def shown(browser: Client, system: Any, collision: UUID) -> dict[str, Told]:
    """What one institution's person and system read of a collision, and everywhere else."""
    return everything(browser, system, {"collision": {"ref": collision}})


def everything(browser: Client, system: Any, objects: Mapping[str, Mapping[str, object]]) -> dict[str, Told]:
    """Each address of the permission table that is read and needs no object, or one of these, by its address.

    `browser` is a person's, `system` sends a credential; each reads what is meant for it.
    """
    read = {}
    for route in TABLE.values():
        if "GET" not in route.may or not route.name.startswith(_AREAS) or route.name in _THE_SAME_FOR_ALL:
            continue
        if route.of and route.of not in objects:
            continue
        url = reverse(route.name, kwargs=dict(objects[route.of]) if route.of else None)
        read[url] = told((system if route.name.startswith("api:") else browser).get(url))
    return read
