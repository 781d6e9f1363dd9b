"""Cases: the list, opening, one of them, its collisions, and the invitations that wait.

A credential reads, opens and adds. Inviting, accepting, removing, handing over and closing take a lead who has just
proved who they are, so they have no door here.
"""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.queries.cases import case_for
from cases.queries.invitations import invitations_for
from cases.queries.overview import Asked, case_rows, cases_listed, overview_of
from cases.rights import OFFERED
from cases.services.opening import LONGEST_SUMMARY, MOST_COLLISIONS, add_collisions, open_case
from cases.words import LONGEST_TITLE
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from kit.capabilities import Capability
from kit.http import actor_of

PARTS = ["lead", *OFFERED]


class CasesQuery(serializers.Serializer[Any]):
    """Which cases."""

    state = serializers.ChoiceField(choices=["open", "closed", "all"], default="open")
    led = serializers.ChoiceField(choices=["own", "others"], required=False, help_text="By your institution, or not.")
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES), required=False)
    cursor = serializers.CharField(default="", allow_blank=True, max_length=80, help_text="`next_cursor` of before.")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)


class CaseRowSerializer(serializers.Serializer[Any]):
    """A case of the list."""

    reference = serializers.UUIDField(source="ref")
    title = serializers.CharField()
    typology = serializers.CharField(source="typology_code")
    state = serializers.CharField()
    lead = serializers.CharField(help_text="The institution that leads it.")
    is_lead = serializers.BooleanField(help_text="That is yours.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    participants = serializers.IntegerField()
    police = serializers.IntegerField(help_text="How many of them are police units.")
    collisions = serializers.IntegerField()


class CasePageSerializer(serializers.Serializer[Any]):
    """Some cases, newest first."""

    results = CaseRowSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class ParticipantSerializer(serializers.Serializer[Any]):
    """Who takes part."""

    reference = serializers.UUIDField(source="ref")
    institution = serializers.CharField()
    institution_reference = serializers.UUIDField(source="institution_ref")
    is_police = serializers.BooleanField()
    is_lead = serializers.BooleanField()
    is_own = serializers.BooleanField()
    instrument = serializers.CharField(help_text="The legal instrument a police unit was invited under.")
    part = serializers.ChoiceField(choices=PARTS)
    joined_at = serializers.DateTimeField()


class CaseCollisionSerializer(serializers.Serializer[Any]):
    """A collision that the case stands on. `collision` names yours alone; `state` is empty once a party withdrew it."""

    reference = serializers.UUIDField(source="ref")
    collision = serializers.SerializerMethodField()
    kind = serializers.CharField(source="kind.label")
    added_by = serializers.CharField()
    added_at = serializers.DateTimeField()
    state = serializers.CharField()
    is_own = serializers.BooleanField()
    names = serializers.ListField(child=serializers.CharField(), help_text="Parties whose names are open to you here.")

    def get_collision(self, row: Any) -> str | None:
        """The collision's reference if it is yours."""
        return str(row.collision) if row.is_own else None


class RelatedCaseSerializer(serializers.Serializer[Any]):
    """A case that you may see, too, and how many values it shares with this one."""

    reference = serializers.UUIDField(source="ref")
    title = serializers.CharField()
    state = serializers.CharField()
    shared = serializers.IntegerField()
    link = serializers.CharField(help_text="offered, linked, or empty.")


class CaseSerializer(CaseRowSerializer):
    """A case with what stands in it."""

    summary = serializers.CharField()
    is_findable = serializers.BooleanField()
    close_reason = serializers.CharField()
    close_note = serializers.CharField()
    participating = ParticipantSerializer(many=True)
    items = CaseCollisionSerializer(many=True)
    places = serializers.ListField(child=serializers.DictField(), help_text="tie: act, result or suspect; region.")
    related = RelatedCaseSerializer(many=True)
    elsewhere = serializers.IntegerField(help_text="How many of your values here stand in another open case, too.")


class NewCaseSerializer(serializers.Serializer[Any]):
    """A case to open."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    summary = serializers.CharField(default="", allow_blank=True, max_length=LONGEST_SUMMARY)
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES))
    collisions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_COLLISIONS)
    is_findable = serializers.BooleanField(default=True)


class MoreCollisionsSerializer(serializers.Serializer[Any]):
    """Collisions to add."""

    collisions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_COLLISIONS)


class AddedSerializer(serializers.Serializer[Any]):
    """What was added."""

    added = serializers.IntegerField(help_text="How many of them the case did not have.")


class InvitationSerializer(serializers.Serializer[Any]):
    """An invitation to your institution that waits for its lead's answer in the portal."""

    reference = serializers.UUIDField(source="ref")
    invited_by = serializers.CharField()
    typology = serializers.CharField()
    part = serializers.ChoiceField(choices=PARTS)
    invited_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class CasesView(GenericAPIView[Any]):
    """The cases of your institution."""

    serializer_class = NewCaseSerializer

    @extend_schema(operation_id="cases_list", parameters=[CasesQuery], responses=CasePageSerializer)
    def get(self, request: Request) -> Response:
        """The cases your institution takes part in, newest first; open ones unless asked otherwise."""
        asked = CasesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        where = {name: given.pop(name) for name in ("cursor", "limit")}
        given["state"] = "" if given["state"] == "all" else given["state"]
        return Response(CasePageSerializer(cases_listed(actor_of(request._request), Asked(**given), **where)).data)

    @extend_schema(operation_id="cases_open", responses={201: CaseSerializer})
    def post(self, request: Request) -> Response:
        """Open a case on your own collisions; needs the scope `collisions`, too. Nobody else is told."""
        actor = actor_of(request._request)
        actor.require(Capability.WORK_CASES)
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_case_json(actor, open_case(actor, **given.validated_data).ref), status=201)


class CaseView(GenericAPIView[Any]):
    """One case."""

    serializer_class = CaseSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """The case, for those who take part in it."""
        return Response(_case_json(actor_of(request._request), ref))


class CaseCollisionsView(GenericAPIView[Any]):
    """What a case stands on."""

    serializer_class = MoreCollisionsSerializer

    @extend_schema(operation_id="cases_collisions_add", responses=AddedSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Add collisions of yours. Safe to repeat."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        added = add_collisions(actor, case=ref, **given.validated_data)
        return Response(AddedSerializer({"added": added}).data)


class InvitationsView(GenericAPIView[Any]):
    """Invitations that wait."""

    serializer_class = InvitationSerializer

    @extend_schema(operation_id="invitations_list", responses=InvitationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The invitations that a lead of your institution may answer in the portal, newest first."""
        actor = actor_of(request._request)
        actor.require(Capability.VIEW_CASES)
        return self.get_paginated_response(self.get_serializer(invitations_for(actor), many=True).data)


def _case_json(actor: Actor, ref: UUID) -> dict[str, Any]:
    """A case as `CaseSerializer` states it. Raises Forbidden, NotFound."""
    case = case_for(actor, ref)
    found = overview_of(actor, case)
    [row] = case_rows(actor, [case])
    return {
        **CaseRowSerializer(row).data,
        "summary": found.summary,
        "is_findable": case.is_findable,
        "close_reason": case.close_reason,
        "close_note": found.close_note,
        "participating": ParticipantSerializer(found.participants, many=True).data,
        "items": CaseCollisionSerializer(found.items, many=True).data,
        "places": [{"tie": tie, "region": region} for tie, _name, region, _region, _may in found.places],
        "related": RelatedCaseSerializer(found.related.seen, many=True).data,
        "elsewhere": found.related.elsewhere,
    }


urlpatterns = [
    path("cases", CasesView.as_view(), name="cases"),
    path("cases/<uuid:ref>", CaseView.as_view(), name="case"),
    path("cases/<uuid:ref>/collisions", CaseCollisionsView.as_view(), name="case-collisions"),
    path("invitations", InvitationsView.as_view(), name="invitations"),
]
