"""The API of being told: the events of one's institution, for systems that cannot be called."""

import time
from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kit.errors import Invalid
from kit.http import actor_of
from notices.event_types import TYPES
from notices.services.reading import read_events

MOST_WAIT = 5
"""Seconds a request may wait for an event."""


class EventSerializer(serializers.Serializer[Any]):
    """One event: references only. Ask for the subject at `href` to see what it is."""

    event = serializers.UUIDField(source="ref", help_text="The same as in the webhook-id, without hyphens.")
    sequence = serializers.IntegerField(help_text="The number of the event among its institution's, from 1 on.")
    type = serializers.ChoiceField(choices=list(TYPES))
    timestamp = serializers.DateTimeField(source="created_at")
    subject = serializers.UUIDField()
    href = serializers.SerializerMethodField()

    @extend_schema(responses=OpenApiTypes.URI)
    def get_href(self, event: Any) -> str | None:
        """Where the subject is: in the API if it is there, else in the portal."""
        path = TYPES[event.type].api_href(event.subject)
        return f"{settings.BASE_URL}{path}" if path else None


class EventPageSerializer(serializers.Serializer[Any]):
    """Events, oldest first. Keep `next_cursor` once you have dealt with them."""

    results = EventSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField(help_text="There are more already: ask again without waiting.")


class EventsView(GenericAPIView[Any]):
    """What happened to the institution, in order and without gaps that would fill later."""

    serializer_class = EventPageSerializer

    @extend_schema(
        operation_id="list_events",
        parameters=[
            OpenApiParameter("cursor", str, description="The next_cursor of the last answer; empty to begin."),
            OpenApiParameter("limit", int, description="1 to 200, 100 by default."),
            OpenApiParameter("wait", int, description=f"Seconds to wait for the first event, at most {MOST_WAIT}."),
        ],
        responses=EventPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Events after the cursor; an empty page if nothing happened within `wait`."""
        actor = actor_of(request._request)
        limit, wait = _number(request, "limit", 100), _number(request, "wait", 0)
        until = time.monotonic() + min(wait, MOST_WAIT)
        while True:
            page = read_events(actor, cursor=request.query_params.get("cursor", ""), limit=limit)
            if page.rows or time.monotonic() >= until:
                return Response(EventPageSerializer(page).data)
            time.sleep(0.5)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Invalid(f"{name} is a whole number.", code="invalid_number")
    return int(text) if text else default


urlpatterns = [path("events", EventsView.as_view(), name="events")]
