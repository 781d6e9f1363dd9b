"""The webhooks of an institution and their deliveries."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import ROWS, form_page, live, page
from members.step_up import step_up
from notices import forms
from notices.queries.webhooks import deliveries_for, webhook_for, webhooks_for
from notices.queries.webhooks import webhook_detail as detail_of
from notices.services import webhooks


@require_safe
def webhook_list(request: HttpRequest) -> HttpResponse:
    """The institution's webhooks."""
    return page(request, "notices/webhooks.html", {"webhooks": webhooks_for(actor_of(request))})


@form_page
@step_up
def webhook_create(request: HttpRequest) -> HttpResponse:
    """Create a webhook; the answer shows its secret, this once."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_WEBHOOKS)
    form = forms.WebhookForm(request.POST or None)
    if form.attempt(webhooks.create_webhook, actor):
        return page(request, "notices/webhook_secret.html", {"created": form.outcome})
    return page(request, "notices/webhook_form.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
def webhook_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A webhook and what became of its deliveries."""
    actor = actor_of(request)
    found = detail_of(actor, ref)
    form = forms.DeliveryFilter(request.GET, auto_id="filter-%s")
    rows = deliveries_for(actor, ref, cursor=request.GET.get("cursor", ""), limit=ROWS, **form.asked())
    context = {"detail": found, "page": rows, "form": form, "replay": forms.ReplayForm()}
    context["live"] = request.get_full_path()
    return live(request, "notices/webhook.html", context, fragment="notices/_deliveries.html")


@form_page
@step_up
def webhook_change(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Change a webhook's name, address or types."""
    actor = actor_of(request)
    webhook = webhook_for(actor, ref)
    initial = {"name": webhook.name, "url": webhook.url, "types": webhook.types}
    form = forms.WebhookForm(request.POST or None, initial=initial)
    if form.attempt(webhooks.change_webhook, actor, ref):
        messages.success(request, _("The webhook is changed."))
        return redirect("notices:webhook-detail", ref=ref)
    context = {"form": form, "webhook": webhook}
    return page(request, "notices/webhook_form.html", context, status=400 if form.is_bound else 200)


@require_POST
@step_up
def webhook_rotate(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A new secret; the answer shows it, this once."""
    created = webhooks.rotate_secret(actor_of(request), ref)
    return page(request, "notices/webhook_secret.html", {"created": created, "is_rotation": True})


@require_POST
def webhook_try(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Send a webhook.test."""
    webhooks.try_webhook(actor_of(request), ref)
    messages.success(request, _("A test is on its way; the deliveries below show what became of it."))
    return redirect("notices:webhook-detail", ref=ref)


@require_POST
@step_up
def webhook_disable(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Switch a webhook off."""
    webhooks.disable_webhook(actor_of(request), ref)
    messages.success(request, _("The webhook is switched off: nothing is sent to it."))
    return redirect("notices:webhook-detail", ref=ref)


@require_POST
@step_up
def webhook_enable(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Switch a webhook on."""
    webhooks.enable_webhook(actor_of(request), ref)
    messages.success(request, _("The webhook is switched on. Replay sends what happened meanwhile."))
    return redirect("notices:webhook-detail", ref=ref)


@require_POST
@step_up
def webhook_remove(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Remove a webhook that is switched off."""
    webhooks.remove_webhook(actor_of(request), ref)
    messages.success(request, _("The webhook is removed."))
    return redirect("notices:webhooks")


@require_POST
def webhook_replay(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Send all dead letters, or everything since a moment, once more."""
    actor = actor_of(request)
    webhook_for(actor, ref)
    form = forms.ReplayForm(request.POST)
    if form.attempt(webhooks.replay, actor, ref):
        words = ngettext("%(n)d event is sent once more.", "%(n)d events are sent once more.", form.outcome)
        messages.success(request, words % {"n": form.outcome})
    else:
        messages.error(request, _("Nothing is sent: say since when."))
    return redirect("notices:webhook-detail", ref=ref)


@require_POST
def delivery_replay(request: HttpRequest, ref: UUID, sequence: int) -> HttpResponse:
    """Send one event once more."""
    webhooks.replay_one(actor_of(request), ref, sequence=sequence)
    messages.success(request, _("The event is sent once more."))
    return redirect("notices:webhook-detail", ref=ref)
