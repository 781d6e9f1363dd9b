"""The API of custody: evaluations, the ceremony, declared budgets."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from custody import forms
from custody.queries.budgets import budget_for, budgets_for
from custody.services import budgets, evaluations
from custody.services.ceremony import transcript
from kit.capabilities import Capability
from kit.http import actor_of


class EvaluationSerializer(serializers.Serializer[Any]):
    """A signed evaluation request (docs/protocol.md); binary fields are base64url without padding."""

    request = serializers.UUIDField()
    signer = serializers.CharField(help_text="The institution's reference.")
    epoch = serializers.IntegerField(min_value=1)
    generation = serializers.IntegerField(min_value=0)
    key = serializers.CharField(help_text="`id` for identifiers.")
    suite = serializers.IntegerField(help_text="1 is ristretto255-SHA512.")
    quorum = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=255))
    issued_at = serializers.IntegerField(help_text="Seconds since 1970.")
    count = serializers.IntegerField(min_value=1, max_value=2000)
    elements = serializers.CharField(help_text="`count` concatenated blinded elements of 32 bytes.")
    budget = serializers.DictField(allow_null=True, help_text="The grant of a declared budget, or null.")
    signature = serializers.CharField(help_text="Ed25519 by the institution's signing key.")


class PartSerializer(serializers.Serializer[Any]):
    """One custodian's part and its proof. Verify every proof against the pinned ceremony before unblinding."""

    custodian = serializers.IntegerField()
    elements = serializers.CharField()
    proof = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    """The parts of the quorum."""

    epoch = serializers.IntegerField()
    generation = serializers.IntegerField()
    quorum = serializers.ListField(child=serializers.IntegerField())
    parts = PartSerializer(many=True)
    remaining = serializers.IntegerField(help_text="Values left in the budget that was charged.")


class GrantSerializer(serializers.Serializer[Any]):
    """What both sides of a budget sign."""

    budget = serializers.UUIDField()
    institution = serializers.UUIDField()
    key = serializers.CharField()
    values = serializers.IntegerField()
    until = serializers.DateField()
    institution_signature = serializers.CharField(allow_null=True)
    alliance_signature = serializers.CharField(allow_null=True)


class BudgetSerializer(serializers.Serializer[Any]):
    """A declared budget and its grant."""

    reference = serializers.UUIDField(source="ref", read_only=True)
    key = serializers.CharField(default="id")
    values = serializers.IntegerField(min_value=1)
    until = serializers.DateField(help_text="The last day, UTC.")
    reason = serializers.CharField(max_length=300)
    status = serializers.CharField(read_only=True)
    used = serializers.IntegerField(read_only=True)
    remaining = serializers.IntegerField(source="left", read_only=True)
    requested_at = serializers.DateTimeField(read_only=True)
    approved_at = serializers.DateTimeField(read_only=True, allow_null=True)
    granted_at = serializers.DateTimeField(read_only=True, allow_null=True)
    grant = serializers.SerializerMethodField()

    @extend_schema_field(GrantSerializer)
    def get_grant(self, budget: Any) -> dict[str, object]:
        """The grant with the signatures it has so far."""
        return budgets.grant_of(budget).to_json()


class BudgetListSerializer(serializers.Serializer[Any]):
    """Budgets, newest first."""

    results = BudgetSerializer(many=True)


class ApprovalSerializer(serializers.Serializer[Any]):
    """The institution's signature over the grant."""

    signature = serializers.CharField(help_text="Ed25519 by the institution's approval key, base64url.")


class EvaluationsView(GenericAPIView[Any]):
    """Relay blinded elements to a quorum of custodians."""

    serializer_class = EvaluationSerializer

    @extend_schema(operation_id="evaluate", responses=AnswerSerializer)
    def post(self, request: Request) -> Response:
        """The quorum's parts; 503 names custodians that failed, and a retry with the same id is not charged again."""
        actor = actor_of(request._request)
        actor.require(Capability.EVALUATE)
        asked = forms.evaluation_request(request.data)
        return Response(evaluations.evaluate(actor, request=asked).to_json())


class CeremonyView(GenericAPIView[Any]):
    """The transcript of the key ceremony."""

    serializer_class = serializers.Serializer

    @extend_schema(operation_id="ceremony", responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """Public, and worth nothing until its fingerprint equals the one pinned out of band."""
        return Response(transcript().to_json())


class BudgetsView(GenericAPIView[Any]):
    """The institution's declared budgets."""

    serializer_class = BudgetSerializer

    @extend_schema(operation_id="list_budgets", responses=BudgetListSerializer)
    def get(self, request: Request) -> Response:
        """The 200 newest."""
        rows = budgets_for(actor_of(request._request))[:200]
        return Response({"results": BudgetSerializer(rows, many=True).data})

    @extend_schema(operation_id="request_budget", responses={201: BudgetSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a budget; another person approves it."""
        actor = actor_of(request._request)
        actor.require(Capability.REQUEST_BUDGET)
        budget = budgets.request_budget(actor, **forms.budget_fields(request.data))
        return Response(BudgetSerializer(budget).data, status=201)


class BudgetView(GenericAPIView[Any]):
    """One declared budget."""

    serializer_class = BudgetSerializer

    @extend_schema(operation_id="read_budget")
    def get(self, request: Request, ref: UUID) -> Response:
        """Its state and its grant."""
        return Response(BudgetSerializer(budget_for(actor_of(request._request), ref)).data)


class ApprovalView(GenericAPIView[Any]):
    """The approval of a budget by its institution."""

    serializer_class = ApprovalSerializer

    @extend_schema(operation_id="approve_budget", responses=BudgetSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Approve with the institution's signature; the alliance grants it next."""
        actor = actor_of(request._request)
        actor.require(Capability.APPROVE_BUDGET)
        budget = budgets.approve_budget(actor, ref=ref, signature=forms.signature(request.data))
        return Response(BudgetSerializer(budget).data)


urlpatterns = [
    path("evaluations", EvaluationsView.as_view(), name="evaluations"),
    path("ceremony", CeremonyView.as_view(), name="ceremony"),
    path("budgets", BudgetsView.as_view(), name="budgets"),
    path("budgets/<uuid:ref>", BudgetView.as_view(), name="budget"),
    path("budgets/<uuid:ref>/approval", ApprovalView.as_view(), name="budget-approval"),
]
