"""Rendering for views: a page, or the fragment of it that htmx or a live part asked for."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

ROWS = 20
"""Rows of a list on one page."""
form_page = require_http_methods(["GET", "HEAD", "POST"])
"""Of a view that shows a form, and takes it."""


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page to a browser; its `fragment` alone to htmx, so that the markup exists once."""
    part = fragment if fragment is not None and request.headers.get("HX-Request") else None
    response = render(request, part or template, dict(context or {}), status=status)
    if fragment is not None:
        patch_vary_headers(response, ["HX-Request"])
    return response


def live(request: HttpRequest, template: str, context: Mapping[str, Any], *, fragment: str) -> HttpResponse:
    """A page whose fragment is polled: the poll is answered 304 while nothing changed (RFC 9110, section 13.1.2)."""
    response = page(request, template, context, fragment=fragment)
    if request.headers.get("HX-Request"):
        tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == tag:
            response = HttpResponse(status=304)
            patch_vary_headers(response, ["HX-Request"])
        response["ETag"] = tag
    return response


def tagged_json(request: HttpRequest, found: Mapping[str, Any]) -> HttpResponse:
    """JSON that its reader asks for again and again: 304 while nothing changed (RFC 9110, section 13.1.2)."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match") == tag
    response = HttpResponse(status=304) if known else HttpResponse(body, content_type="application/json")
    response["ETag"] = tag
    # To be asked for again each time: a list that took force must be known before the next clue is filed.
    response["Cache-Control"] = "private, no-cache"
    return response


def attachment(content: str | bytes, *, filename: str, content_type: str) -> HttpResponse:
    """A file to keep. `filename` is ASCII and ours, never a visitor's text."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


class LargeFile(FileResponse):
    """An open file to keep, sent in pieces: what a request holds in memory does not grow with the file."""

    block_size = 256 * 1024


def asset(path: str) -> str:
    """The address of a built file (static/manifest.json), with the hash of its content: it may be cached for ever."""
    return f"{static(path)}?v={_hashes()[path][:12]}"


@cache
def _hashes() -> dict[str, str]:
    manifest = json.loads((Path(settings.BASE_DIR) / "static" / "manifest.json").read_text(encoding="utf-8"))
    return dict(manifest["outputs"])
