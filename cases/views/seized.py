"""Lists that the police seized from a gang, and what each institution learns of its own customers on them."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import page


@require_safe
def seized_findings(request: HttpRequest) -> HttpResponse:
    """The institution's own customers that were found on seized lists."""
    actor = actor_of(request)
    actor.require(Capability.WORK_CASES)
    return page(request, "cases/seized_findings.html", {"rows": []})


urlpatterns: list[URLPattern] = [
    path("seized/", seized_findings, name="seized-findings"),
]
