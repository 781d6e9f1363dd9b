"""Evidence and its custody: the pages, and the doors that their scripts send cipher text through."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import evidence_screens as screens
from cases.forms import evidence as asked
from cases.forms.evidence import HandOverForm, HoldForm, ReasonForm
from cases.queries.cases import case_for
from cases.queries.evidence import evidence_for, upload_for
from cases.rights import Right
from cases.screens import case_page
from cases.services.custody import hand_over
from cases.services.evidence import open_version, read_part, seal_evidence, verify_evidence
from cases.services.holds import hold_evidence, release_hold
from cases.services.uploads import begin_upload, drop_upload, finish_upload, put_part
from kit.http import actor_of
from kit.pages import LargeFile, page
from members.forms import ActingForm
from members.step_up import step_up

TAB = "evidence"


@require_safe
def evidence(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The evidence of a case."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    return page(request, "cases/evidence.html", case_page(actor, case, TAB, **screens.list_context(actor, case)))


@require_safe
def evidence_add(request: HttpRequest, ref: UUID, evidence: UUID | None = None) -> HttpResponse:
    """The page that encrypts a file and uploads it: a new piece of evidence, or another version of one."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    item = evidence_for(actor, ref, evidence, own=True) if evidence else None
    return page(
        request, "cases/evidence_add.html", case_page(actor, case, TAB, **screens.add_context(actor, case, item))
    )


@require_safe
def evidence_resume(request: HttpRequest, ref: UUID, version: UUID) -> HttpResponse:
    """The page that goes on with an upload that broke off: it asks for the same file and for nothing else."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    row = upload_for(actor, ref, version).row
    if row.state != "uploading":  # arrived or given up meanwhile: the same file here would begin another version
        return redirect("cases:evidence-item", ref=ref, evidence=row.evidence.ref)
    item = evidence_for(actor, ref, row.evidence.ref, own=True)
    shown = screens.add_context(actor, case, item, goes_on=row)
    return page(request, "cases/evidence_add.html", case_page(actor, case, TAB, **shown))


@require_safe
def evidence_item(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """One piece of evidence with its versions and its custody record."""
    return _item_page(request, ref, evidence)


@require_POST
@step_up
def evidence_seal(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """Seal it: no version is added any more."""
    form = ReasonForm(request.POST, auto_id="seal-%s")
    done = _("The evidence is sealed: no version is added any more.")
    return _act(request, ref, evidence, seal_evidence, done, seal_form=form)


@require_POST
@step_up
def evidence_hold(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """Put it under a legal hold, or prolong one."""
    form = HoldForm(request.POST, auto_id="hold-%s")
    done = _("The legal hold stands: nothing of it is erased until then.")
    return _act(request, ref, evidence, hold_evidence, done, hold_form=form)


@require_POST
@step_up
def evidence_release(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """End a legal hold early."""
    form = ReasonForm(request.POST, auto_id="release-%s")
    return _act(request, ref, evidence, release_hold, _("The legal hold is ended."), release_form=form)


@require_POST
def evidence_hand_over(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """Record that it was handed to another participant."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    form = HandOverForm(request.POST, actor=actor, case=case, auto_id="hand-over-%s")
    done = _("The hand-over stands in the custody record.")
    return _act(request, ref, evidence, hand_over, done, hand_over_form=form)


@require_POST
def evidence_verify(request: HttpRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """Read everything that is kept of it again and compare it with its checksums."""
    found = verify_evidence(actor_of(request), ref, evidence=evidence)
    messages.success(request, _("Read again: %(parts)d parts, each as it was kept.") % {"parts": sum(found.values())})
    return redirect("cases:evidence-item", ref=ref, evidence=evidence)


@require_POST
def uploads(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Begin an upload, or go on with the one of the same file."""
    actor = actor_of(request)
    row = begin_upload(actor, ref, **asked.beginning(request.body))
    return JsonResponse(upload_for(actor, ref, row.ref).to_json(), status=201)


@require_safe
def upload(request: HttpRequest, ref: UUID, version: UUID) -> HttpResponse:
    """How far an upload of the own institution is."""
    return JsonResponse(upload_for(actor_of(request), ref, version).to_json())


@require_http_methods(["PUT"])
def upload_part(request: HttpRequest, ref: UUID, version: UUID, number: int) -> HttpResponse:
    """One part of cipher text, straight to the disk."""
    length = asked.length_of(request.META.get("CONTENT_LENGTH"))
    arrived = put_part(actor_of(request), ref, version=version, number=number, body=request, length=length)
    return JsonResponse({"arrived": arrived})


@require_POST
def arrival(request: HttpRequest, ref: UUID, version: UUID) -> HttpResponse:
    """All parts were sent: the worker computes the checksums again."""
    actor = actor_of(request)
    finish_upload(actor, ref, version=version, **asked.arrival(request.body))
    return JsonResponse(upload_for(actor, ref, version).to_json())


@require_POST
def upload_drop(request: HttpRequest, ref: UUID, version: UUID) -> HttpResponse:
    """Give up a running upload."""
    drop_upload(actor_of(request), ref, version=version)
    messages.success(request, _("The upload is given up; what had arrived of it is erased."))
    return redirect("cases:evidence", ref=ref)


@require_POST
def openings(request: HttpRequest, ref: UUID, version: UUID) -> HttpResponse:
    """Say why a version is viewed or copied: written to its custody record before anything leaves."""
    opening = open_version(actor_of(request), ref, version=version, **asked.purpose(request.body))
    return JsonResponse(opening.to_json(), status=201)


@require_safe
def part(request: HttpRequest, ref: UUID, version: UUID, number: int) -> LargeFile:
    """One part of a kept version, cipher text, verified now. Never anything that a browser would show."""
    opening = asked.reference(request.GET.get("opening", ""))
    found = read_part(actor_of(request), ref, version=version, number=number, opening=opening)
    return LargeFile(found, as_attachment=True, filename="part.bin", content_type="application/octet-stream")


def _act(
    request: HttpRequest, ref: UUID, evidence: UUID, act: Callable[..., object], done: str, **sent: ActingForm
) -> HttpResponse:
    """Do what the one form that was sent is for; what is refused stays beside it, under its name in the page."""
    [form] = sent.values()
    if form.attempt(partial(act, actor_of(request), ref, evidence=evidence)):
        messages.success(request, done)
        return redirect("cases:evidence-item", ref=ref, evidence=evidence)
    return _item_page(request, ref, evidence, status=400, **sent)


def _item_page(request: HttpRequest, ref: UUID, evidence: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    case = case_for(actor, ref)
    context = screens.item_context(actor, case, evidence_for(actor, ref, evidence))
    return page(request, "cases/evidence_item.html", case_page(actor, case, TAB, **{**context, **forms}), status=status)


_CASE = "cases/<uuid:ref>/evidence"
_ITEM = f"{_CASE}/<uuid:evidence>"
_UPLOAD = "cases/<uuid:ref>/uploads/<uuid:version>"
_VERSION = "cases/<uuid:ref>/evidence-versions/<uuid:version>"
urlpatterns: list[URLPattern] = [
    path(_CASE, evidence, name="evidence"),
    path(f"{_CASE}/new", evidence_add, name="evidence-add"),
    path(_ITEM, evidence_item, name="evidence-item"),
    path(f"{_ITEM}/new", evidence_add, name="evidence-version-add"),
    path(f"{_ITEM}/seal", evidence_seal, name="evidence-seal"),
    path(f"{_ITEM}/hold", evidence_hold, name="evidence-hold"),
    path(f"{_ITEM}/hold/end", evidence_release, name="evidence-release"),
    path(f"{_ITEM}/hand-over", evidence_hand_over, name="evidence-hand-over"),
    path(f"{_ITEM}/verification", evidence_verify, name="evidence-verify"),
    path("cases/<uuid:ref>/uploads", uploads, name="evidence-uploads"),
    path(_UPLOAD, evidence_resume, name="evidence-resume"),
    path(f"{_UPLOAD}.json", upload, name="evidence-upload"),
    path(f"{_UPLOAD}/parts/<int:number>", upload_part, name="evidence-upload-part"),
    path(f"{_UPLOAD}/arrival", arrival, name="evidence-arrival"),
    path(f"{_UPLOAD}/drop", upload_drop, name="evidence-drop"),
    path(f"{_VERSION}/openings", openings, name="evidence-openings"),
    path(f"{_VERSION}/parts/<int:number>", part, name="evidence-part"),
]
