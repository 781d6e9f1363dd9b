"""The police's part of a case: status, measures, requests, outcomes; and a unit's own desk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import police_screens as screens
from cases.acting import posted
from cases.forms.police import (
    AnswerForm,
    CorrectionForm,
    MeasureEndForm,
    MeasureForm,
    OutcomeForm,
    RequestForm,
    StatusForm,
    UnitForm,
    unit_initial,
)
from cases.queries import routing
from cases.queries.invitations import invitations_for
from cases.queries.police import desk
from cases.services.measures import end_measure, record_measure, release_measure
from cases.services.outcomes import record_outcome
from cases.services.requests import answer_request, request_evidence, withdraw_request
from cases.services.status import correct_status, set_status
from cases.services.units import enter_unit
from intel.typologies import TYPOLOGIES
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page
from members.step_up import step_up

_FORM = "cases/police_form.html"


@require_safe
def police_home(request: HttpRequest) -> HttpResponse:
    """The cases a unit was invited to, by clock."""
    actor = actor_of(request)
    return page(request, "cases/police_home.html", {"rows": desk(actor), "invitations": invitations_for(actor)})


@require_safe
def police(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What the police made of the case."""
    return page(request, "cases/police.html", screens.police_page(actor_of(request), ref))


@form_page
@step_up
def status_set(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Set the next step of one's own unit; `?step=` names it, and without one the page asks for it."""
    actor, step = actor_of(request), screens.step_of(request)
    own = screens.own_desk(actor, ref)
    shown: dict[str, Any] = {"steps": screens.steps_after(own.own), "heading": _("Set the status")}
    if step:
        form = StatusForm(posted(request), step=step, initial={"document": screens.last_document(own.own)})
        if form.attempt(lambda **said: set_status(actor, ref, status=step, **said)):
            messages.success(request, _("The status is set, and the participants are told."))
            return redirect("cases:police", ref=ref)
        shown |= {"form": form, "steps": [], "heading": screens.said_of(step), "act": _("Set the status")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@form_page
@step_up
def status_correct(request: HttpRequest, ref: UUID, entry: UUID) -> HttpResponse:
    """Put another step in the place of the newest one."""
    actor, step = actor_of(request), screens.step_of(request)
    own = screens.own_step(actor, ref, entry)
    shown: dict[str, Any] = {
        "steps": screens.steps_after(own.own, instead=True),
        "heading": _("Correct the newest step"),
    }
    if step:
        form = CorrectionForm(posted(request), step=step)
        if form.attempt(lambda **said: correct_status(actor, ref, corrects=entry, status=step, **said)):
            messages.success(request, _("Corrected. The step that was wrong stays readable."))
            return redirect("cases:police", ref=ref)
        shown |= {"form": form, "steps": [], "act": _("Correct")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@form_page
def measure_record(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Record a measure against a person; no member learns of it."""
    actor = actor_of(request)
    own = screens.own_desk(actor, ref)
    form = MeasureForm(posted(request), persons=screens.persons(own))
    if form.attempt(record_measure, actor, ref):
        messages.success(request, _("Recorded. Police units alone see it until you release it."))
        return redirect("cases:police", ref=ref)
    shown = {"form": form, "heading": _("Record a measure"), "act": _("Record it")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@form_page
def measure_end(request: HttpRequest, ref: UUID, measure: UUID) -> HttpResponse:
    """Record the day a measure ended."""
    actor = actor_of(request)
    own = screens.own_measure(actor, ref, measure)
    form = MeasureEndForm(posted(request))
    if form.attempt(lambda **said: end_measure(actor, ref, measure=measure, **said)):
        return redirect("cases:police", ref=ref)
    shown = {"form": form, "heading": _("End a measure"), "act": _("Record it")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@require_POST
@step_up
def measure_release(request: HttpRequest, ref: UUID, measure: UUID) -> HttpResponse:
    """Show one measure to the members."""
    release_measure(actor_of(request), ref, measure=measure)
    messages.success(
        request, _("Released: the participants see the measure under a number of their own for the person.")
    )
    return redirect("cases:police", ref=ref)


@form_page
def outcome_record(request: HttpRequest, ref: UUID) -> HttpResponse:
    """State what the proceeding has come to."""
    actor = actor_of(request)
    own = screens.own_desk(actor, ref)
    form = OutcomeForm(posted(request))
    if form.attempt(record_outcome, actor, ref):
        messages.success(request, _("The outcome stands, and the participants are told."))
        return redirect("cases:police", ref=ref)
    shown = {"form": form, "heading": _("State the outcome"), "act": _("State the outcome")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@form_page
def request_ask(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Ask a member for evidence under a notice."""
    actor = actor_of(request)
    own = screens.own_desk(actor, ref)
    form = RequestForm(posted(request), addressees=screens.addressees(own.case))
    if form.attempt(request_evidence, actor, ref):
        messages.success(request, _("The institution is asked. Nobody else of the members sees it."))
        return redirect("cases:police", ref=ref)
    shown = {"form": form, "heading": _("Request evidence"), "act": _("Send the notice")}
    return page(request, _FORM, screens.form_page(actor, own.case, **shown))


@form_page
def request_answer(request: HttpRequest, ref: UUID, asked: UUID) -> HttpResponse:
    """Answer a request to one's own institution."""
    actor = actor_of(request)
    question = screens.question(actor, ref, asked)
    form = AnswerForm(posted(request), evidence=question.evidence)
    if form.attempt(lambda **said: answer_request(actor, ref, request=asked, **said)):
        messages.success(request, _("The answer is given."))
        return redirect("cases:police", ref=ref)
    shown = {"form": form, "heading": _("Answer the request"), "lead": question.items, "act": _("Send the answer")}
    return page(request, _FORM, screens.form_page(actor, question.case, **shown))


@require_POST
def request_withdraw(request: HttpRequest, ref: UUID, asked: UUID) -> HttpResponse:
    """Take back a request that nobody has answered."""
    withdraw_request(actor_of(request), ref, request=asked)
    messages.success(request, _("The request is taken back."))
    return redirect("cases:police", ref=ref)


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The directory of police units."""
    actor = actor_of(request)
    context = {"rows": routing.units(actor), "may_change": actor.may(Capability.ONBOARD)}
    return page(request, "cases/units.html", context)


@form_page
def unit_change(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What the directory says of one unit."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    unit = routing.unit_to_change(actor, ref)
    form = UnitForm(posted(request), initial=unit_initial(unit))
    if form.attempt(lambda **said: enter_unit(actor, unit=ref, **said)):
        messages.success(request, _("The directory is changed."))
        return redirect("cases:units")
    return page(request, "cases/unit_change.html", {"unit": unit, "form": form, "typologies": TYPOLOGIES.values()})


urlpatterns: list[URLPattern] = [
    path("police", police_home, name="police-home"),
    path("police/units", units, name="units"),
    path("police/units/<uuid:ref>", unit_change, name="unit-change"),
    path("cases/<uuid:ref>/police", police, name="police"),
    path("cases/<uuid:ref>/police/status", status_set, name="status-set"),
    path("cases/<uuid:ref>/police/status/<uuid:entry>/correction", status_correct, name="status-correct"),
    path("cases/<uuid:ref>/police/measures/new", measure_record, name="measure-record"),
    path("cases/<uuid:ref>/police/measures/<uuid:measure>/end", measure_end, name="measure-end"),
    path("cases/<uuid:ref>/police/measures/<uuid:measure>/release", measure_release, name="measure-release"),
    path("cases/<uuid:ref>/police/outcome", outcome_record, name="outcome-record"),
    path("cases/<uuid:ref>/police/requests/new", request_ask, name="request-ask"),
    path("cases/<uuid:ref>/police/requests/<uuid:asked>/answer", request_answer, name="request-answer"),
    path("cases/<uuid:ref>/police/requests/<uuid:asked>/withdrawal", request_withdraw, name="request-withdraw"),
]
