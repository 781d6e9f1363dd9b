"""Who takes part: their rights, how a part ends, and the lead's going over."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.acting import Words, act_page, posted
from cases.forms.cases import HandOverForm, PartForm, ReasonForm
from cases.queries.cases import case_for
from cases.queries.overview import participant_row
from cases.rights import Right
from cases.services import closing, participants
from cases.services.invitations import require_answerer
from kit.http import actor_of
from kit.pages import form_page
from members.step_up import step_up


@form_page
def part_change(request: HttpRequest, ref: UUID, participant: UUID) -> HttpResponse:
    """What a participant may do from now on."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    found = participant_row(actor, case, participant)
    words = Words(found.institution, _("What it may do in this case changes at once."), _("Save"), _("Changed."))
    form = PartForm(posted(request), initial={"part": found.part})
    act = partial(participants.change_part, actor, case=ref, participant=participant)
    return act_page(request, case, form, act, words)


@form_page
@step_up
def participant_remove(request: HttpRequest, ref: UUID, participant: UUID) -> HttpResponse:
    """End another's part."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    found = participant_row(actor, case, participant)
    lead = _(
        "%(institution)s loses every page, file, value and notice of this case at once; new evidence gets a new key."
        " What it has read or downloaded, it has. It is told that it was removed, not why."
    ) % {"institution": found.institution}
    words = Words(_("Remove from the case"), lead, _("Remove"), _("Removed. It has no access any more."))
    act = partial(participants.remove_participant, actor, case=ref, participant=participant)
    return act_page(request, case, ReasonForm(posted(request)), act, words)


@form_page
@step_up
def case_leave(request: HttpRequest, ref: UUID) -> HttpResponse:
    """End one's own part."""
    actor = actor_of(request)
    require_answerer(actor)
    case = case_for(actor, ref)
    lead = _(
        "Your institution loses every page, file, value and notice of this case at once. The lead may invite it again."
    )
    words = Words(_("Leave the case"), lead, _("Leave"), _("Your institution has left the case."))
    act = partial(participants.leave_case, actor, case=ref)
    return act_page(request, case, ReasonForm(posted(request)), act, words, to=reverse("cases:cases"))


@form_page
@step_up
def hand_over(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Offer the lead to another member."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.HAND_OVER)
    lead = _("Nothing changes until its lead accepts. Your institution stays as a member; invitations are withdrawn.")
    words = Words(_("Hand the lead over"), lead, _("Offer the lead"), _("Offered."))
    act = partial(closing.offer_hand_over, actor, case=ref)
    return act_page(request, case, HandOverForm(posted(request), case=case), act, words)


@require_POST
def hand_over_withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take the offer back."""
    closing.withdraw_hand_over(actor_of(request), case=ref)
    messages.success(request, _("The offer is taken back."))
    return redirect("cases:case-detail", ref=ref)


@require_POST
@step_up
def hand_over_answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take the lead, or decline it."""
    accept = request.POST.get("answer") == "accept"
    closing.answer_hand_over(actor_of(request), case=ref, accept=accept)
    messages.success(request, _("Your institution leads the case now.") if accept else _("Declined."))
    return redirect("cases:case-detail", ref=ref)


urlpatterns = [
    path("cases/<uuid:ref>/participants/<uuid:participant>/part", part_change, name="part-change"),
    path("cases/<uuid:ref>/participants/<uuid:participant>/removal", participant_remove, name="participant-remove"),
    path("cases/<uuid:ref>/leaving", case_leave, name="case-leave"),
    path("cases/<uuid:ref>/hand-over", hand_over, name="hand-over"),
    path("cases/<uuid:ref>/hand-over/withdrawal", hand_over_withdraw, name="hand-over-withdraw"),
    path("cases/<uuid:ref>/hand-over/answer", hand_over_answer, name="hand-over-answer"),
]
