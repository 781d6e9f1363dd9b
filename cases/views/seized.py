"""Lists that the police seized from a gang, and what each institution learns of its own customers on them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from cases.forms.papers import CONTACT_STATES, seized_list
from cases.queries.cases import case_for
from cases.queries.seized import findings_for, lists_for
from cases.rights import Right
from cases.screens import case_page
from cases.seized_screens import filing
from cases.services.seized import decide_finding, file_list, open_finding
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page


@require_safe
def seized_findings(request: HttpRequest) -> HttpResponse:
    """The institution's own customers on seized lists; to an officer the lists of the own unit."""
    actor = actor_of(request)
    actor.require(Capability.WORK_CASES)
    context = {"rows": findings_for(actor), "lists": lists_for(actor), "states": CONTACT_STATES}
    return page(request, "cases/seized_findings.html", context | {"is_unit": actor.may(Capability.INVESTIGATE)})


@form_page
def seized_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The page on which an officer loads a list; its script digests and seals, and posts the result here."""
    actor = actor_of(request)
    actor.require(Capability.INVESTIGATE)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    if request.method == "POST":
        file_list(actor, ref, **seized_list(request.body))
        return JsonResponse({"location": reverse("cases:victims", args=[ref])}, status=201)
    return page(request, "cases/seized_file.html", case_page(actor, case, "victims", **filing(actor)))


@require_POST
def seized_open(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The sealed person for the reader's own keys; that it was handed out is recorded."""
    return JsonResponse({"results": [one.to_json() for one in open_finding(actor_of(request), ref)]})


@require_POST
def seized_decide(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far contacting the person has come."""
    decide_finding(actor_of(request), ref, state=request.POST.get("state", ""))
    return redirect("cases:seized-findings")


urlpatterns: list[URLPattern] = [
    path("seized", seized_findings, name="seized-findings"),
    path("cases/<uuid:ref>/seized/file", seized_file, name="seized-file"),
    path("seized/<uuid:ref>/person.json", seized_open, name="seized-open"),
    path("seized/<uuid:ref>/decide", seized_decide, name="seized-decide"),
]
