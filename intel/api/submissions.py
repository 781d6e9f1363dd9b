"""File and withdraw clues, follow submissions."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import orjson
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from intel import serializers as wire
from intel.api.asked import query
from intel.queries.submissions import RowErrorRow, row_errors_for, submission_for, submissions_for
from intel.services.submissions import submit_clues
from intel.services.withdrawals import withdraw_clue
from intel.uploads import Readable, set_aside
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.sheets import MARK, csv_lines

NDJSON = "application/x-ndjson"
_UPLOAD: list[OpenApiParameter | type[serializers.Serializer[Any]]] = [
    wire.FilingQuery,
    OpenApiParameter("Idempotency-Key", str, "header", required=True, description="Fresh for each upload."),
    OpenApiParameter("Alliance-Filename", str, "header", description="Percent-encoded UTF-8."),
    OpenApiParameter("Content-Encoding", str, "header", enum=["gzip"]),
]


class NdjsonParser(BaseParser):
    """Leaves the body unread: intel.uploads reads it within bounds."""

    media_type = NDJSON

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The stream itself."""
        return stream


class NdjsonRenderer(JSONRenderer):
    """Names a media type for negotiation; the view streams the lines itself, so only a problem is rendered here."""

    media_type, format, charset = NDJSON, "ndjson", None


class CsvRenderer(JSONRenderer):
    """As NdjsonRenderer, for a spreadsheet."""

    media_type, format, charset = "text/csv", "csv", None


class SubmissionsView(GenericAPIView[Any]):
    """File clues; list what was filed."""

    parser_classes = [NdjsonParser]
    serializer_class = wire.SubmissionPageSerializer

    @extend_schema(parameters=_UPLOAD, request={NDJSON: wire.ClueSerializer}, responses={202: wire.ReceiptSerializer})
    def post(self, request: Request) -> Response:
        """File up to 100,000 clues, one a line. Bad rows are refused one by one, the good ones are stored."""
        actor = actor_of(request._request)
        actor.require(Capability.SUBMIT)  # before 256 MB are read
        with set_aside(_body(request), encoding=_header(request, "content-encoding")) as upload:
            receipt = submit_clues(
                actor,
                rows=upload.rows(),
                channel="api",
                idempotency_key=_header(request, "idempotency-key"),
                body_sha256=upload.sha256,
                epoch=query(wire.FilingQuery, request)["epoch"],
                filename=unquote(_header(request, "alliance-filename")),
            )
        headers = {"Location": reverse("api:submission", args=[receipt.reference])}
        return Response(wire.ReceiptSerializer(receipt).data, status=202, headers=headers)

    @extend_schema(
        operation_id="submissions_list", parameters=[wire.SubmissionsQuery], responses=wire.SubmissionPageSerializer
    )
    def get(self, request: Request) -> Response:
        """Your institution's submissions, newest first."""
        page = submissions_for(actor_of(request._request), **query(wire.SubmissionsQuery, request))
        return Response(self.get_serializer(page).data)


class SubmissionView(GenericAPIView[Any]):
    """One submission."""

    serializer_class = wire.SubmissionSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """Its state and numbers."""
        return Response(self.get_serializer(submission_for(actor_of(request._request), ref)).data)


class RowErrorsView(GenericAPIView[Any]):
    """The refused rows of a submission."""

    serializer_class = wire.RowErrorSerializer
    renderer_classes = [NdjsonRenderer, CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, NDJSON): wire.RowErrorSerializer, (200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, ref: UUID) -> StreamingHttpResponse:
        """One line a refused row, as ndjson or, by the Accept header, as CSV."""
        errors = row_errors_for(actor_of(request._request), ref)
        if request.accepted_renderer.format == "csv":
            return StreamingHttpResponse(_csv(errors), content_type="text/csv; charset=utf-8")
        return StreamingHttpResponse(
            (orjson.dumps(asdict(error), option=orjson.OPT_APPEND_NEWLINE) for error in errors), content_type=NDJSON
        )


class ClueView(GenericAPIView[Any]):
    """One clue."""

    serializer_class = wire.OwnClueSerializer

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, ref: UUID) -> Response:
        """Withdraw a clue of your institution; what depended on it is undone. Safe to repeat."""
        withdraw_clue(actor_of(request._request), ref=ref)
        return Response(status=204)


urlpatterns = [
    path("submissions", SubmissionsView.as_view(), name="submissions"),
    path("submissions/<uuid:ref>", SubmissionView.as_view(), name="submission"),
    path("submissions/<uuid:ref>/errors", RowErrorsView.as_view(), name="submission-errors"),
    path("clues/<uuid:ref>", ClueView.as_view(), name="clue"),
]


def _header(request: Request, name: str) -> str:
    return request.headers.get(name, "").strip()


def _body(request: Request) -> Readable:
    """The unread body; negotiating its type is what reading `request.data` does."""
    stream: Any = request.data
    if not hasattr(stream, "read"):
        raise Invalid(_("The request has no body, or no Content-Length."), code="empty")
    body: Readable = stream
    return body


def _csv(errors: Iterable[RowErrorRow]) -> Iterator[str]:
    head = ("row", "field", "code", "detail")
    yield MARK
    yield from csv_lines(chain([head], ((error.row, error.field, error.code, error.detail) for error in errors)))
