"""What waits for somebody: clues for a second person, filings of band D for an operator."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from intel import decisions, forms
from intel.queries.approvals import held_for, waiting_for, waiting_submissions
from intel.services.approvals import Decided, approve_clues, refuse_clues
from intel.services.releases import decline_submission, release_submission
from intel.services.suspensions import resume_clue, suspend_clue
from kit.http import actor_of
from kit.pages import ROWS, page


@require_safe
def clues_waiting(request: HttpRequest) -> HttpResponse:
    """The clues of the institution that wait for a second person."""
    actor = actor_of(request)
    found = waiting_for(actor, cursor=forms.cursor(request), limit=ROWS)
    return page(request, "intel/clues_waiting.html", {"page": found, "submissions": waiting_submissions(actor)})


@require_POST
def clues_approve(request: HttpRequest) -> HttpResponse:
    """Approve the clues that were ticked, or all of a submission."""
    done = approve_clues(actor_of(request), **decisions.chosen_clues(request))
    text = ngettext("%(n)d clue is approved.", "%(n)d clues are approved.", done.decided)
    return _decided(request, done, text % {"n": done.decided})


@require_POST
def clues_refuse(request: HttpRequest) -> HttpResponse:
    """Refuse them, with a reason."""
    done = refuse_clues(actor_of(request), **decisions.chosen_clues(request), reason=decisions.reason(request))
    text = ngettext(
        "%(n)d clue is refused; what it named is erased.",
        "%(n)d clues are refused; what they named is erased.",
        done.decided,
    )
    return _decided(request, done, text % {"n": done.decided})


def _decided(request: HttpRequest, done: Decided, text: str) -> HttpResponse:
    if done.decided:
        messages.success(request, text)
    if done.own:
        messages.warning(request, _("Clues that you filed yourself still wait: another lead decides about them."))
    if done.outside:
        messages.warning(request, _("Clues of a circle that your institution left can only be refused or withdrawn."))
    if not (done.decided or done.own or done.outside):
        messages.info(request, _("Nothing to decide: choose clues that still wait."))
    return redirect("intel:clues-waiting")


@require_POST
def clue_suspend(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take a clue out of matching for now."""
    suspend_clue(actor_of(request), ref=ref, reason=decisions.reason(request))
    messages.success(request, _("The clue is suspended: it matches nothing until it is resumed."))
    return redirect("intel:clue-detail", ref=ref)


@require_POST
def clue_resume(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Put it back."""
    resume_clue(actor_of(request), ref=ref)
    messages.success(request, _("The clue matches again."))
    return redirect("intel:clue-detail", ref=ref)


@require_safe
def filings_held(request: HttpRequest) -> HttpResponse:
    """What waits for an operator's release: whose, how many and since when, never what."""
    return page(request, "intel/filings_held.html", {"rows": held_for(actor_of(request))})


@require_POST
def filing_release(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Let a submission into matching."""
    release_submission(actor_of(request), ref=ref)
    messages.success(request, _("The submission is released and matches now."))
    return redirect("intel:filings-held")


@require_POST
def filing_decline(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Refuse it, with a reason."""
    decline_submission(actor_of(request), ref=ref, reason=decisions.reason(request))
    messages.success(request, _("The submission is declined; what it named is erased."))
    return redirect("intel:filings-held")
