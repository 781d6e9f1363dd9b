"""Handshakes: opening a name in a collision."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from intel.forms import HandshakeForm
from intel.services.handshakes import offer_handshake, withdraw_handshake
from kit.http import actor_of
from members.step_up import step_up


@require_POST
@step_up
def handshake_offer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Offer to open our institution's name to one other party."""
    offered = offer_handshake(actor_of(request), collision=ref, **HandshakeForm(request.POST).asked())
    if offered.is_open:
        messages.success(request, _("Both of you have offered: the names are open to each other in this collision."))
    else:
        messages.success(request, _("Offered. The other institution learns of it only if it makes the same offer."))
    return redirect("intel:collision-detail", ref=ref)


@require_POST
def handshake_withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take the offer back."""
    withdraw_handshake(actor_of(request), collision=ref, label=HandshakeForm(request.POST).asked()["label"])
    messages.success(request, _("The offer is taken back."))
    return redirect("intel:collision-detail", ref=ref)
