"""The collisions the institution is a party to."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from custody.services.ceremony import transcript
from intel import forms, screens
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.retyped import retyped_for
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import ROWS, page


@require_safe
def collisions(request: HttpRequest) -> HttpResponse:
    """The collisions the institution is a party to."""
    actor = actor_of(request)
    form = forms.CollisionFilter(request.GET, actor=actor)
    found = collisions_for(actor, cursor=forms.cursor(request), limit=ROWS, **form.asked())
    context: dict[str, Any] = {"form": form, "page": found, "ceremony": screens.ceremony(transcript())}
    context |= {"libraries": screens.libraries(actor), "small_circles": screens.small_circles(actor)}
    response = page(request, "intel/collisions.html", context, fragment="intel/_collisions.html")
    return screens.remember_look(response, actor.ref)


@require_safe
def collision_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Why this match: the kind, the sides, what each saw when, and the own clues behind it."""
    actor = actor_of(request)
    found = collision_for(actor, ref)
    context = {"detail": found, "collision": found.collision, "timeline": screens.timeline(found)}
    context |= {"ceremony": screens.ceremony(transcript()), "libraries": screens.libraries(actor)}
    context["handshake"] = screens.handshake(actor, ref)
    return page(request, "intel/collision.html", context)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Where a retyped value stands; the browser sends its digest."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_COLLISIONS)
    found = retyped_for(actor, **forms.retyped(request.body))
    return JsonResponse(screens.found_links(found))
