"""Warning lists: what is in force, what is proposed, and the pages on which leads propose and approve."""

from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from custody.queries.quotas import analyst_quota
from custody.services.ceremony import transcript
from intel import proposals, screens
from intel.queries.warnings import NEEDED, VersionDetail, published, version_for, versions_for
from intel.services.warnings import approve_version, propose_version, refuse_version
from intel.warning_forms import ProposalForm, RefusalForm
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.pages import page, tagged_json

SHOWN = 200
"""Entries that a page shows; the signed document has all of them."""


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """All lists: in force, proposed, and what was."""
    actor = actor_of(request)
    rows = versions_for(actor)
    context = {"rows": rows, "needed": NEEDED, "may_propose": actor.may(Capability.MANAGE_WARNINGS)}
    return page(request, "intel/warnings.html", context)


@require_safe
def in_force(request: HttpRequest) -> HttpResponse:
    """The signed lists for the scripts of the submit pages; the session's twin of the API's."""
    return tagged_json(request, published(actor_of(request)))


@require_safe
def warning_list(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One version: its entries, how they differ from the ones before, who approved it."""
    return _version_page(request, ref, RefusalForm())


@require_http_methods(["GET", "HEAD", "POST"])
def warning_propose(request: HttpRequest) -> HttpResponse:
    """The form for a list; its script computes the digests and posts the proposal here."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_WARNINGS)
    if request.method == "POST":
        version = propose_version(actor, **proposals.proposal(_message(request)))
        return JsonResponse({"location": reverse("intel:warning-list", args=[version.ref])}, status=201)
    context = {"form": ProposalForm(), "quota": analyst_quota(actor), "ceremony": screens.ceremony(transcript())}
    return page(request, "intel/warning_propose.html", context)


@require_POST
def warning_approve(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The digests that the approver's browser computed of the values it was shown."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_WARNINGS)
    approve_version(actor, ref=ref, **proposals.approval(_message(request)))
    return JsonResponse({"location": reverse("intel:warning-list", args=[ref])})


@require_POST
def warning_refuse(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A refusal with its reason."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_WARNINGS)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _version_page(request, ref, form, status=400)
    refuse_version(actor, ref=ref, reason=form.cleaned_data["reason"])
    messages.success(request, _("Refused. The reason stays with the proposal."))
    return redirect("intel:warning-list", ref=ref)


def _message(request: HttpRequest) -> object:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Invalid(_("The request is malformed."), code="malformed") from None


def _version_page(request: HttpRequest, ref: UUID, form: RefusalForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    found = version_for(actor, ref)
    shown = {name: getattr(found, name)[:SHOWN] for name in ("entries", "added", "removed")}
    context: dict[str, Any] = {"detail": found, "version": found.version, "shown": shown, "needed": NEEDED}
    context |= {"form": form, **_approving(actor, found)}
    return page(request, "intel/warning_list.html", context, status=status)


def _approving(actor: Actor, found: VersionDetail) -> dict[str, Any]:
    """What the script needs to compute the digests, if the approver's quota reaches."""
    if "approve" not in found.may:
        return {}
    exact = [{"label": one.kind, "canonical": one.value} for one in found.entries if not one.is_prefix]
    quota = analyst_quota(actor)
    ready = {"exact": exact, "ceremony": screens.ceremony(transcript())} if len(exact) <= quota.left else {}
    return {"quota": quota, "count": len(exact), **ready}
