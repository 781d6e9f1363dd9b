"""Certificate checks, and an institution's own customers on seized lists."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases import paper_wire as wire
from cases.forms.papers import contact, question
from cases.queries.papers import issuers_for, own_recipients, paper_detail_for, paper_rows
from cases.queries.seized import finding_row_for, findings_for
from cases.services.papers import ask_issuer, open_facts
from cases.services.seized import decide_finding, open_finding
from kit.capabilities import Capability
from kit.http import actor_of


class KeySerializer(serializers.Serializer[Any]):
    """A live key; `public` is 32 bytes in base64url."""

    key = serializers.UUIDField()
    fingerprint = serializers.CharField()
    public = serializers.CharField()
    name = serializers.CharField()
    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    holder = serializers.CharField(allow_blank=True)
    own = serializers.BooleanField()


class IssuerSerializer(serializers.Serializer[Any]):
    """An office that papers are said to come from."""

    reference = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    keys = KeySerializer(many=True)


class IssuersSerializer(serializers.Serializer[Any]):
    """Whom you may ask, and your own keys: seal the facts to the issuer's and to your own."""

    issuers = IssuerSerializer(many=True)
    own = KeySerializer(many=True)


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

    reference = serializers.UUIDField()
    paper = serializers.CharField()
    issuer = serializers.CharField()
    asked_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    overdue = serializers.BooleanField()
    answer = serializers.CharField(
        allow_null=True, help_text="genuine, not_ours, differs, unknown; null while it waits."
    )
    answered_at = serializers.DateTimeField(allow_null=True)


class PaperDetailSerializer(PaperSerializer):
    """A certificate check with its formal answer."""

    case = serializers.UUIDField(allow_null=True)
    document = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class HeldSerializer(serializers.Serializer[Any]):
    """What was sealed to one of your own keys."""

    fingerprint = serializers.CharField()
    sealed = serializers.CharField(help_text="base64url.")


class FactsSerializer(serializers.Serializer[Any]):
    """What was sealed to your own keys."""

    facts = HeldSerializer(many=True)


class OwnClueSerializer(serializers.Serializer[Any]):
    """A clue of yours that names the person; needs the scope `submit`."""

    reference = serializers.UUIDField()
    own_reference = serializers.CharField(allow_blank=True)


class FindingSerializer(serializers.Serializer[Any]):
    """A customer of yours on a seized list: a victim to contact."""

    reference = serializers.UUIDField()
    kind = serializers.CharField()
    unit = serializers.CharField()
    instrument = serializers.CharField()
    found_on = serializers.DateField()
    named = serializers.BooleanField(help_text="The list names your institution as the lender.")
    sealed = serializers.BooleanField(help_text="The person was sealed to a key of yours.")
    place = serializers.CharField(help_text="What it was sealed to.")
    clues = OwnClueSerializer(many=True)
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
        return Response({"issuers": [wire.issuer_told(one) for one in issuers_for(actor)], "own": own})


class PapersView(GenericAPIView[Any]):
    """Certificate checks of your institution."""

    serializer_class = PaperSerializer
    pagination_class = None

    @extend_schema(operation_id="papers_list", responses=PaperSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest 200; those without an answer first."""
        return Response([wire.paper_told(one) for one in paper_rows(actor_of(request._request))])

    @extend_schema(operation_id="ask_issuer", request=QuestionSerializer, responses={201: PaperDetailSerializer})
    def post(self, request: Request) -> Response:
        """Ask an issuer whether a paper is genuine. Safe to repeat."""
        actor = actor_of(request._request)
        actor.require(Capability.ASK_ISSUERS)  # before the body is read
        check = ask_issuer(actor, **question(request.data))
        return Response(wire.detail_told(paper_detail_for(actor, check.ref)), status=201)


class PaperView(GenericAPIView[Any]):
    """One certificate check."""

    serializer_class = PaperDetailSerializer

    @extend_schema(operation_id="paper")
    def get(self, request: Request, ref: UUID) -> Response:
        """Its state and the formal answer."""
        return Response(wire.detail_told(paper_detail_for(actor_of(request._request), ref)))


class PaperFactsView(GenericAPIView[Any]):
    """The facts on a paper."""

    serializer_class = FactsSerializer

    @extend_schema(operation_id="open_paper_facts", request=None)
    def post(self, request: Request, ref: UUID) -> Response:
        """The sealed facts for your own keys; that you looked is recorded."""
        return Response({"facts": [one.to_json() for one in open_facts(actor_of(request._request), ref)]})


class SeizedFindingsView(GenericAPIView[Any]):
    """Your customers on seized lists."""

    serializer_class = FindingSerializer
    pagination_class = None

    @extend_schema(operation_id="seized_findings_list", responses=FindingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """At most 500, those to be contacted first."""
        return Response([wire.finding_told(one) for one in findings_for(actor_of(request._request))])


class SeizedFindingView(GenericAPIView[Any]):
    """One of them."""

    serializer_class = ContactSerializer

    @extend_schema(operation_id="decide_seized_finding", responses=FindingSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Say how far contacting the person has come."""
        actor = actor_of(request._request)
        decide_finding(actor, ref, state=contact(request.data))
        return Response(wire.finding_told(finding_row_for(actor, ref)))


class SeizedPersonView(GenericAPIView[Any]):
    """The person of a finding."""

    serializer_class = FactsSerializer

    @extend_schema(operation_id="open_seized_person", request=None)
    def post(self, request: Request, ref: UUID) -> Response:
        """The sealed person for your own keys; that you looked is recorded."""
        return Response({"facts": [one.to_json() for one in open_finding(actor_of(request._request), ref)]})


urlpatterns = [
    path("issuers", IssuersView.as_view(), name="issuers"),
    path("papers", PapersView.as_view(), name="papers"),
    path("papers/<uuid:ref>", PaperView.as_view(), name="paper"),
    path("papers/<uuid:ref>/facts", PaperFactsView.as_view(), name="paper-facts"),
    path("seized-findings", SeizedFindingsView.as_view(), name="seized-findings"),
    path("seized-findings/<uuid:ref>", SeizedFindingView.as_view(), name="seized-finding"),
    path("seized-findings/<uuid:ref>/person", SeizedPersonView.as_view(), name="seized-person"),
]
