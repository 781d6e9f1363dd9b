"""Evidence and its custody: encrypted by the client, uploaded and read in parts of 8 MiB."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cases.forms import evidence as asked
from cases.queries.evidence import evidence_for, evidence_of, upload_for
from cases.queries.room import room_of
from cases.services.evidence import open_version, read_part
from cases.services.uploads import begin_upload, drop_upload, finish_upload, put_part
from kit.http import actor_of
from kit.pages import LargeFile

OPENING = OpenApiParameter("opening", OpenApiTypes.UUID, required=True, description="What opening the version gave.")


class AboutSerializer(serializers.Serializer[Any]):
    """What a new piece of evidence is. No indicator in title and source."""

    kind = serializers.CharField(help_text="recording, chat, forged, payment, screenshot or letter.")
    title = serializers.CharField(max_length=120)
    source = serializers.CharField(allow_null=True, help_text="How the institution came by it.")  # type: ignore[assignment]  # a field of this name
    acquired_on = serializers.DateField(allow_null=True)
    request = serializers.UUIDField(allow_null=True, help_text="The police's request that it answers.")


class BeginSerializer(serializers.Serializer[Any]):
    """A file as it is before encryption. Checksums and salt: 32 bytes in base64url."""

    name = serializers.CharField(max_length=200)
    size = serializers.IntegerField(min_value=0)
    sha256 = serializers.CharField()
    sm3 = serializers.CharField()
    salt = serializers.CharField(help_text="Random; of the upload that goes on, the platform's is taken.")
    generation = serializers.IntegerField(min_value=1, help_text="Of the case key.")
    evidence = serializers.UUIDField(allow_null=True, help_text="For another version of it.")
    about = AboutSerializer(allow_null=True)


class UploadSerializer(serializers.Serializer[Any]):
    """An upload: what the file's key is made of, and which parts have arrived (docs/evidence.md)."""

    upload = serializers.UUIDField()
    case = serializers.UUIDField()
    evidence = serializers.UUIDField()
    version = serializers.IntegerField()
    generation = serializers.IntegerField()
    salt = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    state = serializers.CharField(help_text="uploading, checking, kept, refused or erased.")
    parts = serializers.IntegerField()
    arrived = serializers.ListField(child=serializers.IntegerField())
    cipher_size = serializers.IntegerField()
    checked_bytes = serializers.IntegerField()


class SumsSerializer(serializers.Serializer[Any]):
    """Checksums of the whole cipher text, in base64url."""

    sha256 = serializers.CharField()
    sm3 = serializers.CharField()


class ArrivedSerializer(serializers.Serializer[Any]):
    """How many parts have arrived."""

    arrived = serializers.IntegerField()


class PurposeSerializer(serializers.Serializer[Any]):
    """Why a version is read: stands in its custody record."""

    act = serializers.CharField(help_text="viewed or copied.")
    reason = serializers.CharField(max_length=500)


class OpeningSerializer(serializers.Serializer[Any]):
    """Leave to read the parts of a version for 12 hours, and what its key is made of."""

    opening = serializers.UUIDField()
    case = serializers.UUIDField()
    evidence = serializers.UUIDField()
    version = serializers.IntegerField()
    generation = serializers.IntegerField()
    salt = serializers.CharField()
    sha256 = serializers.CharField()
    sm3 = serializers.CharField()
    size = serializers.IntegerField()
    parts = serializers.IntegerField()


class EvidenceVersionSerializer(serializers.Serializer[Any]):
    """A version of a piece of evidence; checksums in hex, those of the cipher text empty before it has arrived."""

    reference = serializers.UUIDField(source="row.ref")
    number = serializers.IntegerField(source="row.number")
    name = serializers.CharField()
    state = serializers.CharField(source="row.state", help_text="uploading, checking, kept, refused or erased.")
    size = serializers.IntegerField(source="row.size")
    generation = serializers.IntegerField(source="row.generation", help_text="Of the case key.")
    kept_at = serializers.DateTimeField(source="row.kept_at", allow_null=True)
    parts = serializers.IntegerField()
    arrived = serializers.IntegerField(help_text="How many of the parts.")
    source_sha256 = serializers.CharField(source="sums.source_sha256")
    source_sm3 = serializers.CharField(source="sums.source_sm3")
    cipher_sha256 = serializers.CharField(source="sums.cipher_sha256")
    cipher_sm3 = serializers.CharField(source="sums.cipher_sm3")


class EvidenceSerializer(serializers.Serializer[Any]):
    """A piece of evidence with its versions, oldest first."""

    reference = serializers.UUIDField(source="row.ref")
    kind = serializers.CharField(source="row.kind", help_text="recording, chat, forged, payment, screenshot or letter.")
    title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    provider = serializers.CharField(source="row.institution")
    provider_reference = serializers.UUIDField(source="row.institution.ref")
    acquired_on = serializers.DateField(source="row.acquired_on", allow_null=True)
    created_at = serializers.DateTimeField(source="row.created_at")
    expires_on = serializers.DateField(source="row.expires_on", allow_null=True)
    hold_until = serializers.DateField(source="held_until", allow_null=True, help_text="Of a legal hold that lasts.")
    sealed_at = serializers.DateTimeField(source="row.sealed_at", allow_null=True)
    erased_at = serializers.DateTimeField(source="row.erased_at", allow_null=True)
    versions = EvidenceVersionSerializer(many=True)


class CustodyEntrySerializer(serializers.Serializer[Any]):
    """An entry of a custody record (docs/protocol.md). `chain` is over everything before `who`."""

    evidence = serializers.UUIDField()
    number = serializers.IntegerField()
    act = serializers.CharField()
    version = serializers.IntegerField(help_text="0 for the evidence as a whole.")
    at = serializers.DateTimeField()
    institution = serializers.CharField(help_text="A reference; empty for the platform.")
    actor = serializers.CharField()
    to = serializers.CharField(help_text="A reference; whom it was handed over to.")
    reason = serializers.CharField(help_text="What stands for the reason in the chain.")
    reason_text = serializers.CharField()
    reason_salt = serializers.CharField(help_text="base64url.")
    chain = serializers.CharField(help_text="After this entry, in hex.")
    who = serializers.CharField(help_text="The institution and the person, by name.")


class CustodySerializer(serializers.Serializer[Any]):
    """A custody record, oldest entry first."""

    wrong = serializers.IntegerField(allow_null=True, help_text="The first entry that does not hold; null if all do.")
    entries = serializers.SerializerMethodField()

    @extend_schema_field(CustodyEntrySerializer(many=True))
    def get_entries(self, custody: Any) -> list[dict[str, Any]]:
        """Each as the chain is computed over it, with the names of who acted."""
        return [{**line.to_json(), "who": line.who} for line in custody.lines]


class EvidenceDetailSerializer(EvidenceSerializer):
    """A piece of evidence with its custody record."""

    custody = CustodySerializer()


class OctetStreamParser(BaseParser):
    """A part's body stays a stream: the service reads it in pieces, straight to the disk."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Nothing: the view reads the request itself."""
        return {}


class OctetStreamRenderer(JSONRenderer):
    """So that a client may ask for cipher text by its type; what is refused is a problem document all the same."""

    media_type = "application/octet-stream"


class RoomSerializer(serializers.Serializer[Any]):
    """Bytes of cipher text of your institution's evidence over all cases; a running upload counts whole."""

    used = serializers.IntegerField()
    allowed = serializers.IntegerField()
    left = serializers.IntegerField()


class RoomView(GenericAPIView[Any]):
    """The room for your institution's evidence."""

    serializer_class = RoomSerializer

    @extend_schema(operation_id="evidence_room")
    def get(self, request: Request) -> Response:
        """How much is used. An upload that needs more than is left is refused (`evidence_quota`) when it begins."""
        return Response(self.get_serializer(room_of(actor_of(request._request))).data)


class EvidenceListView(GenericAPIView[Any]):
    """The evidence of a case."""

    serializer_class = EvidenceSerializer

    @extend_schema(operation_id="case_evidence_list", responses=EvidenceSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """All of it with its versions and checksums, newest first."""
        found = evidence_of(actor_of(request._request), ref)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)


class EvidenceView(GenericAPIView[Any]):
    """One piece of evidence."""

    serializer_class = EvidenceDetailSerializer

    @extend_schema(operation_id="case_evidence")
    def get(self, request: Request, ref: UUID, evidence: UUID) -> Response:
        """With its custody record, verified now."""
        return Response(self.get_serializer(evidence_for(actor_of(request._request), ref, evidence)).data)


class UploadsView(GenericAPIView[Any]):
    """Uploads into a case."""

    serializer_class = BeginSerializer

    @extend_schema(operation_id="begin_upload", responses={201: UploadSerializer})
    def post(self, request: Request, ref: UUID) -> Response:
        """Begin an upload, or go on with the one of the same file: send the parts that have not arrived."""
        actor = actor_of(request._request)
        row = begin_upload(actor, ref, **asked.beginning(request.data))
        return Response(upload_for(actor, ref, row.ref).to_json(), status=201)


class UploadView(GenericAPIView[Any]):
    """One upload of your institution."""

    serializer_class = UploadSerializer

    @extend_schema(operation_id="read_upload")
    def get(self, request: Request, ref: UUID, version: UUID) -> Response:
        """How far it is."""
        return Response(upload_for(actor_of(request._request), ref, version).to_json())

    @extend_schema(operation_id="drop_upload", responses={204: None})
    def delete(self, request: Request, ref: UUID, version: UUID) -> Response:
        """Give up a running upload; what has arrived is erased."""
        drop_upload(actor_of(request._request), ref, version=version)
        return Response(status=204)


class PartView(GenericAPIView[Any]):
    """One part of an upload."""

    serializer_class = ArrivedSerializer
    parser_classes = [OctetStreamParser]

    @extend_schema(operation_id="put_part", request={"application/octet-stream": OpenApiTypes.BINARY})
    def put(self, request: Request, ref: UUID, version: UUID, number: int) -> Response:
        """Send one part of cipher text: 8 chunks, the last part what is left. Safe to repeat; nothing is replaced."""
        arrived = put_part(
            actor_of(request._request),
            ref,
            version=version,
            number=number,
            body=request._request,
            length=asked.length_of(request._request.META.get("CONTENT_LENGTH")),
        )
        return Response({"arrived": arrived})


class ArrivalView(GenericAPIView[Any]):
    """The end of an upload."""

    serializer_class = SumsSerializer

    @extend_schema(operation_id="finish_upload", responses=UploadSerializer)
    def post(self, request: Request, ref: UUID, version: UUID) -> Response:
        """Say that all parts were sent; the platform computes the checksums again. Safe to repeat."""
        actor = actor_of(request._request)
        finish_upload(actor, ref, version=version, **asked.arrival(request.data))
        return Response(upload_for(actor, ref, version).to_json())


class OpeningsView(GenericAPIView[Any]):
    """Readings of a version."""

    serializer_class = PurposeSerializer

    @extend_schema(operation_id="open_version", responses={201: OpeningSerializer})
    def post(self, request: Request, ref: UUID, version: UUID) -> Response:
        """Say why you view or copy a version; it is written to its custody record."""
        opening = open_version(actor_of(request._request), ref, version=version, **asked.purpose(request.data))
        return Response(opening.to_json(), status=201)


class KeptPartView(GenericAPIView[Any]):
    """One part of a kept version."""

    serializer_class = serializers.Serializer
    renderer_classes = [JSONRenderer, OctetStreamRenderer]

    @extend_schema(
        operation_id="read_part",
        parameters=[OPENING],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, ref: UUID, version: UUID, number: int) -> LargeFile:
        """Its cipher text, verified against what was kept."""
        opening = asked.reference(request.query_params.get("opening", ""))
        actor = actor_of(request._request)
        found = read_part(actor, ref, version=version, number=number, opening=opening)
        return LargeFile(found, as_attachment=True, filename="part.bin", content_type="application/octet-stream")


_CASE = "cases/<uuid:ref>"
_UPLOAD = f"{_CASE}/uploads/<uuid:version>"
_VERSION = f"{_CASE}/evidence-versions/<uuid:version>"
urlpatterns = [
    path("evidence-room", RoomView.as_view(), name="evidence-room"),
    path(f"{_CASE}/evidence", EvidenceListView.as_view(), name="evidence"),
    path(f"{_CASE}/evidence/<uuid:evidence>", EvidenceView.as_view(), name="evidence-item"),
    path(f"{_CASE}/uploads", UploadsView.as_view(), name="evidence-uploads"),
    path(_UPLOAD, UploadView.as_view(), name="evidence-upload"),
    path(f"{_UPLOAD}/parts/<int:number>", PartView.as_view(), name="evidence-upload-part"),
    path(f"{_UPLOAD}/arrival", ArrivalView.as_view(), name="evidence-arrival"),
    path(f"{_VERSION}/openings", OpeningsView.as_view(), name="evidence-openings"),
    path(f"{_VERSION}/parts/<int:number>", KeptPartView.as_view(), name="evidence-part"),
]
