"""Certificate checks, and an institution's own customers on seized lists."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.keys import RecipientSerializer
from cases.forms.papers import contact, question
from cases.queries.papers import issuers_for, own_recipients, paper_detail_for, paper_rows
from cases.queries.seized import finding_row_for, findings_for
from cases.services.papers import ask_issuer, open_facts
from cases.services.seized import decide_finding, open_finding
from kit.capabilities import Capability
from kit.http import actor_of


class IssuerSerializer(serializers.Serializer[Any]):
    """An office that papers are said to come from, with the keys that facts are sealed to."""

    reference = serializers.UUIDField(source="ref")
    name = serializers.CharField()
    kind = serializers.CharField()
    keys = serializers.SerializerMethodField()

    @extend_schema_field(RecipientSerializer(many=True))
    def get_keys(self, one: Any) -> list[dict[str, Any]]:
        """Its live ones."""
        return [key.to_json() for key in one.keys]


class IssuersSerializer(serializers.Serializer[Any]):
    """Whom you may ask, and your own keys: seal the facts to the issuer's and to your own."""

    results = IssuerSerializer(many=True)
    own = RecipientSerializer(many=True)


class SealSerializer(serializers.Serializer[Any]):
    """Facts sealed to one key (docs/protocol.md, section "Cases")."""

    key = serializers.UUIDField()
    sealed = serializers.CharField(help_text="base64url.")


class QuestionSerializer(serializers.Serializer[Any]):
    """A question to an issuer."""

    ref = serializers.UUIDField(help_text="Drawn by you: the facts are sealed to it. Safe to send again.")
    issuer = serializers.UUIDField()
    paper = serializers.CharField(help_text="diagnosis, hardship, police_receipt, death, unemployment or other.")
    case = serializers.UUIDField(allow_null=True)
    seals = SealSerializer(many=True)


class PaperSerializer(serializers.Serializer[Any]):
    """A certificate check."""

    reference = serializers.UUIDField(source="ref")
    paper = serializers.CharField(
        source="code", help_text="diagnosis, hardship, police_receipt, death, unemployment or other."
    )
    issuer = serializers.CharField()
    asked_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    overdue = serializers.BooleanField(source="is_overdue")
    answer = serializers.CharField(help_text="genuine, not_ours, differs, unknown; empty while it waits.")
    answered_at = serializers.DateTimeField(allow_null=True)


class PaperDetailSerializer(serializers.Serializer[Any]):
    """A certificate check with its formal answer."""

    reference = serializers.UUIDField(source="check.ref")
    paper = serializers.CharField(source="check.paper")
    issuer = serializers.CharField(source="check.issuer")
    case = serializers.UUIDField(allow_null=True)
    asked_at = serializers.DateTimeField(source="check.asked_at")
    due_on = serializers.DateField(source="check.due_on")
    overdue = serializers.BooleanField(source="is_overdue")
    answer = serializers.CharField(source="check.answer", help_text="As in the list.")
    document = serializers.CharField(source="check.answer_document", help_text="The number of the answer's document.")
    note = serializers.CharField()
    answered_at = serializers.DateTimeField(source="check.answered_at", allow_null=True)


class HeldSerializer(serializers.Serializer[Any]):
    """What was sealed to one of your own keys."""

    fingerprint = serializers.CharField()
    sealed = serializers.CharField(help_text="base64url.")


class SeizedClueSerializer(serializers.Serializer[Any]):
    """A clue of yours that names the person; needs the scope `submit`."""

    reference = serializers.UUIDField(source="ref")
    own_reference = serializers.CharField(allow_blank=True)


class FindingSerializer(serializers.Serializer[Any]):
    """A customer of yours on a seized list: a victim to contact."""

    reference = serializers.UUIDField(source="ref")
    kind = serializers.CharField(source="kind.label")
    unit = serializers.CharField()
    instrument = serializers.CharField()
    found_on = serializers.DateField()
    named = serializers.BooleanField(source="is_named", help_text="The list names your institution as the lender.")
    sealed = serializers.BooleanField(source="may_open", help_text="The person was sealed to a key of yours.")
    place = serializers.CharField(help_text="What it was sealed to.")
    clues = SeizedClueSerializer(many=True)
    state = serializers.CharField(help_text="new, contacted, unreachable or not_ours.")
    found_at = serializers.DateTimeField()


class ContactSerializer(serializers.Serializer[Any]):
    """How far contacting the person has come."""

    state = serializers.CharField(help_text="new, contacted, unreachable or not_ours.")


class IssuersView(GenericAPIView[Any]):
    """Offices that papers are said to come from."""

    serializer_class = IssuersSerializer

    @extend_schema(operation_id="issuers")
    def get(self, request: Request) -> Response:
        """Whom you may ask, with the keys that facts are sealed to."""
        actor = actor_of(request._request)
        own = [key.to_json() for key in own_recipients(actor)]
        return Response(self.get_serializer({"results": issuers_for(actor), "own": own}).data)


class PapersView(GenericAPIView[Any]):
    """Certificate checks of your institution."""

    serializer_class = PaperSerializer

    @extend_schema(operation_id="papers_list", responses=PaperSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest 200; those without an answer first."""
        found = paper_rows(actor_of(request._request))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    @extend_schema(operation_id="ask_issuer", request=QuestionSerializer, responses={201: PaperDetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask an issuer whether a paper is genuine. Safe to repeat."""
        actor = actor_of(request._request)
        actor.require(Capability.ASK_ISSUERS)  # before the body is read
        check = ask_issuer(actor, **question(request.data))
        return Response(PaperDetailSerializer(paper_detail_for(actor, check.ref)).data, status=201)


class PaperView(GenericAPIView[Any]):
    """One certificate check."""

    serializer_class = PaperDetailSerializer

    @extend_schema(operation_id="paper")
    def get(self, request: Request, ref: UUID) -> Response:
        """Its state and the formal answer."""
        return Response(self.get_serializer(paper_detail_for(actor_of(request._request), ref)).data)


class PaperFactsView(GenericAPIView[Any]):
    """The facts on a paper."""

    serializer_class = HeldSerializer

    @extend_schema(operation_id="open_paper_facts", request=None, responses=HeldSerializer(many=True))
    def post(self, request: Request, ref: UUID) -> Response:
        """The sealed facts for your own keys; that you looked is recorded."""
        return self.get_paginated_response([one.to_json() for one in open_facts(actor_of(request._request), ref)])


class SeizedFindingsView(GenericAPIView[Any]):
    """Your customers on seized lists."""

    serializer_class = FindingSerializer

    @extend_schema(operation_id="seized_findings_list", responses=FindingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """At most 500, those to be contacted first."""
        return self.get_paginated_response(
            self.get_serializer(findings_for(actor_of(request._request)), many=True).data
        )


class SeizedFindingView(GenericAPIView[Any]):
    """One of them."""

    serializer_class = ContactSerializer

    @extend_schema(operation_id="decide_seized_finding", responses=FindingSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Say how far contacting the person has come."""
        actor = actor_of(request._request)
        decide_finding(actor, ref, state=contact(request.data))
        return Response(FindingSerializer(finding_row_for(actor, ref)).data)


class SeizedPersonView(GenericAPIView[Any]):
    """The person of a finding."""

    serializer_class = HeldSerializer

    @extend_schema(operation_id="open_seized_person", request=None, responses=HeldSerializer(many=True))
    def post(self, request: Request, ref: UUID) -> Response:
        """The sealed person for your own keys; that you looked is recorded."""
        return self.get_paginated_response([one.to_json() for one in open_finding(actor_of(request._request), ref)])


urlpatterns = [
    path("issuers", IssuersView.as_view(), name="issuers"),
    path("papers", PapersView.as_view(), name="papers"),
    path("papers/<uuid:ref>", PaperView.as_view(), name="paper"),
    path("papers/<uuid:ref>/facts", PaperFactsView.as_view(), name="paper-facts"),
    path("seized-findings", SeizedFindingsView.as_view(), name="seized-findings"),
    path("seized-findings/<uuid:ref>", SeizedFindingView.as_view(), name="seized-finding"),
    path("seized-findings/<uuid:ref>/person", SeizedPersonView.as_view(), name="seized-person"),
]
