"""Evidence and its custody."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.screens import case_page
from kit.http import actor_of
from kit.pages import page


@require_safe
def evidence(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The evidence of a case."""
    actor = actor_of(request)
    return page(request, "cases/evidence.html", case_page(actor, case_for(actor, ref), "evidence"))


urlpatterns: list[URLPattern] = [
    path("cases/<uuid:ref>/evidence/", evidence, name="evidence"),
]
