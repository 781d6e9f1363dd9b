"""Collisions: the queue, and each of them."""

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
from intel.queries.opinions import opinions_for
from intel.queries.queue import Asked
from intel.services.triage import triage
from kit.capabilities import Capability
from kit.http import actor_of


class CollisionsView(GenericAPIView[Any]):
    """Collisions."""

    serializer_class = wire.CollisionPageSerializer

    @extend_schema(
        operation_id="collisions_list", parameters=[wire.CollisionsQuery], responses=wire.CollisionPageSerializer
    )
    def get(self, request: Request) -> Response:
        """The collisions your institution is a party to, newest first unless another order is asked for.

        A page may hold fewer than `limit` and still have a next one: go on until `next_cursor` is empty.
        """
        asked = query(wire.CollisionsQuery, request)
        where = {name: asked.pop(name) for name in ("cursor", "limit")}
        page = collisions_for(actor_of(request._request), Asked(**asked), **where)
        return Response(self.get_serializer(page).data)


class CollisionView(GenericAPIView[Any]):
    """One collision."""

    serializer_class = wire.CollisionDetailSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """The collision with your own clues in it."""
        actor = actor_of(request._request)
        found = collision_for(actor, ref)
        return Response(
            {
                **wire.CollisionSerializer(found.collision).data,
                "own_clues": wire.OwnClueSerializer(found.own_clues, many=True).data,
                "opinions": wire.OpinionsSerializer(opinions_for(actor, ref)).data,
            }
        )


class TriageView(GenericAPIView[Any]):
    """The triage of your own queue."""

    serializer_class = wire.TriageSerializer

    @extend_schema(responses=wire.OutcomeSerializer)
    def post(self, request: Request) -> Response:
        """Accept, reject, snooze, assign or reopen up to 200 collisions. Safe to repeat."""
        actor = actor_of(request._request)
        actor.require(Capability.TRIAGE)
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        outcome = triage(actor, refs=given.pop("references"), **given)
        return Response(wire.OutcomeSerializer(outcome).data)


urlpatterns = [
    path("collisions", CollisionsView.as_view(), name="collisions"),
    path("collisions/triage", TriageView.as_view(), name="triage"),
    path("collisions/<uuid:ref>", CollisionView.as_view(), name="collision"),
]
