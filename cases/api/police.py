"""What the police made of a case, the directory of units, and answering an evidence request.

Officers work in the portal: setting a status takes a person who has just proved who they are, so it has no door here.
"""

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.police_screens import asked_of_us
from cases.police_status import Status
from cases.queries.cases import case_for
from cases.queries.police import proceedings, request_rows
from cases.queries.routing import suggestions, units
from cases.rights import Right
from cases.services.requests import LONGEST_TEXT, answer_request
from kit.http import actor_of


class StepSerializer(serializers.Serializer[Any]):
    """A step of a proceeding."""

    reference = serializers.UUIDField(source="ref")
    status = serializers.ChoiceField(choices=Status.choices)
    branch = serializers.CharField(help_text="criminal, public_order, or empty while undecided.")
    document = serializers.CharField()
    on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    corrected = serializers.BooleanField(help_text="Another step has taken its place.")


class MeasureSerializer(serializers.Serializer[Any]):
    """A measure that was released, against a person by number."""

    reference = serializers.UUIDField(source="ref")
    person = serializers.IntegerField(help_text="Persons count in the order in which the police release something.")
    kind = serializers.CharField()
    document = serializers.CharField()
    on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    released_at = serializers.DateTimeField()


class CaseOutcomeSerializer(serializers.Serializer[Any]):
    """What a proceeding came to; amounts in yuan."""

    as_of = serializers.DateField()
    persons = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    frozen = serializers.DecimalField(max_digits=16, decimal_places=2)
    refunded = serializers.DecimalField(max_digits=16, decimal_places=2)
    victims_refunded = serializers.IntegerField()


class ProceedingSerializer(serializers.Serializer[Any]):
    """What one unit made of the case."""

    unit = serializers.CharField()
    instrument = serializers.CharField(source="participant.instrument")
    current = StepSerializer(allow_null=True)
    steps = StepSerializer(many=True)
    measures = MeasureSerializer(many=True)
    outcome = CaseOutcomeSerializer(allow_null=True)


class EvidenceRequestSerializer(serializers.Serializer[Any]):
    """A notice to your institution to hand over evidence."""

    reference = serializers.UUIDField(source="request.ref")
    unit = serializers.CharField(source="request.participant.institution")
    document = serializers.CharField(source="request.document")
    dated_on = serializers.DateField(source="request.dated_on")
    items = serializers.CharField()
    due_on = serializers.DateField(source="request.due_on")
    is_overdue = serializers.BooleanField()
    state = serializers.CharField(source="request.state", help_text="open, answered, refused or withdrawn.")
    answer = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField(), source="titles", help_text="Titles of what went.")


class PolicePartSerializer(serializers.Serializer[Any]):
    """The police's part of a case, as far as its reader sees it."""

    proceedings = ProceedingSerializer(many=True)
    requests = EvidenceRequestSerializer(many=True)


class RequestAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a notice."""

    answer = serializers.CharField(max_length=LONGEST_TEXT)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=200)
    refused = serializers.BooleanField(default=False, help_text="It cannot be answered; the text says why.")


class AnsweredSerializer(serializers.Serializer[Any]):
    """What became of the notice."""

    reference = serializers.UUIDField(source="ref")
    state = serializers.CharField(help_text="answered or refused.")


class JurisdictionSerializer(serializers.Serializer[Any]):
    """A region a unit takes cases of; no typology means all."""

    region = serializers.CharField(help_text="2, 4 or 6 digits of a GB/T 2260 code.")
    typologies = serializers.ListField(child=serializers.CharField())


class UnitSerializer(serializers.Serializer[Any]):
    """A police unit of the directory."""

    reference = serializers.UUIDField(source="ref")
    name = serializers.CharField()
    level = serializers.CharField(help_text="province, city, county; empty if the unit is not entered yet.")
    region = serializers.CharField()
    region_name = serializers.CharField()
    phone = serializers.CharField()
    jurisdictions = serializers.SerializerMethodField()

    @extend_schema(responses=JurisdictionSerializer(many=True))
    def get_jurisdictions(self, row: Any) -> list[dict[str, Any]]:
        """Each region with its typologies."""
        return [{"region": region, "typologies": list(named)} for region, named in row.jurisdictions]


class SuggestionSerializer(serializers.Serializer[Any]):
    """A unit with jurisdiction, and why, in the language of the request."""

    reference = serializers.UUIDField(source="ref")
    name = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField(help_text="here, invited (told to who may invite), or empty.")


class PolicePartView(GenericAPIView[Any]):
    """The police's part of a case."""

    serializer_class = PolicePartSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """Each unit's steps with their clocks, measures that were released, the outcome, and what you are asked for."""
        actor = actor_of(request._request)
        case = case_for(actor, ref)
        found = {"proceedings": proceedings(actor, case), "requests": request_rows(actor, case)}
        return Response(self.get_serializer(found).data)


class RequestAnswerView(GenericAPIView[Any]):
    """A notice to your institution."""

    serializer_class = RequestAnswerSerializer

    @extend_schema(operation_id="evidence_request_answer", responses=AnsweredSerializer)
    def post(self, request: Request, ref: UUID, asked: UUID) -> Response:
        """Answer it, with evidence of your institution that is in the case, or say why it cannot be answered."""
        actor = actor_of(request._request)
        asked_of_us(actor, case_for(actor, ref, Right.CONTRIBUTE), asked)
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        answered = answer_request(actor, ref, request=asked, **given.validated_data)
        return Response(AnsweredSerializer(answered).data)


class UnitsView(GenericAPIView[Any]):
    """The directory of police units."""

    serializer_class = UnitSerializer

    @extend_schema(operation_id="police_units_list", responses=UnitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All units, with the regions they take cases of."""
        return self.get_paginated_response(self.get_serializer(units(actor_of(request._request)), many=True).data)


class SuggestionsView(GenericAPIView[Any]):
    """Which unit a case goes to."""

    serializer_class = SuggestionSerializer

    @extend_schema(operation_id="police_suggestions", responses=SuggestionSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """The units with jurisdiction over the places of a case, the most suitable first, each with its reasons."""
        actor = actor_of(request._request)
        return self.get_paginated_response(
            self.get_serializer(suggestions(actor, case_for(actor, ref)), many=True).data
        )


urlpatterns: list[URLPattern] = [
    path("police-units", UnitsView.as_view(), name="police-units"),
    path("cases/<uuid:ref>/police", PolicePartView.as_view(), name="case-police"),
    path("cases/<uuid:ref>/police/suggestions", SuggestionsView.as_view(), name="case-police-suggestions"),
    path("cases/<uuid:ref>/police/requests/<uuid:asked>/answer", RequestAnswerView.as_view(), name="request-answer"),
]
