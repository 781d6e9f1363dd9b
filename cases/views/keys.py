"""Keys: the directory, and the grants of a case's key."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.keys import grants_asked, institution_asked, refusal_asked
from cases.queries.cases import case_for
from cases.queries.keys import recipients_for
from cases.screens import case_page
from cases.services.grants import case_keys, grant_case_key, make_case_key, refuse_grant
from kit.http import actor_of
from kit.pages import page


@require_safe
def case_keys_page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who has the key of a case, and who waits for it."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    return page(request, "cases/case_keys.html", case_page(actor, case, "case-keys", keys=case_keys(actor, ref)))


@require_http_methods(["GET", "HEAD", "POST"])
def case_key_grants(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The case's key as it stands for the reader; a script posts grants that it made."""
    actor = actor_of(request)
    if request.method == "POST":
        asked = grants_asked(request.body)
        give = make_case_key if asked.pop("new") else grant_case_key
        give(actor, ref, **asked)
    return JsonResponse(case_keys(actor, ref).to_json())


@require_POST
def case_key_refusals(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A script could not open the grant it was given."""
    actor = actor_of(request)
    refuse_grant(actor, ref, **refusal_asked(request.body))
    return JsonResponse(case_keys(actor, ref).to_json())


@require_safe
def recipients(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The live keys of those who take part, or of one of them (?institution=)."""
    found = recipients_for(actor_of(request), ref, institution_asked(request.GET))
    return JsonResponse({"recipients": [one.to_json() for one in found]})


urlpatterns: list[URLPattern] = [
    path("cases/<uuid:ref>/keys", case_keys_page, name="case-keys"),
    path("cases/<uuid:ref>/key-grants.json", case_key_grants, name="case-key-grants"),
    path("cases/<uuid:ref>/key-refusals.json", case_key_refusals, name="case-key-refusals"),
    path("cases/<uuid:ref>/recipients.json", recipients, name="recipients"),
]
