"""Disclosures of a case: plain values asked for, given to named keys and shown for a time; and the own ledger."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from cases import disclosure_screens as screens
from cases.acting import posted
from cases.forms import disclosures as forms
from cases.queries.cases import case_for, is_police
from cases.queries.disclosures import askable_in, detail_of, disclosures_of, has_keys
from cases.queries.ledger import SHOWN, ledger_for
from cases.rights import Right
from cases.screens import case_page
from cases.services.disclosures import (
    approve_disclosure,
    ask_disclosure,
    propose_disclosure,
    refuse_disclosure,
    withdraw_disclosure,
)
from cases.services.ledger import export_ledger
from cases.services.unmasking import check_disclosure, unmask, unmasked_again
from kit.http import actor_of
from kit.pages import form_page, page
from members.step_up import step_up


@require_safe
def disclosures(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What our institution asked for and was asked for in one case."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    rows = {"rows": disclosures_of(actor, case), "has_keys": has_keys(actor.own_institution())}
    return page(request, "cases/disclosures.html", case_page(actor, case, "disclosures", **rows))


@form_page
def disclosure_ask(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Ask a participant for a value."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.DISCLOSE)
    askable = askable_in(actor, case)
    form = forms.AskForm(posted(request), askable=askable, is_police=is_police(actor))
    if form.attempt(lambda **_said: ask_disclosure(actor, case=ref, **form.asked())):
        return redirect("cases:disclosure-detail", ref=ref, disclosure=form.outcome.ref)
    context = case_page(actor, case, "disclosures", form=form, askable=askable)
    context["has_keys"] = has_keys(actor.own_institution())
    return page(request, "cases/disclosure_ask.html", context, status=400 if form.is_bound else 200)


@require_safe
def disclosure_detail(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """One disclosure: masked, with who asked whom on which ground, and who had it shown."""
    return _detail(request, ref, disclosure)


@form_page
def disclosure_propose(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """The page whose script encrypts the value, and where it sends the cipher text."""
    actor = actor_of(request)
    if request.method == "POST":
        propose_disclosure(actor, case=ref, ref=disclosure, **forms.proposal(request.body))
        return JsonResponse({"location": screens.address(ref, disclosure)}, status=201)
    case = case_for(actor, ref, Right.DISCLOSE)
    found = detail_of(actor, case, disclosure, only="holder")
    if "propose" not in found.may:
        return redirect("cases:disclosure-detail", ref=ref, disclosure=disclosure)
    context = screens.proposing(actor, case, found)
    return page(request, "cases/disclosure_propose.html", case_page(actor, case, "disclosures", **context))


@require_POST
@step_up
def disclosure_approve(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """The second person of the holder gives it."""
    approve_disclosure(actor_of(request), case=ref, ref=disclosure)
    return _done(request, ref, disclosure, "approve")


@require_POST
def disclosure_refuse(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """A lead of the holder does not give it."""
    form = forms.RefuseForm(request.POST)
    if form.attempt(lambda **said: refuse_disclosure(actor_of(request), case=ref, ref=disclosure, **said)):
        return _done(request, ref, disclosure, "refuse")
    return _detail(request, ref, disclosure, form)


@require_POST
def disclosure_withdraw(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """Either side takes it back."""
    withdraw_disclosure(actor_of(request), case=ref, ref=disclosure)
    return _done(request, ref, disclosure, "withdraw")


@require_POST
@step_up
def disclosure_unmask(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """A recipient has the value shown, for a reason: the page that follows gets the cipher text."""
    form = forms.UnmaskForm(request.POST)
    if form.attempt(lambda **said: unmask(actor_of(request), case=ref, ref=disclosure, **said)):
        found = form.outcome
        return redirect("cases:disclosure-shown", ref=ref, disclosure=disclosure, unmasking=found.unmasking)
    return _detail(request, ref, disclosure, form)


@require_safe
def disclosure_shown(request: HttpRequest, ref: UUID, disclosure: UUID, unmasking: UUID) -> HttpResponse:
    """The page whose script opens the value, for ten minutes and for who unmasked it."""
    actor = actor_of(request)
    found = unmasked_again(actor, case=ref, ref=disclosure, unmasking=unmasking)
    case = case_for(actor, ref)
    context = screens.showing(actor, case, found)
    return page(request, "cases/disclosure_shown.html", case_page(actor, case, "disclosures", **context))


@require_POST
def disclosure_check(request: HttpRequest, ref: UUID, disclosure: UUID) -> HttpResponse:
    """The digest that the recipient's browser computed of the value it opened."""
    said = forms.check(request.body)
    return JsonResponse({"matches": check_disclosure(actor_of(request), case=ref, ref=disclosure, **said)})


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What our institution was given and gave, in all cases."""
    form = forms.LedgerFilter(request.GET)
    rows = ledger_for(actor_of(request), **form.asked(), most=SHOWN)
    return page(
        request, "cases/ledger.html", {"rows": rows, "form": form, "shown": SHOWN, "query": request.GET.urlencode()}
    )


@require_safe
def ledger_export(request: HttpRequest, format: str) -> FileResponse:
    """The same as a file."""
    days = forms.LedgerFilter(request.GET).asked()
    head, cells = screens.ledger_head(), screens.ledger_cells
    return screens.sent(export_ledger(actor_of(request), format=format, head=head, cells=cells, **days))


def _done(request: HttpRequest, ref: UUID, disclosure: UUID, act: str) -> HttpResponse:
    messages.success(request, screens.DONE[act])
    return redirect("cases:disclosure-detail", ref=ref, disclosure=disclosure)


def _detail(request: HttpRequest, ref: UUID, disclosure: UUID, form: Any = None) -> HttpResponse:
    actor = actor_of(request)
    case = case_for(actor, ref)
    found = detail_of(actor, case, disclosure)
    context = {"found": found, "row": found.row, "fingerprints": screens.own_fingerprints(found)}
    context["refuse_form"] = form if isinstance(form, forms.RefuseForm) else forms.RefuseForm()
    context["unmask_form"] = form if isinstance(form, forms.UnmaskForm) else forms.UnmaskForm()
    context = case_page(actor, case, "disclosures", **context)
    return page(request, "cases/disclosure.html", context, status=200 if form is None else 400)


_ONE = "cases/<uuid:ref>/disclosures/<uuid:disclosure>"
urlpatterns: list[URLPattern] = [
    path("disclosures", ledger, name="ledger"),
    path("disclosures/ledger.xlsx", ledger_export, {"format": "xlsx"}, name="ledger-xlsx"),
    path("disclosures/ledger.csv", ledger_export, {"format": "csv"}, name="ledger-csv"),
    path("cases/<uuid:ref>/disclosures", disclosures, name="disclosures"),
    path("cases/<uuid:ref>/disclosures/ask", disclosure_ask, name="disclosure-ask"),
    path(_ONE, disclosure_detail, name="disclosure-detail"),
    path(f"{_ONE}/propose", disclosure_propose, name="disclosure-propose"),
    path(f"{_ONE}/approve", disclosure_approve, name="disclosure-approve"),
    path(f"{_ONE}/refuse", disclosure_refuse, name="disclosure-refuse"),
    path(f"{_ONE}/withdraw", disclosure_withdraw, name="disclosure-withdraw"),
    path(f"{_ONE}/unmask", disclosure_unmask, name="disclosure-unmask"),
    path(f"{_ONE}/check", disclosure_check, name="disclosure-check"),
    path(f"{_ONE}/shown/<uuid:unmasking>", disclosure_shown, name="disclosure-shown"),
]
