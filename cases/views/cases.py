"""Cases: the list, opening, describing, closing, linking. Invitations and participants have modules of their own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.acting import Words, act_page, posted
from cases.forms.cases import AddToForm, CaseFilter, CloseForm, DescribeForm, OpenForm, PlaceForm
from cases.queries.cases import case_for
from cases.queries.invitations import invitations_for
from cases.queries.overview import Asked, cases_listed, overview_of
from cases.rights import Right
from cases.screens import case_page
from cases.sealing import unseal
from cases.services import closing, links, opening
from cases.services.invitations import may_answer
from cases.views import invitations, participants
from cases.work_screens import work_context
from intel.queries.in_cases import own_among
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.pages import ROWS, form_page, page
from members.step_up import step_up


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases the institution takes part in that fit the filters, and the invitations that wait."""
    actor = actor_of(request)
    form = CaseFilter(request.GET)
    found = cases_listed(actor, form.asked(), cursor=request.GET.get("cursor", ""), limit=ROWS)
    context = {"form": form, "page": found, "invitations": invitations_for(actor)}
    context["is_member"] = actor.may(Capability.VIEW_COLLISIONS)
    return page(request, "cases/cases.html", context, fragment="cases/_cases.html")


@require_safe
def case_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One case: what it stands on, who takes part, what is to do and what happened."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    context = {"overview": overview_of(actor, case), "may_leave": may_answer(actor), **work_context(actor, case)}
    context["is_member"] = actor.may(Capability.VIEW_COLLISIONS)
    return page(request, "cases/case.html", case_page(actor, case, "case-detail", **context))


@form_page
def case_open(request: HttpRequest) -> HttpResponse:
    """The form for a case on the collisions that were chosen in the queue or on a collision's page."""
    actor = actor_of(request)
    actor.require(Capability.WORK_CASES)
    actor.require(Capability.VIEW_COLLISIONS)
    chosen = _chosen(request)
    form = OpenForm(request.POST if "title" in request.POST else None)
    if form.attempt(lambda **words: opening.open_case(actor, collisions=chosen, **words)):
        messages.success(request, _("The case is open. Nobody else knows of it until you invite them."))
        return redirect("cases:case-detail", ref=form.outcome.ref)
    ours = [(row.ref, row.title) for row in cases_listed(actor, Asked(), limit=200).rows]
    context = {"form": form, "chosen": chosen, "add_form": AddToForm(cases=ours), "ours": ours}
    return page(request, "cases/case_open.html", context, status=400 if form.is_bound else 200)


@require_POST
def collisions_add(request: HttpRequest) -> HttpResponse:
    """The chosen collisions go into a case that is open already."""
    actor = actor_of(request)
    actor.require(Capability.WORK_CASES)
    actor.require(Capability.VIEW_COLLISIONS)
    chosen = _chosen(request)
    form = AddToForm(request.POST, cases=[(row.ref, row.title) for row in cases_listed(actor, Asked(), limit=200).rows])
    if not form.attempt(lambda case: (case, opening.add_collisions(actor, case=case, collisions=chosen))):
        raise Invalid(_("Choose a case and collisions."), code="invalid_choice")
    case, added = form.outcome
    messages.success(request, _("%(number)d collisions were added.") % {"number": added})
    return redirect("cases:case-detail", ref=case)


@form_page
def case_describe(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The case's words anew, and whether others may learn that there is one."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    initial = {
        "title": unseal(case.title, "case/title", case.ref),
        "summary": unseal(case.summary, "case/summary", case.ref),
        "is_findable": case.is_findable,
    }
    words = Words(_("Describe the case"), _("All who take part read it."), _("Save"), _("Saved."))
    form = DescribeForm(posted(request), initial=initial)
    return act_page(request, case, form, lambda **said: opening.describe_case(actor, case=ref, **said), words)


@form_page
def place_add(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A place of the case, which decides what unit of the police has jurisdiction."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    lead = _("Where it was done, where its harm fell, where a suspect lives: one of them gives a unit jurisdiction.")
    words = Words(_("Add a place"), lead, _("Add"), _("The place stands."))
    form = PlaceForm(posted(request))
    return act_page(request, case, form, lambda **place: opening.add_place(actor, case=ref, **place), words)


@require_POST
def place_remove(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take a place back."""
    tie, region = request.POST.get("tie", ""), request.POST.get("region", "")
    opening.remove_place(actor_of(request), case=ref, tie=tie, region=region)
    messages.success(request, _("The place is taken back."))
    return redirect("cases:case-detail", ref=ref)


@form_page
@step_up
def case_close(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Closing, with its reason."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    lead = _("Nothing is added to a closed case; all who take part go on reading it. Complaints are not touched by it.")
    words = Words(_("Close the case"), lead, _("Close the case"), _("The case is closed."))
    form = CloseForm(posted(request))
    return act_page(request, case, form, lambda **why: closing.close_case(actor, case=ref, **why), words)


@require_POST
@step_up
def case_reopen(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A closed case is opened again."""
    closing.reopen_case(actor_of(request), case=ref)
    messages.success(request, _("The case is open again."))
    return redirect("cases:case-detail", ref=ref)


@require_POST
def link_offer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Offer to work on another case together with this one: one that is seen, or whatever unseen ones there are."""
    actor, other = actor_of(request), request.POST.get("other", "")
    if other:
        links.offer_link(actor, case=ref, other=_uuid(other))
    else:
        links.offer_links(actor, case=ref)
    messages.success(request, _("Offered. You are told if the other case's lead agrees."))
    return redirect("cases:case-detail", ref=ref)


@require_POST
def link_answer(request: HttpRequest, ref: UUID, link: UUID) -> HttpResponse:
    """Agree to an offer, or decline it."""
    accept = request.POST.get("answer") == "agree"
    links.answer_link(actor_of(request), case=ref, link=link, accept=accept)
    agreed, declined = _("The cases are linked: each lead's name is open to the other."), _("Declined.")
    messages.success(request, agreed if accept else declined)
    return redirect("cases:case-detail", ref=ref)


def _chosen(request: HttpRequest) -> list[UUID]:
    """The collisions that were chosen, those that are no party's of the reader dropped."""
    given = request.POST if request.method == "POST" else request.GET
    refs = [_uuid(one) for one in given.getlist("ref")[: opening.MOST_COLLISIONS]]
    own = own_among(actor_of(request), refs)
    return [ref for ref in dict.fromkeys(refs) if ref in own]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(_("The request is malformed."), code="malformed") from None


urlpatterns = [
    path("cases", cases, name="cases"),
    path("cases/new", case_open, name="case-open"),
    path("cases/collisions", collisions_add, name="collisions-add"),
    path("cases/<uuid:ref>", case_detail, name="case-detail"),
    path("cases/<uuid:ref>/description", case_describe, name="case-describe"),
    path("cases/<uuid:ref>/places", place_add, name="place-add"),
    path("cases/<uuid:ref>/places/removal", place_remove, name="place-remove"),
    path("cases/<uuid:ref>/closing", case_close, name="case-close"),
    path("cases/<uuid:ref>/reopening", case_reopen, name="case-reopen"),
    path("cases/<uuid:ref>/links", link_offer, name="link-offer"),
    path("cases/<uuid:ref>/links/<uuid:link>/answer", link_answer, name="link-answer"),
    *invitations.urlpatterns,
    *participants.urlpatterns,
]
