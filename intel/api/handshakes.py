"""Handshakes."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from intel import serializers as wire
from intel.api.asked import query
from intel.queries.handshakes import handshakes_for
from intel.services.handshakes import offer_handshake, withdraw_handshake
from kit.http import actor_of

LABEL = 'The other institution\'s label in this collision: "A".'


class HandshakeSerializer(serializers.Serializer[Any]):
    """How your institution stands with one other party of the collision."""

    label = serializers.CharField(help_text=LABEL)  # type: ignore[assignment]  # a field of this name, not the caption
    until = serializers.DateField(
        allow_null=True,
        help_text="The last day of your standing offer; null without one. What others offer is not told.",
    )
    name = wire.NameSerializer(allow_null=True, help_text="Once both have offered, and yours is open to them as well.")


class OfferSerializer(serializers.Serializer[Any]):
    """An offer to open your institution's name."""

    label = serializers.CharField(max_length=4, help_text=LABEL)  # type: ignore[assignment]  # a field of this name, not the caption
    until = serializers.DateField(
        default=None, allow_null=True, help_text="Its last day, at most 30 days from today; 14 days if left out."
    )


class OfferedSerializer(serializers.Serializer[Any]):
    """What came of an offer."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the caption
    until = serializers.DateField()
    is_open = serializers.BooleanField(help_text="The other one had offered the same: both names are open now.")


class WithdrawalQuery(serializers.Serializer[Any]):
    """Which offer is taken back."""

    label = serializers.CharField(max_length=4, default="", allow_blank=True, help_text=LABEL)  # type: ignore[assignment]  # a field of this name, not the caption


class HandshakesView(GenericAPIView[Any]):
    """Handshakes of your institution in one collision."""

    serializer_class = HandshakeSerializer

    @extend_schema(responses=HandshakeSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """One for each other party, by label."""
        found = handshakes_for(actor_of(request._request), ref)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    @extend_schema(request=OfferSerializer, responses=OfferedSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Offer to open your institution's name to one other party, if that one does the same."""
        asked = OfferSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        offered = offer_handshake(actor_of(request._request), collision=ref, **asked.validated_data)
        return Response(OfferedSerializer(asdict(offered)).data)

    @extend_schema(parameters=[WithdrawalQuery], responses={204: None})
    def delete(self, request: Request, ref: UUID) -> Response:
        """Take your offer back; open names stay open."""
        withdraw_handshake(actor_of(request._request), collision=ref, **query(WithdrawalQuery, request))
        return Response(status=204)


urlpatterns = [path("collisions/<uuid:ref>/handshakes", HandshakesView.as_view(), name="handshakes")]
