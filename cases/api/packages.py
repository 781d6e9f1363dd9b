"""Packages."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.queries.cases import case_for
from cases.queries.packages import evidence_in_package, package_for, package_row, packages_of
from cases.services.packages import build_package, open_values, take_package
from kit.http import actor_of
from privacy.encoding import b64


class PackageSerializer(serializers.Serializer[Any]):
    """A package that your institution built."""

    reference = serializers.UUIDField(source="ref")
    built_at = serializers.DateTimeField()
    documents = serializers.IntegerField()
    evidence = serializers.IntegerField(help_text="Files of evidence that belong in it.")
    is_stamped = serializers.BooleanField(help_text="Whether it has an RFC 3161 time-stamp; otherwise: integrity only.")
    key = serializers.CharField(help_text="SHA-256 of the public key that signed it, in hex.")
    sha256 = serializers.CharField(help_text="Of its manifest, in hex.")


class PackageFileSerializer(serializers.Serializer[Any]):
    """A file that the platform wrote."""

    path = serializers.CharField()
    content = serializers.CharField(help_text="In base64.")


class PackageEvidenceSerializer(serializers.Serializer[Any]):
    """A file of evidence that belongs in the package: read it with the case's key, and put it at its path."""

    path = serializers.CharField()
    evidence = serializers.UUIDField()
    version = serializers.IntegerField()
    version_reference = serializers.UUIDField()
    generation = serializers.IntegerField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    sm3 = serializers.CharField()


class PackageContentsSerializer(serializers.Serializer[Any]):
    """Everything a package is assembled of."""

    files = PackageFileSerializer(many=True)
    evidence = PackageEvidenceSerializer(many=True)


class PackageValuesAskedSerializer(serializers.Serializer[Any]):
    """Which keys you hold, and why you open the values."""

    fingerprints = serializers.ListField(child=serializers.CharField(max_length=64), max_length=100)
    reason = serializers.CharField(max_length=500)


class PackageValueSerializer(serializers.Serializer[Any]):
    """A disclosed value in cipher text for one of your keys."""

    disclosure = serializers.UUIDField()
    kind = serializers.CharField()
    fingerprint = serializers.CharField()
    sealed = serializers.SerializerMethodField(help_text="HPKE, in base64url.")
    commitment = serializers.SerializerMethodField(help_text="In base64url.")

    def get_sealed(self, one: Any) -> str:
        """Encapsulated key and cipher text."""
        return b64(one.sealed)

    def get_commitment(self, one: Any) -> str:
        """32 bytes."""
        return b64(one.commitment)


class PackagesView(GenericAPIView[Any]):
    """The packages of a case."""

    serializer_class = PackageSerializer

    @extend_schema(operation_id="case_packages", responses=PackageSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """Those that your institution built, newest first."""
        actor = actor_of(request._request)
        found = packages_of(actor, case_for(actor, ref))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    @extend_schema(operation_id="build_package", request=None, responses={201: PackageSerializer})
    def post(self, request: Request, ref: UUID) -> Response:
        """Build and sign one of the case as it is now."""
        actor = actor_of(request._request)
        built = build_package(actor, ref)
        return Response(self.get_serializer(package_row(actor, ref, built.ref)).data, status=201)


class PackageContentsView(GenericAPIView[Any]):
    """What a package is assembled of."""

    serializer_class = PackageContentsSerializer

    @extend_schema(operation_id="package_contents")
    def get(self, request: Request, ref: UUID, package: UUID) -> Response:
        """Every file that the platform wrote, and which evidence belongs in it. Recorded."""
        actor = actor_of(request._request)
        taken = take_package(actor, ref, package)
        files = [{"path": name, "content": b64encode(raw).decode("ascii")} for name, raw in taken.items()]
        found = {"files": files, "evidence": evidence_in_package(package_for(actor, ref, package))}
        return Response(self.get_serializer(found).data)


class PackageValuesView(GenericAPIView[Any]):
    """Disclosed values for a package."""

    serializer_class = PackageValueSerializer

    @extend_schema(
        operation_id="package_values",
        request=PackageValuesAskedSerializer,
        responses=PackageValueSerializer(many=True),
    )
    def post(self, request: Request, ref: UUID, package: UUID) -> Response:
        """The cipher texts of those given to your keys; each is an unmasking, on record with your reason."""
        asked = PackageValuesAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = open_values(actor_of(request._request), ref, package, **asked.validated_data)
        return self.get_paginated_response(self.get_serializer(given, many=True).data)


_CASE = "cases/<uuid:ref>/packages"
urlpatterns = [
    path(_CASE, PackagesView.as_view(), name="packages"),
    path(f"{_CASE}/<uuid:package>/contents", PackageContentsView.as_view(), name="package-contents"),
    path(f"{_CASE}/<uuid:package>/values", PackageValuesView.as_view(), name="package-values"),
]
