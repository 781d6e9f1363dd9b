"""Victims: represented customers, what is made good to them, and their complaints."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import victim_screens
from cases.acting import posted
from cases.forms.victims import ComplaintForm, MarkForm, RedressForm, TakeBackForm
from cases.queries.cases import case_for
from cases.queries.customers import own_customer, own_customers
from cases.rights import Right
from cases.screens import case_page
from cases.services.customers import (
    answer_complaint,
    mark_customers,
    open_complaint,
    take_back_mark,
    track_redress,
)
from kit.errors import Conflict, Invalid
from kit.http import actor_of
from kit.pages import form_page, page


@require_safe
def victims(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Whom the gang spoke for: all by number, the own institution's with its references and complaints."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    shown = case_page(actor, case, "victims", **victim_screens.victims_context(actor, case))
    return page(request, "cases/victims.html", shown)


@form_page
def customers_mark(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Mark customers of one's own."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    form = MarkForm(posted(request))
    if form.attempt(lambda customers: mark_customers(actor, case=ref, customers=customers)):
        messages.success(request, _("Marked as victims. The others see their numbers alone."))
        return redirect("cases:victims", ref=ref)
    return page(request, "cases/customers_mark.html", case_page(actor, case, "victims", form=form))


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """All represented customers of the own institution, of cases it has left too."""
    return page(request, "cases/customers.html", {"rows": own_customers(actor_of(request))})


@form_page
def customer_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One of them: redress, and the complaint."""
    actor = actor_of(request)
    found = own_customer(actor, ref)
    form = RedressForm(posted(request), initial=victim_screens.redress_of(found))
    if form.attempt(lambda **said: track_redress(actor, ref=ref, **said)):
        messages.success(request, _("Kept."))
        return redirect("cases:customer-detail", ref=ref)
    shown = {"customer": found, "form": form, "complaint": ComplaintForm()}
    return page(request, "cases/customer.html", shown)


@form_page
def mark_take_back(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take back a mark that was made by mistake."""
    actor = actor_of(request)
    found = own_customer(actor, ref)
    form = TakeBackForm(posted(request))
    if form.attempt(lambda reason: take_back_mark(actor, ref=ref, reason=reason)):
        messages.success(request, _("The mark is taken back. It counts in the case no more and stays in its history."))
        return redirect("cases:customer-detail", ref=ref)
    return page(request, "cases/mark_take_back.html", {"customer": found, "form": form})


@require_POST
def complaint_open(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A customer complains. Nothing of a case is asked."""
    return _complaint(request, ref, open_complaint, _("The complaint is noted. It is handled on its own merits."))


@require_POST
def complaint_answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A complaint was answered."""
    return _complaint(request, ref, answer_complaint, _("The answer is noted."))


def _complaint(request: HttpRequest, ref: UUID, act: victim_screens.ComplaintAct, said: str) -> HttpResponse:
    actor = actor_of(request)
    own_customer(actor, ref)
    form = ComplaintForm(request.POST)
    try:
        if form.is_valid():
            act(actor, ref=ref, on=form.cleaned_data["on"])
            messages.success(request, said)
        else:
            messages.error(request, _("Choose a day that is not in the future."))
    except (Invalid, Conflict) as refusal:
        messages.error(request, _(refusal.detail))
    return redirect("cases:customer-detail", ref=ref)


urlpatterns = [
    path("cases/<uuid:ref>/victims", victims, name="victims"),
    path("cases/<uuid:ref>/victims/mark", customers_mark, name="customers-mark"),
    path("customers", customers, name="customers"),
    path("customers/<uuid:ref>", customer_detail, name="customer-detail"),
    path("customers/<uuid:ref>/take-back", mark_take_back, name="mark-take-back"),
    path("customers/<uuid:ref>/complaint", complaint_open, name="complaint-open"),
    path("customers/<uuid:ref>/answer", complaint_answer, name="complaint-answer"),
]
