"""Disclosures: asked for, proposed, withdrawn and read by a member's own systems. Approving takes a person."""

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases import disclosure_screens as screens
from cases.api.keys import RecipientSerializer
from cases.forms import disclosures as forms
from cases.queries.cases import case_for
from cases.queries.disclosures import askable_in, detail_of, disclosures_of
from cases.queries.ledger import MOST, ledger_for
from cases.services.disclosures import ask_disclosure, propose_disclosure, withdraw_disclosure
from cases.services.unmasking import check_disclosure, unmask
from kit.http import actor_of


class DisclosureAskableSerializer(serializers.Serializer[Any]):
    """A collision of the case and a participant that may be asked for the value behind it."""

    item = serializers.UUIDField(source="item.ref")
    kind = serializers.CharField(source="kind.label")
    holder = serializers.UUIDField(source="holder.ref", help_text="Of the participant.")
    name = serializers.CharField(source="holder.institution")


class DisclosureAskSerializer(serializers.Serializer[Any]):
    """What is asked of whom, on which ground, until when."""

    item = serializers.UUIDField()
    holder = serializers.UUIDField(help_text="Of the participant.")
    basis = serializers.CharField(help_text="consent, duty or contract; instrument for the police alone.")
    reference = serializers.CharField(
        default="", allow_blank=True, max_length=80, help_text="Number of the document the basis rests on."
    )
    purpose = serializers.CharField(max_length=500, help_text="The holder reads it. No indicator.")
    until = serializers.DateField(help_text="At most 90 days from today.")


class DisclosureRowSerializer(serializers.Serializer[Any]):
    """A disclosure as one of its two sides sees it."""

    reference = serializers.UUIDField(source="ref")
    case = serializers.UUIDField()
    item = serializers.UUIDField()
    kind = serializers.CharField(source="kind.label")
    asked_by_us = serializers.BooleanField(source="is_asker")
    asker = serializers.CharField()
    holder = serializers.CharField()
    state = serializers.CharField(help_text="asked, proposed, approved, refused, withdrawn or expired.")
    basis = serializers.CharField()
    basis_reference = serializers.CharField()
    asked_at = serializers.DateTimeField()
    until = serializers.DateField()
    decided_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    unmaskings = serializers.IntegerField()


class DisclosureSealSerializer(serializers.Serializer[Any]):
    """A key that the value was encrypted to."""

    fingerprint = serializers.CharField()
    is_own = serializers.BooleanField(help_text="Your institution may hold its private half.")
    is_there = serializers.BooleanField(help_text="The cipher text is still kept.")
    matches = serializers.BooleanField(allow_null=True, help_text="Whether the opened value gave the digest.")


class DisclosureDetailSerializer(serializers.Serializer[Any]):
    """A disclosure with what its sides said, and what you may do with it now."""

    disclosure = DisclosureRowSerializer(source="row")
    purpose = serializers.CharField()
    decision = serializers.CharField(help_text="Why it was refused.")
    commitment = serializers.CharField(help_text="32 bytes in hex; empty before a value was proposed.")
    seals = DisclosureSealSerializer(many=True)
    may = serializers.ListField(child=serializers.CharField())


class DisclosureSerializer(DisclosureDetailSerializer):
    """The same with the live keys of who asked, for a holder that may propose: it encrypts to every one of them."""

    recipients = RecipientSerializer(many=True)


class DisclosureSealedSerializer(serializers.Serializer[Any]):
    """The value, encrypted to one key (docs/protocol.md, Cases)."""

    key = serializers.UUIDField()
    sealed = serializers.CharField(help_text="HPKE, base64url.")


class DisclosureProposalSerializer(serializers.Serializer[Any]):
    """Cipher texts for all recipients, the commitment, and the digest as the client computed it; base64url."""

    digest = serializers.CharField()
    epoch = serializers.IntegerField(min_value=1)
    commitment = serializers.CharField()
    seals = DisclosureSealedSerializer(many=True)


class UnmaskingSerializer(serializers.Serializer[Any]):
    """Why the value is opened, and with which key."""

    fingerprint = serializers.CharField(min_length=64, max_length=64)
    reason = serializers.CharField(max_length=500)


class UnmaskedSerializer(serializers.Serializer[Any]):
    """The cipher text for that key."""

    unmasking = serializers.UUIDField()
    disclosure = serializers.UUIDField()
    kind = serializers.CharField()
    fingerprint = serializers.CharField()
    sealed = serializers.CharField()
    commitment = serializers.CharField()
    until = serializers.DateField()


class DisclosureCheckSerializer(serializers.Serializer[Any]):
    """The digest that the client computed of the value it opened."""

    fingerprint = serializers.CharField()
    digest = serializers.CharField()
    epoch = serializers.IntegerField(min_value=1)


class DisclosureCheckedSerializer(serializers.Serializer[Any]):
    """Whether it is the collision's."""

    matches = serializers.BooleanField()


class DisclosureLedgerSerializer(serializers.Serializer[Any]):
    """A row of your institution's ledger; never a value."""

    disclosure = DisclosureRowSerializer(source="row")
    purpose = serializers.CharField()
    was_given = serializers.BooleanField()
    last_shown_at = serializers.DateTimeField(allow_null=True)
    fingerprints = serializers.ListField(child=serializers.CharField())
    matches = serializers.BooleanField(allow_null=True)


class _View(GenericAPIView[Any]):
    def read(self, of: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        """The body as the serializer reads it. Raises ValidationError."""
        given = of(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class DisclosuresView(_View):
    """The disclosures of a case that your institution is a side of."""

    serializer_class = DisclosureRowSerializer

    @extend_schema(responses=DisclosureRowSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """Newest first."""
        actor = actor_of(request._request)
        return self.get_paginated_response(
            self.get_serializer(disclosures_of(actor, case_for(actor, ref)), many=True).data
        )

    @extend_schema(request=DisclosureAskSerializer, responses={201: DisclosureDetailSerializer})
    def post(self, request: Request, ref: UUID) -> Response:
        """Ask for a value."""
        actor = actor_of(request._request)
        made = ask_disclosure(actor, case=ref, **self.read(DisclosureAskSerializer, request))
        return Response(DisclosureDetailSerializer(detail_of(actor, case_for(actor, ref), made.ref)).data, status=201)


class AskableView(_View):
    """Who may be asked for what."""

    serializer_class = DisclosureAskableSerializer

    @extend_schema(responses=DisclosureAskableSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """By collision."""
        actor = actor_of(request._request)
        return self.get_paginated_response(self.get_serializer(askable_in(actor, case_for(actor, ref)), many=True).data)


class DisclosureView(_View):
    """One disclosure."""

    serializer_class = DisclosureSerializer

    @extend_schema(operation_id="disclosure_read")
    def get(self, request: Request, ref: UUID, disclosure: UUID) -> Response:
        """Masked: the cipher text is given out by unmasking alone."""
        actor = actor_of(request._request)
        case = case_for(actor, ref)
        found = detail_of(actor, case, disclosure)
        recipients = [key.to_json() for key in screens.recipients(actor, case, found)]
        return Response({**DisclosureDetailSerializer(found).data, "recipients": recipients})

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, ref: UUID, disclosure: UUID) -> Response:
        """Withdraw it, as either side may; the cipher text is emptied."""
        withdraw_disclosure(actor_of(request._request), case=ref, ref=disclosure)
        return Response(status=204)


class ProposeView(_View):
    """Handing in the value, encrypted."""

    serializer_class = DisclosureProposalSerializer

    @extend_schema(request=DisclosureProposalSerializer, responses={204: None})
    def post(self, request: Request, ref: UUID, disclosure: UUID) -> Response:
        """A lead of your institution approves it in the portal."""
        propose_disclosure(actor_of(request._request), case=ref, ref=disclosure, **forms.proposal(request.data))
        return Response(status=204)


class UnmaskView(_View):
    """Opening the value: on record, for a reason."""

    serializer_class = UnmaskingSerializer

    @extend_schema(request=UnmaskingSerializer, responses=UnmaskedSerializer)
    def post(self, request: Request, ref: UUID, disclosure: UUID) -> Response:
        """The cipher text for one of your institution's keys."""
        said = self.read(UnmaskingSerializer, request)
        return Response(screens.unmasked(unmask(actor_of(request._request), case=ref, ref=disclosure, **said)))


class CheckView(_View):
    """Whether the opened value is the one behind the collision."""

    serializer_class = DisclosureCheckSerializer

    @extend_schema(request=DisclosureCheckSerializer, responses=DisclosureCheckedSerializer)
    def post(self, request: Request, ref: UUID, disclosure: UUID) -> Response:
        """The answer is kept, and both sides see it."""
        said = forms.check(request.data)
        return Response({"matches": check_disclosure(actor_of(request._request), case=ref, ref=disclosure, **said)})


class LedgerView(_View):
    """What your institution gave and was given."""

    serializer_class = DisclosureLedgerSerializer

    @extend_schema(responses=DisclosureLedgerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, at most 10,000; `since` and `until` (days) narrow it."""
        days = forms.LedgerFilter(request.query_params).asked()
        found = ledger_for(actor_of(request._request), **days, most=MOST)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)


_ONE = "cases/<uuid:ref>/disclosures/<uuid:disclosure>"
urlpatterns: list[URLPattern] = [
    path("disclosures", LedgerView.as_view(), name="ledger"),
    path("cases/<uuid:ref>/disclosures", DisclosuresView.as_view(), name="disclosures"),
    path("cases/<uuid:ref>/disclosures/askable", AskableView.as_view(), name="disclosures-askable"),
    path(_ONE, DisclosureView.as_view(), name="disclosure"),
    path(f"{_ONE}/propose", ProposeView.as_view(), name="disclosure-propose"),
    path(f"{_ONE}/unmask", UnmaskView.as_view(), name="disclosure-unmask"),
    path(f"{_ONE}/check", CheckView.as_view(), name="disclosure-check"),
]
