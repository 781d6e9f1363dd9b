"""Inviting into a case, and answering an invitation."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.acting import Words, act_page, posted
from cases.forms.cases import InviteForm, InvitePoliceForm
from cases.police_screens import routed
from cases.queries.cases import case_for
from cases.queries.invitations import invitation_for, invitation_row, shared_collisions
from cases.rights import Right
from cases.services import invitations
from kit.http import actor_of
from kit.pages import form_page, page
from members.step_up import step_up


@form_page
def invite(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Invite another member."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    lead = _(
        "Before it accepts it sees your name, the typology and which of its own collisions you put in; nothing else."
    )
    done = _("Invited. It has 14 days; you are told what it answers.")
    words = Words(_("Invite a member"), lead, _("Invite"), done)
    form = InviteForm(posted(request), actor=actor, case=case)
    return act_page(request, case, form, partial(invitations.invite_member, actor, case=ref), words)


@form_page
@step_up
def invite_police(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Invite a police unit under a legal instrument."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.MANAGE)
    lead = _(
        "A unit is invited under a legal instrument, and sees this case alone: all of it but what is not given to it."
    )
    done = _("Invited. The unit has 14 days; you are told what it answers.")
    words = Words(_("Invite a police unit"), lead, _("Invite"), done)
    form = InvitePoliceForm(posted(request), case=case, initial={"unit": request.GET.get("unit", "")})
    act = partial(invitations.invite_police, actor, case=ref)
    routing = {"fragment": "cases/_suggested.html", **routed(actor, case)}
    return act_page(request, case, form, act, words, **routing)


@require_POST
def invitation_withdraw(request: HttpRequest, ref: UUID, invitation: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitations.withdraw_invitation(actor_of(request), case=ref, invitation=invitation)
    messages.success(request, _("The invitation is taken back."))
    return redirect("cases:case-detail", ref=ref)


@require_safe
def invitation_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """An invitation to one's own institution or unit."""
    actor = actor_of(request)
    found = invitation_for(actor, ref)
    context = {"invitation": invitation_row(found), "shared": sorted(shared_collisions(actor, found))}
    context["may_answer"] = invitations.may_answer(actor)
    return page(request, "cases/invitation.html", context)


@require_POST
@step_up
def invitation_accept(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take part."""
    case = invitations.accept_invitation(actor_of(request), ref=ref)
    messages.success(request, _("You take part in this case now. All who do see your name."))
    return redirect("cases:case-detail", ref=case.ref)


@require_POST
def invitation_decline(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Say no."""
    invitations.decline_invitation(actor_of(request), ref=ref)
    messages.success(request, _("Declined. Only the institution that invited you learns of it."))
    return redirect("cases:cases")


urlpatterns = [
    path("cases/<uuid:ref>/invitations/new", invite, name="invite"),
    path("cases/<uuid:ref>/invitations/police", invite_police, name="invite-police"),
    path("cases/<uuid:ref>/invitations/<uuid:invitation>/withdrawal", invitation_withdraw, name="invitation-withdraw"),
    path("invitations/<uuid:ref>", invitation_detail, name="invitation-detail"),
    path("invitations/<uuid:ref>/acceptance", invitation_accept, name="invitation-accept"),
    path("invitations/<uuid:ref>/refusal", invitation_decline, name="invitation-decline"),
]
