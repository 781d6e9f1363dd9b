"""What is held back as over-common, and the acts of leads on it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from intel.queries.holds import INDEPENDENT, holds_for
from intel.services.holds import delist, review_hold
from kit.http import actor_of
from kit.pages import page


@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """The institution's collisions that do not count because their value is over-common."""
    return page(request, "intel/holds.html", {"rows": holds_for(actor_of(request)), "needed": INDEPENDENT})


@require_POST
def hold_review(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A vote on a collision's hold."""
    verdict, reason = request.POST.get("verdict", ""), request.POST.get("reason", "")
    outcome = review_hold(actor_of(request), ref=ref, verdict=verdict, reason=reason)
    said = {
        "release": _("Two independent institutions released it: it matches again."),
        "keep": _("Two independent institutions keep it held."),
        "": _("Your vote stands. It is decided once a second, independent institution says the same."),
    }
    messages.success(request, said[outcome])
    return redirect("intel:collision-detail", ref=ref)


@require_POST
def hold_delist(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take a value that two institutions found false out of matching; its collision ends with it."""
    delist(actor_of(request), ref=ref, reason=request.POST.get("reason", ""))
    messages.success(request, _("Delisted for twelve months. Only new, clear evidence brings it back before."))
    return redirect("intel:collisions")
