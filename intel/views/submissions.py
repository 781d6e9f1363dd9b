"""Submitting, what was submitted, and the institution's own clues."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from custody.queries.quotas import analyst_quota
from custody.services.ceremony import transcript
from intel import forms, screens
from intel.queries.clues import clue_for, clues_for
from intel.queries.holds import stopped_for, stops_for
from intel.queries.submissions import row_errors_for, submission_for, submissions_for
from intel.services.matching import retry_submission
from intel.services.submissions import submit_clues
from intel.services.voices import VoiceNotice
from intel.services.withdrawals import withdraw_clue
from intel.uploads import set_aside
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import ROWS, attachment, live, page


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """The form for one clue; its script posts digests here."""
    actor = actor_of(request)
    actor.require(Capability.SUBMIT)
    if request.method == "POST":
        return _file(request)
    choices = forms.choices(actor)
    islands = {"ceremony": screens.ceremony(transcript()), "circles": choices.for_scripts()["circle"]}
    return page(request, "intel/submit.html", {"choices": choices, **islands})


@require_safe
def submit_file(request: HttpRequest) -> HttpResponse:
    """The page that reads a file in the browser."""
    actor = actor_of(request)
    actor.require(Capability.SUBMIT)
    choices, quota = forms.choices(actor), analyst_quota(actor)
    islands = {"ceremony": screens.ceremony(transcript()), "lists": {**choices.for_scripts(), "quota": asdict(quota)}}
    return page(request, "intel/submit_file.html", {"choices": choices, "quota": quota, **islands})


def _file(request: HttpRequest) -> HttpResponse:
    """File what a script of ours posted; the answer says where to follow it and which rows were refused."""
    actor, filing = actor_of(request), forms.filing(request)
    with set_aside(request, encoding="", most=forms.MOST_BYTES) as upload:
        receipt = submit_clues(actor, rows=upload.rows(), body_sha256=upload.sha256, **filing)
    errors = row_errors_for(actor, receipt.reference) if receipt.rejected else []
    answer = {
        "location": reverse("intel:submission-detail", args=[receipt.reference]),
        "accepted": receipt.accepted,
        "rejected": receipt.rejected,
        "waiting": receipt.waiting,
        "errors": [{"row": error.row, "detail": error.detail} for error in errors],
    }
    return JsonResponse(answer, status=202)


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """The institution's submissions."""
    form = forms.SubmissionFilter(request.GET, auto_id="filter-%s")
    found = submissions_for(actor_of(request), cursor=forms.cursor(request), limit=ROWS, **form.asked())
    context = {"form": form, "page": found, "live": screens.live_url(request, found.rows)}
    return live(request, "intel/submissions.html", context, fragment="intel/_submissions.html")


@require_safe
def submission_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One submission: its progress, its clues, its errors."""
    actor = actor_of(request)
    found = submission_for(actor, ref)
    context: dict[str, Any] = {"submission": found, "live": screens.live_url(request, [found])}
    context["voices"] = screens.voice_lines([VoiceNotice(**notice) for notice in found.voices], actor)
    context["stopped"] = stopped_for(actor, ref)
    if not request.headers.get("HX-Request"):
        context |= {"clues": clues_for(actor, submission=ref, cursor=forms.cursor(request), limit=ROWS)}
    return live(request, "intel/submission.html", context, fragment="intel/_progress.html")


@require_safe
def submission_errors(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Why rows were refused, as a spreadsheet can read it."""
    text = screens.errors_csv(row_errors_for(actor_of(request), ref))
    return attachment(text, filename=f"errors-{ref}.csv", content_type="text/csv; charset=utf-8")


@require_safe
def clue_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One clue of the institution, with its note."""
    actor = actor_of(request)
    found = clue_for(actor, ref)
    context = {"detail": found, "circle": screens.circle_names(actor).get(found.clue.circle, found.clue.circle)}
    context["may_decide"] = actor.may(Capability.DECIDE_CLUES)
    context["stops"] = stops_for(actor, ref)
    return page(request, "intel/clue.html", context)


@require_POST
def clue_withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Withdraw a clue, and with it what depended on it."""
    withdraw_clue(actor_of(request), ref=ref)
    messages.success(request, _("The clue is withdrawn. Collisions that depended on it are gone."))
    return redirect("intel:clue-detail", ref=ref)


@require_POST
def job_retry(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Have a failed submission matched again; the operator knows its reference only."""
    retry_submission(actor_of(request), ref=ref)
    messages.success(request, _("The job is started again."))
    return redirect("operate")
