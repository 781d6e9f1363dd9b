"""What the institution says of a collision."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from intel import decisions
from intel.services.opinions import give_opinion, withdraw_opinion
from kit.http import actor_of


@require_POST
def opinion_give(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Give the institution's opinion, or change it."""
    verdict = request.POST.get("verdict", "")
    give_opinion(actor_of(request), ref=ref, verdict=verdict, reason=decisions.reason(request))
    messages.success(request, _("Your institution's opinion is kept, and the other parties are told."))
    return redirect("intel:collision-detail", ref=ref)


@require_POST
def opinion_withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take it back."""
    withdraw_opinion(actor_of(request), ref=ref)
    messages.success(request, _("Your institution's opinion is taken back."))
    return redirect("intel:collision-detail", ref=ref)
