"""The members' part of the API: who am I, and which circles may I file to."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kit.http import actor_of
from members.queries.circles import circles_for
from members.queries.whoami import WhoAmI, whoami


class InstitutionSerializer(serializers.Serializer[Any]):
    """The asker's own institution."""

    ref = serializers.UUIDField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.CharField()


class MissingSerializer(serializers.Serializer[Any]):
    """A capability the asker lacks and the scopes that hold it."""

    capability = serializers.CharField()
    granted_by = serializers.ListField(child=serializers.CharField())


class WhoAmISerializer(serializers.Serializer[Any]):
    """The credential that asked."""

    name = serializers.CharField()
    institution = InstitutionSerializer()
    scopes = serializers.ListField(child=serializers.CharField(), source="holds")
    capabilities = serializers.SerializerMethodField()
    missing = MissingSerializer(many=True, source="lacks")
    ask = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField()

    def get_capabilities(self, who: WhoAmI) -> list[str]:
        """The capabilities' words."""
        return [right.capability for right in who.has]

    def get_ask(self, who: WhoAmI) -> list[str]:
        """The names of the admins who can create a credential with more scopes."""
        return [admin.name for admin in who.admins]


class CircleSerializer(serializers.Serializer[Any]):
    """A circle of the asker's institution; its code is what a clue names."""

    ref = serializers.UUIDField()
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    voice_libraries = serializers.ListField(child=serializers.CharField())
    shows_collisions = serializers.BooleanField(
        source="is_wide", help_text="False if it has too few ownership groups: its collisions are shown to nobody."
    )
    confidential = serializers.BooleanField(
        source="is_confidential", help_text="True if its members do not learn who else is in it, nor how many."
    )


class WhoAmIView(GenericAPIView[Any]):
    """Who the credential is, what it may do, what it may not and who can change that."""

    serializer_class = WhoAmISerializer

    def get(self, request: Request) -> Response:
        """One object."""
        return Response(self.get_serializer(whoami(actor_of(request._request))).data)


@extend_schema(responses=CircleSerializer(many=True))
class CirclesView(GenericAPIView[Any]):
    """The circles the credential's institution is in now, with their voice libraries."""

    serializer_class = CircleSerializer

    def get(self, request: Request) -> Response:
        """A list, by code."""
        return self.get_paginated_response(self.get_serializer(circles_for(actor_of(request._request)), many=True).data)


urlpatterns = [
    path("whoami", WhoAmIView.as_view(), name="whoami"),
    path("circles", CirclesView.as_view(), name="circles"),
]
