"""Pages that belong to no single app: where one starts, and the operator's home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from alliance.health import health
from alliance.navigation import first_view
from intel.queries.jobs import jobs_for
from kit.http import actor_of
from kit.pages import live


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first page of the menu of whoever asks."""
    return redirect(first_view(actor_of(request)))


@require_safe
def operate(request: HttpRequest) -> HttpResponse:
    """Health and waiting jobs, for the operator; no business data."""
    actor = actor_of(request)
    context = {"parts": health(actor), "jobs": jobs_for(actor)}
    return live(request, "operate.html", context, fragment="_operate.html")
