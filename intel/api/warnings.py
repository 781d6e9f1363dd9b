"""Warning lists: what is in force, and how members propose, approve and refuse versions."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from intel import proposals
from intel.queries.warnings import published, version_for, versions_for
from intel.services.warnings import approve_version, propose_version, refuse_version
from kit.capabilities import Capability
from kit.errors import TooLarge
from kit.http import StrictJSONParser, actor_of
from kit.pages import tagged_json
from privacy.warnings import LISTABLE, SORTS


class EntrySerializer(serializers.Serializer[Any]):
    """One public value of a list, or a prefix of phone numbers."""

    kind = serializers.ChoiceField(choices=list(LISTABLE))
    value = serializers.CharField(help_text="In canonical form.")
    prefix = serializers.BooleanField(source="is_prefix", help_text="Acts in the client only.")
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # a field of this name, not the caption


class VersionSerializer(serializers.Serializer[Any]):
    """A version of a list."""

    reference = serializers.UUIDField(source="ref")
    code = serializers.CharField()
    number = serializers.IntegerField()
    sort = serializers.ChoiceField(choices=list(SORTS))
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    state = serializers.CharField(help_text="proposed, active, retired or refused.")
    reason = serializers.CharField()
    refusal = serializers.CharField()
    epoch = serializers.IntegerField()
    size = serializers.IntegerField(source="entries")
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True, help_text="When all its digests were held, or freed.")
    approvals = serializers.ListField(child=serializers.CharField())


class VersionDetailSerializer(serializers.Serializer[Any]):
    """A version with its entries; the digests are for whoever approves to compute."""

    version = VersionSerializer()
    entries = EntrySerializer(many=True)
    added = EntrySerializer(many=True)
    removed = EntrySerializer(many=True)
    may = serializers.ListField(child=serializers.CharField(), help_text="approve, refuse.")


class VersionListSerializer(serializers.Serializer[Any]):
    """Versions, the proposed and those in force first."""

    results = VersionSerializer(many=True)


class ProposalSerializer(serializers.Serializer[Any]):
    """A whole list as it shall be. Without entries the list goes."""

    code = serializers.SlugField(max_length=40)
    sort = serializers.ChoiceField(choices=list(SORTS))
    name_zh = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=500)
    epoch = serializers.IntegerField(min_value=1, help_text="The key epoch of the digests.")
    entries = EntrySerializer(many=True, help_text="At most 10,000.")
    digests = serializers.CharField(
        allow_blank=True, help_text="32 bytes for each entry that is no prefix, one after the other, base64url."
    )


class ApprovalOfListSerializer(serializers.Serializer[Any]):
    """What the approver's own client computed."""

    epoch = serializers.IntegerField(min_value=1)
    digests = serializers.CharField(allow_blank=True, help_text="In the order of the entries of the version.")


class RefusalSerializer(serializers.Serializer[Any]):
    """Why not."""

    reason = serializers.CharField(max_length=500)


class BoundedJSONParser(StrictJSONParser):
    """JSON as large as a whole list, and no larger."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value of the body. Raises TooLarge, Invalid."""
        return super().parse(_Bounded(stream.read(proposals.MOST_BYTES + 1)), media_type, parser_context)


class _Bounded:
    """A body that was read within its bound."""

    def __init__(self, body: bytes) -> None:
        if len(body) > proposals.MOST_BYTES:
            raise TooLarge(_("A list has at most 4 MB."))
        self._body = body

    def read(self) -> bytes:
        """All of it."""
        return self._body


class WarningListsView(GenericAPIView[Any]):
    """The lists in force."""

    serializer_class = serializers.Serializer

    @extend_schema(operation_id="warning_lists", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> HttpResponse:
        """Each with the alliance's signature (docs/protocol.md). Send back its ETag to learn cheaply of changes."""
        return tagged_json(request._request, published(actor_of(request._request)))


class VersionsView(GenericAPIView[Any]):
    """Versions of warning lists."""

    serializer_class = VersionSerializer
    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="warning_versions_list", responses=VersionListSerializer)
    def get(self, request: Request) -> Response:
        """The 200 newest."""
        rows = versions_for(actor_of(request._request))
        return Response({"results": VersionSerializer(rows, many=True).data})

    @extend_schema(operation_id="propose_warning", request=ProposalSerializer, responses={201: VersionDetailSerializer})
    def post(self, request: Request) -> Response:
        """Propose a whole list; two members of other owners put it in force."""
        actor = actor_of(request._request)
        actor.require(Capability.MANAGE_WARNINGS)  # before 4 MB are read
        version = propose_version(actor, **proposals.proposal(request.data))
        return Response(VersionDetailSerializer(version_for(actor, version.ref)).data, status=201)


class VersionView(GenericAPIView[Any]):
    """One version."""

    serializer_class = VersionDetailSerializer

    @extend_schema(operation_id="read_warning_version")
    def get(self, request: Request, ref: UUID) -> Response:
        """With its entries, and how they differ from the version before."""
        return Response(VersionDetailSerializer(version_for(actor_of(request._request), ref)).data)


class ApprovalOfListView(GenericAPIView[Any]):
    """The approval of a version."""

    serializer_class = ApprovalOfListSerializer
    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="approve_warning", responses=VersionDetailSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Approve with digests that you computed of the values yourself; others than the proposer's are refused."""
        actor = actor_of(request._request)
        actor.require(Capability.MANAGE_WARNINGS)
        approve_version(actor, ref=ref, **proposals.approval(request.data))
        return Response(VersionDetailSerializer(version_for(actor, ref)).data)


class RefusalOfListView(GenericAPIView[Any]):
    """The refusal of a version."""

    serializer_class = RefusalSerializer

    @extend_schema(operation_id="refuse_warning", responses=VersionDetailSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Refuse with a reason, or take one's own proposal back."""
        actor = actor_of(request._request)
        actor.require(Capability.MANAGE_WARNINGS)
        refuse_version(actor, ref=ref, reason=proposals.refusal(request.data))
        return Response(VersionDetailSerializer(version_for(actor, ref)).data)


urlpatterns = [
    path("warning-lists", WarningListsView.as_view(), name="warning-lists"),
    path("warning-versions", VersionsView.as_view(), name="warning-versions"),
    path("warning-versions/<uuid:ref>", VersionView.as_view(), name="warning-version"),
    path("warning-versions/<uuid:ref>/approval", ApprovalOfListView.as_view(), name="warning-approval"),
    path("warning-versions/<uuid:ref>/refusal", RefusalOfListView.as_view(), name="warning-refusal"),
]
