"""Refusals become answers here and nowhere else: problem+json (RFC 9457), a page, or an htmx fragment."""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
import structlog
from django.db import OperationalError as DatabaseDown
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from kit.actor import Actor
from kit.errors import Failure, Forbidden, Invalid, NotFound, Refusal, TooMany, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)
R = TypeVar("R", bound=HttpResponse)
PROBLEM = "application/problem+json"


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, as the session's middleware or the credential's authentication named them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def problem(refusal: Refusal) -> dict[str, Any]:
    """The members of the problem document for a refusal (RFC 9457, section 3), in the reader's language."""
    extras = dict(refusal.extras)
    if "errors" in extras:
        extras["errors"] = _in_words(extras["errors"])
    return {
        "type": f"urn:alliance:problem:{refusal.code}",
        "title": _(refusal.title),
        "status": refusal.status,
        "code": refusal.code,
        "detail": _(refusal.detail),
        **extras,
    }


def _in_words(errors: Any) -> Any:
    """The errors of fields as services and serializers name them: texts, in lists and dicts of any depth."""
    if isinstance(errors, dict):
        return {field: _in_words(one) for field, one in errors.items()}
    if isinstance(errors, list | tuple):
        return [_in_words(one) for one in errors]
    return _(errors) if isinstance(errors, str) and errors else errors


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: every error of the API leaves as problem+json; an unknown one stays a 500 and is logged whole."""
    refusal = _as_refusal(error)
    if refusal is None:
        return None
    response = Response(problem(refusal), status=refusal.status, content_type=PROBLEM)
    return _with_headers(response, refusal)


class StrictJSONParser(BaseParser):
    """JSON of the API's small requests (RFC 8259): UTF-8, shallow, and nothing that could not be written out again.

    The framework's own parser fails on a deep body and lets half a surrogate pair through to the database.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value of the body, which Django has bounded (DATA_UPLOAD_MAX_MEMORY_SIZE). Raises Invalid."""
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError:
            raise Invalid(_("The request is malformed."), code="malformed") from None


class WholeList(BasePagination):
    """The API's lists that come whole: {"results": [...]}. A list in pages has its `next_cursor` beside them."""

    def get_paginated_response(self, data: Any) -> Response:
        """The answer with all rows."""
        return Response({"results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The answer in the API's description of itself; `schema` is that of the rows."""
        return {"type": "object", "required": ["results"], "properties": {"results": schema}}


class RefusalMiddleware:
    """Turns a refusal raised by a portal view into a page, or into a fragment when htmx asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook for an exception that left a view; None hands an unknown one on."""
        refusal = _as_refusal(error)
        return None if refusal is None else refusal_response(request, refusal)


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer: JSON for our scripts and below /api/, a fragment for htmx, a page otherwise."""
    if "application/json" in request.headers.get("accept", "") or request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(
            problem(refusal),
            status=refusal.status,
            content_type=PROBLEM,
            json_dumps_params={"ensure_ascii": False},
        )
    else:
        template = "_refusal.html" if getattr(request, "htmx", False) else "refusal.html"
        response = render(request, template, {"problem": problem(refusal)}, status=refusal.status)
    return _with_headers(response, refusal)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404: an unknown address answers like an object out of scope."""
    return refusal_response(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: says that nothing was changed and gives the request id to quote."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return refusal_response(request, Failure("Nothing was changed; try again.", request_id=request_id))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403, for what its own walls refuse."""
    return refusal_response(request, Forbidden())


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to somebody who asks for a page of sign-in too often (allauth looks for a handler429)."""
    return refusal_response(request, TooMany(_("Too many attempts. Wait a minute."), retry_after=60))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: a form without its token, most often one that was open too long."""
    log.warning("csrf.refused", reason=reason)
    message = _("This form was open too long, or did not come from this portal. Load the page again.")
    return refusal_response(request, Forbidden(message, code="csrf_failed"))


def _as_refusal(error: Exception) -> Refusal | None:  # noqa: PLR0911 - one line a kind of error
    match error:
        case Refusal():
            return error
        case DatabaseDown():
            log.error("database.unavailable", reason=str(error).splitlines()[0] if str(error) else "")
            return Unavailable("The database does not answer. Nothing was changed; try again.", retry_after=5)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Unauthenticated()
        case exceptions.Throttled():
            return TooMany(retry_after=int(getattr(error, "wait", None) or 1))
        case exceptions.ValidationError():
            return Invalid("Some fields are not valid.", errors=error.detail)
        case exceptions.PermissionDenied():
            return Forbidden()
        case exceptions.NotFound():
            return NotFound()
        case exceptions.APIException():
            refusal = Refusal(str(error.detail), code=str(error.default_code))
            refusal.status = error.status_code
            return refusal
    return None


def _with_headers(response: R, refusal: Refusal) -> R:
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    if refusal.status == Unauthenticated.status:
        response["WWW-Authenticate"] = "Bearer"
    return response
