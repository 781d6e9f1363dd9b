"""Cases: the list, opening, inviting, handing over, closing."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.queries.cases import case_for
from kit.http import actor_of


class CaseView(APIView):
    """One case."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, ref: UUID) -> Response:
        """The case, for those who take part in it."""
        case = case_for(actor_of(request._request), ref)
        found: dict[str, Any] = {"reference": str(case.ref), "state": case.state}
        return Response(found)


urlpatterns = [path("cases/<uuid:ref>", CaseView.as_view(), name="case")]
