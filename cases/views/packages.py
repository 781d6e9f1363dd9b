"""Packages: a case as of a moment, signed, to be checked without the platform."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.screens import case_page
from kit.http import actor_of
from kit.pages import page


@require_safe
def packages(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The packages of a case."""
    actor = actor_of(request)
    return page(request, "cases/packages.html", case_page(actor, case_for(actor, ref), "packages"))


urlpatterns: list[URLPattern] = [
    path("cases/<uuid:ref>/packages/", packages, name="packages"),
]
