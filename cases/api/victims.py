"""Victims: represented customers, what is made good to them, and their complaints."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.queries.cases import case_for
from cases.queries.customers import own_customer, own_customers, shielded_customers
from cases.services.customers import (
    MOST_AT_ONCE,
    NewCustomer,
    answer_complaint,
    mark_customers,
    open_complaint,
    take_back_mark,
    track_redress,
)
from intel.reasons import LONGEST_REASON
from kit.http import actor_of

REDRESS = ("none", "offered", "agreed", "done")


def _money(text: str, **options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, help_text=text, **options)


class VictimSerializer(serializers.Serializer[Any]):
    """A victim as every participant sees them: a number."""

    number = serializers.IntegerField()
    institution = serializers.CharField()
    fee_lost = _money("Yuan, paid to the gang.")
    redress = serializers.ChoiceField(choices=REDRESS)
    fee_refunded = _money("Yuan.")
    interest_relief = _money("Yuan.")
    contacted = serializers.BooleanField()


class CustomerSerializer(serializers.Serializer[Any]):
    """A represented customer of your own institution."""

    reference = serializers.UUIDField(source="ref")
    case = serializers.UUIDField(help_text="Also one that your institution has left.")
    number = serializers.IntegerField(help_text="What the others of the case see.")
    own_reference = serializers.CharField(help_text="Seen by you only.")
    fee_lost = _money("Yuan, paid to the gang.")
    redress = serializers.ChoiceField(choices=REDRESS)
    fee_refunded = _money("Yuan.")
    interest_relief = _money("Yuan.")
    contacted_on = serializers.DateField(allow_null=True)
    complaint = serializers.ChoiceField(
        choices=("none", "open", "answered"), help_text="Their own, seen by you only. No case touches it."
    )
    complaint_on = serializers.DateField(allow_null=True)
    complaint_answered_on = serializers.DateField(allow_null=True)
    answer_due_on = serializers.DateField(allow_null=True)
    taken_back_at = serializers.DateTimeField(
        allow_null=True, help_text="When the mark was taken back as a mistake: it counts in the case no more."
    )
    taken_back_reason = serializers.CharField(help_text="Seen by you only.")


class NewCustomerSerializer(serializers.Serializer[Any]):
    """A customer of yours to mark as a victim."""

    own_reference = serializers.CharField(max_length=64, help_text="Of your own system; no phone, card or ID number.")
    fee_lost = _money("Yuan, paid to the gang.", default=Decimal(0))


class NewCustomersSerializer(serializers.Serializer[Any]):
    """Customers to mark: all or none."""

    customers = serializers.ListField(child=NewCustomerSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class RedressSerializer(serializers.Serializer[Any]):
    """What is made good to a victim, as a whole."""

    redress = serializers.ChoiceField(choices=REDRESS)
    fee_lost = _money("Yuan.")
    fee_refunded = _money("Yuan.")
    interest_relief = _money("Yuan.")
    contacted_on = serializers.DateField(default=None, allow_null=True)


class TakeBackSerializer(serializers.Serializer[Any]):
    """Why a mark was a mistake."""

    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Seen by you only; no indicator.")


class ComplaintSerializer(serializers.Serializer[Any]):
    """The day of a complaint, or of its answer."""

    on = serializers.DateField()


class VictimsView(GenericAPIView[Any]):
    """The victims of a case."""

    serializer_class = VictimSerializer

    @extend_schema(operation_id="list_case_victims", responses=VictimSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """All of them, by number."""
        case = case_for(actor_of(request._request), ref)
        return self.get_paginated_response(self.get_serializer(shielded_customers(case), many=True).data)

    @extend_schema(
        operation_id="mark_case_customers",
        request=NewCustomersSerializer,
        responses={201: CustomerSerializer(many=True)},
    )
    def post(self, request: Request, ref: UUID) -> Response:
        """Mark customers of yours whom the gang spoke for."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        asked = NewCustomersSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        customers = [NewCustomer(**one) for one in asked.validated_data["customers"]]
        marked = {one.ref for one in mark_customers(actor, case=ref, customers=customers)}
        rows = [one for one in own_customers(actor, case_for(actor, ref)) if one.ref in marked]
        return Response({"results": CustomerSerializer(rows, many=True).data}, status=201)


class CustomersView(GenericAPIView[Any]):
    """Your institution's represented customers."""

    serializer_class = CustomerSerializer

    @extend_schema(operation_id="list_customers", responses=CustomerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Of all cases, of those your institution has left too; the newest first, at most 1,000."""
        return self.get_paginated_response(
            self.get_serializer(own_customers(actor_of(request._request)), many=True).data
        )


class CustomerView(GenericAPIView[Any]):
    """One of your institution's represented customers."""

    serializer_class = CustomerSerializer

    @extend_schema(operation_id="get_customer")
    def get(self, request: Request, ref: UUID) -> Response:
        """The customer, with what only you see."""
        return Response(self.get_serializer(own_customer(actor_of(request._request), ref)).data)

    @extend_schema(operation_id="track_redress", request=RedressSerializer)
    def put(self, request: Request, ref: UUID) -> Response:
        """Say how far they are made whole. Possible in every state of the case."""
        return _changed(self, request, ref, RedressSerializer, track_redress)


class TakeBackView(GenericAPIView[Any]):
    """A mark that was made by mistake."""

    serializer_class = CustomerSerializer

    @extend_schema(operation_id="take_back_mark", request=TakeBackSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Take it back: the customer counts in the case no more. The mark and its complaint stay as history."""
        return _changed(self, request, ref, TakeBackSerializer, take_back_mark)


class ComplaintView(GenericAPIView[Any]):
    """A represented customer's own complaint. No case can pause, refuse or weigh it."""

    serializer_class = CustomerSerializer

    @extend_schema(operation_id="open_complaint", request=ComplaintSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Note that they complain, in every state of the case."""
        return _changed(self, request, ref, ComplaintSerializer, open_complaint)


class AnswerView(GenericAPIView[Any]):
    """The answer to a represented customer's own complaint."""

    serializer_class = CustomerSerializer

    @extend_schema(operation_id="answer_complaint", request=ComplaintSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Note that it was answered on its own merits, in every state of the case."""
        return _changed(self, request, ref, ComplaintSerializer, answer_complaint)


def _changed(
    view: GenericAPIView[Any],
    request: Request,
    ref: UUID,
    reads: type[serializers.Serializer[Any]],
    act: Callable[..., object],
) -> Response:
    """The customer after what was asked of it: an absent one is told before what is wrong with the request."""
    actor = actor_of(request._request)
    own_customer(actor, ref)
    asked = reads(data=request.data)
    asked.is_valid(raise_exception=True)
    act(actor, ref=ref, **asked.validated_data)
    return Response(view.get_serializer(own_customer(actor, ref)).data)


urlpatterns = [
    path("cases/<uuid:ref>/victims", VictimsView.as_view(), name="case-victims"),
    path("customers", CustomersView.as_view(), name="customers"),
    path("customers/<uuid:ref>", CustomerView.as_view(), name="customer"),
    path("customers/<uuid:ref>/take-back", TakeBackView.as_view(), name="mark-take-back"),
    path("customers/<uuid:ref>/complaint", ComplaintView.as_view(), name="complaint"),
    path("customers/<uuid:ref>/answer", AnswerView.as_view(), name="complaint-answer"),
]
