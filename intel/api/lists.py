"""The closed lists a clue is written with."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from intel import serializers as wire
from intel.typologies import TYPOLOGIES
from privacy.kinds import KINDS


@extend_schema(responses=wire.KindSerializer(many=True))
class KindsView(GenericAPIView[Any]):
    """What an indicator may be."""

    serializer_class = wire.KindSerializer

    def get(self, request: Request) -> Response:
        """All of them, by number."""
        return self.get_paginated_response(self.get_serializer(list(KINDS.values()), many=True).data)


@extend_schema(responses=wire.TypologySerializer(many=True))
class TypologiesView(GenericAPIView[Any]):
    """What a clue may report."""

    serializer_class = wire.TypologySerializer

    def get(self, request: Request) -> Response:
        """All of them, in the order of forms."""
        return self.get_paginated_response(self.get_serializer(list(TYPOLOGIES.values()), many=True).data)


urlpatterns = [
    path("kinds", KindsView.as_view(), name="kinds"),
    path("typologies", TypologiesView.as_view(), name="typologies"),
]
