"""Cases: the list, opening, one of them, its collisions, and the invitations that wait.

A credential reads, opens and adds. Inviting, accepting, removing, handing over and closing take a lead who has just
proved who they are, so they have no door here.
"""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.case_wire import (
    AddedSerializer,
    CasePageSerializer,
    CaseSerializer,
    CasesQuery,
    InvitationSerializer,
    MoreCollisionsSerializer,
    NewCaseSerializer,
    case_json,
)
from cases.queries.cases import case_for
from cases.queries.invitations import invitations_for
from cases.queries.overview import Asked, cases_listed
from cases.services.opening import add_collisions, open_case
from kit.capabilities import Capability
from kit.http import actor_of


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
        return Response(case_json(actor, open_case(actor, **given.validated_data).ref), status=201)


class CaseView(GenericAPIView[Any]):
    """One case."""

    serializer_class = CaseSerializer

    def get(self, request: Request, ref: UUID) -> Response:
        """The case, for those who take part in it."""
        return Response(case_json(actor_of(request._request), ref))


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
    pagination_class = None

    @extend_schema(operation_id="invitations_list", responses=InvitationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The invitations that a lead of your institution may answer in the portal, newest first."""
        actor = actor_of(request._request)
        actor.require(Capability.VIEW_CASES)
        return Response(self.get_serializer(invitations_for(actor), many=True).data)


urlpatterns = [
    path("cases", CasesView.as_view(), name="cases"),
    path("cases/<uuid:ref>", CaseView.as_view(), name="case"),
    path("cases/<uuid:ref>/collisions", CaseCollisionsView.as_view(), name="case-collisions"),
    path("invitations", InvitationsView.as_view(), name="invitations"),
]
