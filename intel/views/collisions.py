"""The collisions the institution is a party to: the triage queue, and each of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from custody.services.ceremony import transcript
from intel import forms, queue_forms, queue_screens, screens, strength_screens
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.holds import hold_for
from intel.queries.opinions import opinions_for
from intel.queries.retyped import retyped_for
from intel.queries.saved_views import saved_views_for
from intel.services import saved_views
from intel.services.exports import export_collisions
from intel.services.triage import triage
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.pages import page


@require_safe
def collisions(request: HttpRequest) -> HttpResponse:
    """The queue: the collisions that fit the filters of the address."""
    actor = actor_of(request)
    form = queue_forms.QueueFilter(request.GET, actor=actor)
    found = collisions_for(actor, form.asked(), cursor=forms.cursor(request), limit=form.limit(), counted=True)
    context: dict[str, Any] = {"form": form, "page": found, **queue_forms.tools(actor, form)}
    context |= {"views": saved_views_for(actor), "small_circles": screens.small_circles(actor), "queue_keys": True}
    context |= {"ceremony": screens.ceremony(transcript()), "libraries": screens.libraries(actor)}
    response = page(request, "intel/collisions.html", context, fragment="intel/_collisions.html")
    return screens.remember_look(response, actor.ref)


@require_POST
def triage_many(request: HttpRequest) -> HttpResponse:
    """One act with the collisions that were chosen on the queue's page; back to the list they were chosen from."""
    actor = actor_of(request)
    _triage(request, request.POST.getlist("ref"))
    return redirect(f"{reverse('intel:collisions')}?{queue_forms.list_of(request, actor).query()}")


@require_POST
def triage_one(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One act with the collision of the page."""
    actor = actor_of(request)
    _triage(request, [str(ref)])
    address = reverse("intel:collision-detail", args=[ref])
    return redirect(f"{address}?{queue_forms.list_of(request, actor).query()}")


def _triage(request: HttpRequest, refs: list[str]) -> None:
    """Do what was asked, and say what became of it; what cannot be read changes nothing and is said too."""
    actor = actor_of(request)
    actor.require(Capability.TRIAGE)
    try:
        asked = queue_forms.TriageForm(request.POST).asked(actor, refs)
        outcome = triage(actor, **asked)
    except Invalid as refusal:
        messages.error(request, refusal.detail)
        return
    say = messages.success if outcome.changed else messages.warning
    say(request, queue_screens.outcome_text(asked["act"], outcome))


@require_safe
def export(request: HttpRequest, format: str) -> FileResponse:
    """The queue as the filters show it, as a file."""
    actor = actor_of(request)
    form = queue_forms.QueueFilter(request.GET, actor=actor)
    head, cells = queue_screens.export_head(), queue_screens.export_cells
    return queue_screens.sent(export_collisions(actor, form.asked(), format=format, head=head, cells=cells))


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name."""
    actor = actor_of(request)
    query = queue_forms.list_of(request, actor).query()
    try:
        saved_views.save_view(actor, name=request.POST.get("name", ""), query=query)
    except Invalid as refusal:
        messages.error(request, refusal.detail)
    return redirect(f"{reverse('intel:collisions')}?{query}")


@require_POST
def view_delete(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Drop filters that were kept."""
    actor = actor_of(request)
    saved_views.delete_view(actor, ref=ref)
    return redirect(f"{reverse('intel:collisions')}?{queue_forms.list_of(request, actor).query()}")


@require_safe
def collision_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Why this match: the kind, the sides, what each saw when, and the own clues behind it."""
    actor = actor_of(request)
    found = collision_for(actor, ref)
    context = {"detail": found, "collision": found.collision, "timeline": screens.timeline(found)}
    context |= queue_forms.tools(actor, queue_forms.list_of(request, actor))
    context |= {"ceremony": screens.ceremony(transcript()), "libraries": screens.libraries(actor)}
    context["handshake"] = screens.handshake(actor, found)
    context["strength"] = strength_screens.strength(actor, ref)
    context |= {"hold": hold_for(actor, ref), "opinions": opinions_for(actor, ref)}
    return page(request, "intel/collision.html", context)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Where a retyped value stands; the browser sends its digest."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_COLLISIONS)
    found = retyped_for(actor, **forms.retyped(request.body))
    return JsonResponse(screens.found_links(found))
