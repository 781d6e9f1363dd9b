"""Opinions on collisions."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from intel import serializers as wire
from intel.services.opinions import give_opinion, withdraw_opinion
from kit.http import actor_of


class OpinionView(GenericAPIView[Any]):
    """Your institution's opinion on a collision; the collision itself shows everybody's."""

    serializer_class = wire.GivenOpinionSerializer

    @extend_schema(operation_id="opinion_give", responses={204: None})
    def post(self, request: Request, ref: UUID) -> Response:
        """Give it, or change it. The same opinion again changes nothing."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        give_opinion(actor_of(request._request), ref=ref, **given.validated_data)
        return Response(status=204)

    @extend_schema(operation_id="opinion_withdraw", request=None, responses={204: None})
    def delete(self, request: Request, ref: UUID) -> Response:
        """Take it back. Safe to repeat."""
        withdraw_opinion(actor_of(request._request), ref=ref)
        return Response(status=204)


urlpatterns = [path("collisions/<uuid:ref>/opinion", OpinionView.as_view(), name="opinion")]
