"""The log's page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from audit.forms import LogForm
from audit.services.reading import read_log
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import page


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The log, newest first, with a search form; reading it is recorded."""
    actor = actor_of(request)
    actor.require(Capability.READ_AUDIT)
    form = LogForm(request.GET)
    if not form.is_valid():
        return page(request, "audit/log.html", {"form": form, "log": None}, status=400)
    log = read_log(actor, form.wanted(), before=form.cleaned_data["before"])
    query = request.GET.copy()
    query["before"] = str(log.older or "")
    return page(request, "audit/log.html", {"form": form, "log": log, "older": query.urlencode()})
