"""What a person watches."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import page
from notices import forms
from notices.queries.watches import own_watch, watch_rows
from notices.services import watches


@require_http_methods(["GET", "HEAD", "POST"])
def watch_list(request: HttpRequest) -> HttpResponse:
    """The person's watches, and a form for one more."""
    actor = actor_of(request)
    actor.require(Capability.BE_TOLD)
    form = forms.WatchForm(request.POST or None, actor=actor)
    if form.attempt(watches.add_watch, actor):
        messages.success(request, _("You watch this from now on."))
        return redirect("notices:watches")
    portal, mail = own_watch(actor)
    own = forms.HowForm(initial={"portal": portal, "mail": mail}, auto_id="own-%s")
    status = 400 if form.is_bound else 200
    return page(request, "notices/watches.html", {"form": form, "own": own, "rows": watch_rows(actor)}, status=status)


@require_POST
def watch_own(request: HttpRequest) -> HttpResponse:
    """How the person is told of everything about their institution's clues."""
    actor = actor_of(request)
    actor.require(Capability.BE_TOLD)
    form = forms.HowForm(request.POST)
    if form.attempt(watches.set_own_watch, actor):
        messages.success(request, _("Saved."))
    return redirect("notices:watches")


@require_POST
def watch_clue(request: HttpRequest) -> HttpResponse:
    """Watch one clue, in the portal and by mail at once."""
    watches.watch_clue(actor_of(request), clue=request.POST.get("clue", ""))
    messages.success(request, _("You are told, here and by mail, when something happens to this clue."))
    return redirect("notices:watches")


@require_POST
def watch_remove(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Remove a watch."""
    watches.remove_watch(actor_of(request), ref)
    messages.success(request, _("You watch this no more."))
    return redirect("notices:watches")
