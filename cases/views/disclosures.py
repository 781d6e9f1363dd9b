"""Disclosures of a case: plain values asked for, given to named keys, and shown for a time."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.screens import case_page
from kit.http import actor_of
from kit.pages import page


@require_safe
def disclosures(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The disclosures of one case."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    return page(request, "cases/disclosures.html", case_page(actor, case, "disclosures"))


urlpatterns: list[URLPattern] = [path("cases/<uuid:ref>/disclosures", disclosures, name="disclosures")]
