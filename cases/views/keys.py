"""Keys: the directory, and the grants of a case's key."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.forms.keys import PublishForm, RevokeForm, grants_asked, refusal_asked
from cases.key_screens import access, directory
from cases.queries.cases import case_for
from cases.screens import case_page
from cases.services.grants import case_keys, cases_waiting, grant_case_key, make_case_key, refuse_grant
from cases.services.keys import publish_key, revoke_key
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page
from members.step_up import step_up


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The directory of public keys, and the keys of this browser."""
    return page(request, "cases/keys.html", directory(actor_of(request)))


@require_POST
@step_up
def key_publish(request: HttpRequest) -> HttpResponse:
    """Publish a key that the page's script made."""
    actor = actor_of(request)
    actor.require(Capability.PUBLISH_KEYS)
    key = publish_key(actor, **PublishForm(request.POST).asked())
    messages.success(request, _("The key is in the directory: what is sealed to you from now on is sealed to it too."))
    if key.replaces is not None:
        messages.info(request, _("Take access over to it below, then revoke the old one."))
    return redirect("cases:keys")


@require_POST
@step_up
def key_revoke(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Revoke a key."""
    actor = actor_of(request)
    actor.require(Capability.PUBLISH_KEYS)
    revoke_key(actor, ref=ref, **RevokeForm(request.POST).asked())
    messages.success(
        request, _("The key is revoked: nothing is sealed to it any more, and its access to cases is gone.")
    )
    return redirect("cases:keys")


@require_safe
def keys_waiting(request: HttpRequest) -> HttpResponse:
    """The cases in which a key of the reader's waits for access."""
    return JsonResponse({"results": [str(ref) for ref in cases_waiting(actor_of(request))]})


@require_safe
def case_keys_page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who has the key of a case, and who waits for it."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    found = case_keys(actor, ref)
    shown = case_page(actor, case, "case-keys", keys=found, rows=access(found))
    return page(request, "cases/case_keys.html", shown)


@form_page
def case_key_grants(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The case's key as it stands for the reader; a script posts grants that it made."""
    actor = actor_of(request)
    case_for(actor, ref)
    if request.method == "POST":
        asked = grants_asked(request.body)
        give = make_case_key if asked.pop("new") else grant_case_key
        give(actor, ref, **asked)
    return JsonResponse(case_keys(actor, ref).to_json())


@require_POST
def case_key_refusals(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A script could not open the grant it was given."""
    actor = actor_of(request)
    case_for(actor, ref)
    refuse_grant(actor, ref, **refusal_asked(request.body))
    return JsonResponse(case_keys(actor, ref).to_json())


urlpatterns: list[URLPattern] = [
    path("keys", keys, name="keys"),
    path("keys/publish", key_publish, name="key-publish"),
    path("keys/waiting.json", keys_waiting, name="keys-waiting"),
    path("keys/<uuid:ref>/revoke", key_revoke, name="key-revoke"),
    path("cases/<uuid:ref>/keys", case_keys_page, name="case-keys"),
    path("cases/<uuid:ref>/key-grants.json", case_key_grants, name="case-key-grants"),
    path("cases/<uuid:ref>/key-refusals.json", case_key_refusals, name="case-key-refusals"),
]
