"""Pages that belong to no single app: where one starts, the operator's home, and what load balancers ask."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from alliance import health
from alliance.navigation import first_view
from intel.queries.jobs import MOST, jobs_for
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
    parts, jobs = health.parts(actor), jobs_for(actor)
    failed = sum(job.status == "failed" for job in jobs)
    context = {"parts": parts, "jobs": jobs, "failed": failed, "waiting": len(jobs) - failed, "all": len(jobs) < MOST}
    return live(request, "operate.html", context, fragment="_operate.html")


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """This process serves requests."""
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """This process can do its work: 200 if the database answers, otherwise 503."""
    if health.is_ready():
        return JsonResponse({"status": "ready"})
    return JsonResponse({"status": "unavailable"}, status=503)
