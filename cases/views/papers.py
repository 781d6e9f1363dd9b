"""Certificate checks: asking an issuer whether a paper is genuine, and its answer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from cases.queries.papers import paper_check_for, paper_rows
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import page


@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """What the institution asked, or is asked."""
    actor = actor_of(request)
    context = {"rows": paper_rows(actor), "may_ask": actor.may(Capability.ASK_ISSUERS)}
    return page(request, "cases/papers.html", context)


@require_safe
def paper_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One check, to either side."""
    return page(request, "cases/paper.html", {"check": paper_check_for(actor_of(request), ref)})


urlpatterns: list[URLPattern] = [
    path("papers/", papers, name="papers"),
    path("papers/<uuid:ref>/", paper_detail, name="paper-detail"),
]
