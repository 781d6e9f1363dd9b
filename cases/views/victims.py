"""Victims: represented customers and seized lists."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.queries.customers import customers_of
from cases.screens import case_page
from kit.http import actor_of
from kit.pages import page


@require_safe
def victims(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Whom the gang spoke for: the represented customers of the case, by number."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    return page(request, "cases/victims.html", case_page(actor, case, "victims", customers=customers_of(actor, case)))


urlpatterns = [path("cases/<uuid:ref>/victims", victims, name="victims")]
