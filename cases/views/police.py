"""The police's part: units, invitations, status, measures, requests, outcomes."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.queries.police import desk
from cases.screens import case_page
from kit.http import actor_of
from kit.pages import page


@require_safe
def police_home(request: HttpRequest) -> HttpResponse:
    """The cases a unit was invited to, by clock."""
    return page(request, "cases/police_home.html", {"rows": desk(actor_of(request))})


@require_safe
def police(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What the police made of the case."""
    actor = actor_of(request)
    return page(request, "cases/police.html", case_page(actor, case_for(actor, ref), "police"))


urlpatterns: list[URLPattern] = [
    path("police", police_home, name="police-home"),
    path("cases/<uuid:ref>/police", police, name="police"),
]
