"""Collisions."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from intel import serializers as wire
from intel.api.asked import query
from intel.queries.collisions import collision_for, collisions_for
from kit.http import actor_of


class CollisionsView(GenericAPIView[Any]):
    """Collisions."""

    serializer_class = wire.CollisionPageSerializer

    @extend_schema(
        operation_id="collisions_list", parameters=[wire.CollisionsQuery], responses=wire.CollisionPageSerializer
    )
    def get(self, request: Request) -> Response:
        """The collisions your institution is a party to, newest first."""
        page = collisions_for(actor_of(request._request), **query(wire.CollisionsQuery, request))
        return Response(self.get_serializer(page).data)


class CollisionView(GenericAPIView[Any]):
    """One collision."""

    serializer_class = wire.CollisionDetailSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """The collision with your own clues in it."""
        found = collision_for(actor_of(request._request), ref)
        return Response(
            {
                **wire.CollisionSerializer(found.collision).data,
                "own_clues": wire.OwnClueSerializer(found.own_clues, many=True).data,
            }
        )


urlpatterns = [
    path("collisions", CollisionsView.as_view(), name="collisions"),
    path("collisions/<uuid:ref>", CollisionView.as_view(), name="collision"),
]
