"""Cases: the list, opening, inviting, handing over, closing."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cases.queries.cases import case_for
from cases.queries.overview import cases_listed, participants_listed
from cases.screens import case_page
from cases.work_screens import work_context
from kit.http import actor_of
from kit.pages import page


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases the institution takes part in, newest first."""
    return page(request, "cases/cases.html", {"rows": cases_listed(actor_of(request))})


@require_safe
def case_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One case: who takes part and what happened."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    shown = participants_listed(actor, case)
    context = {"participants": shown, **work_context(actor, case)}
    return page(request, "cases/case.html", case_page(actor, case, "case-detail", **context))


urlpatterns = [
    path("cases", cases, name="cases"),
    path("cases/<uuid:ref>", case_detail, name="case-detail"),
]
