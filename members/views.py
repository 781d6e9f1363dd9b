"""The members' pages: people, credentials, institutions, circles, and oneself."""

from uuid import UUID

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page
from members import forms
from members.queries.circles import circle_for, managed_circles_for, owners_in
from members.queries.credentials import credentials_for
from members.queries.institutions import institution_for, institutions_for, own_terms
from members.queries.sessions import sessions_for
from members.queries.users import own_user, require_manager, user_for, users_for
from members.queries.whoami import whoami as who_asks
from members.services import circles, credentials, institutions, users
from members.services.invitations import Invitation, invite_user, renew_invitation, take_invitation
from members.step_up import step_up

# --- People ---------------------------------------------------------------------------------------------------------


@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    """The people the actor manages."""
    actor = actor_of(request)
    require_manager(actor)
    return page(request, "members/users.html", {"people": users_for(actor), "is_operator": actor.institution is None})


@form_page
@step_up
def user_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person; the answer shows the link, this once."""
    actor = actor_of(request)
    require_manager(actor)
    form = forms.InviteForm(request.POST or None, actor=actor)
    if form.attempt(invite_user, actor):
        return _show_link(request, form.outcome)
    return page(request, "members/invite.html", {"form": form})


@form_page
@step_up
def user_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A person the actor manages, with their roles to change."""
    actor = actor_of(request)
    require_manager(actor)
    person = user_for(actor, ref)
    form = forms.RolesForm(
        request.POST or None, actor=actor, side=person.institution.side, initial={"roles": person.roles}
    )
    if form.attempt(users.change_roles, actor, ref):
        messages.success(request, _("The roles are changed. The person signs in again."))
        return redirect("members:user-detail", ref=ref)
    return page(request, "members/user.html", {"person": person, "form": form, "is_self": person.pk == actor.user})


@require_POST
@step_up
def user_renew(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A new invitation for a person who lost the password or the device; the answer shows the link, this once."""
    return _show_link(request, renew_invitation(actor_of(request), ref))


@require_POST
@step_up
def user_disable(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Shut a person out."""
    users.disable_user(actor_of(request), ref)
    messages.success(request, _("The person is shut out, and every session of theirs is over."))
    return redirect("members:user-detail", ref=ref)


@require_POST
@step_up
def user_enable(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Let a person in again."""
    users.enable_user(actor_of(request), ref)
    messages.success(request, _("The person may sign in again."))
    return redirect("members:user-detail", ref=ref)


@login_not_required
@sensitive_post_parameters()
@form_page
def enrol(request: HttpRequest) -> HttpResponseBase:
    """Where an invitation leads: set a password, be signed in, then enrol a second factor."""
    if request.user.is_authenticated:
        messages.warning(request, _("You are signed in. Sign out before you take an invitation."))
        return redirect("members:whoami")
    form = forms.EnrolForm(request.POST or None)
    if form.attempt(take_invitation):
        response: HttpResponseBase = perform_login(request, form.outcome, redirect_url=reverse("mfa_activate_totp"))
        return response
    return page(request, "members/enrol.html", {"form": form})


@form_page
@step_up
def four_eyes(request: HttpRequest) -> HttpResponse:
    """From which grade of proof the institution's clues wait for a second person."""
    actor = actor_of(request)
    actor.require(Capability.SET_FOUR_EYES)
    form = forms.FourEyesForm(request.POST or None, initial={"four_eyes_from": own_terms(actor).four_eyes_from})
    if form.attempt(institutions.set_four_eyes, actor):
        messages.success(request, _("The grade is set. What waits already goes on waiting."))
        return redirect("members:four-eyes")
    return page(request, "members/four_eyes.html", {"form": form})


# --- Credentials ----------------------------------------------------------------------------------------------------


@require_safe
def credential_list(request: HttpRequest) -> HttpResponse:
    """The institution's API credentials."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_CREDENTIALS)
    return page(request, "members/credentials.html", {"credentials": credentials_for(actor)})


@form_page
@step_up
def credential_create(request: HttpRequest) -> HttpResponse:
    """Create a credential; the answer shows its secret, this once."""
    actor = actor_of(request)
    actor.require(Capability.MANAGE_CREDENTIALS)
    form = forms.CredentialForm(request.POST or None)
    if form.attempt(credentials.create_credential, actor):
        return page(request, "members/credential_created.html", {"created": form.outcome})
    return page(request, "members/credential_create.html", {"form": form})


@require_POST
@step_up
def credential_revoke(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Revoke a credential."""
    credentials.revoke_credential(actor_of(request), ref)
    messages.success(request, _("The credential is revoked. Its next request is refused."))
    return redirect("members:credentials")


# --- Institutions and circles ---------------------------------------------------------------------------------------


@require_safe
def institution_list(request: HttpRequest) -> HttpResponse:
    """Every institution."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    return page(request, "members/institutions.html", {"institutions": institutions_for(actor)})


@form_page
@step_up
def institution_onboard(request: HttpRequest) -> HttpResponse:
    """Onboard an institution with its first person; the answer shows that one's link, this once."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    form = forms.InstitutionForm(request.POST or None, actor=actor)
    if form.attempt(institutions.onboard_institution, actor):
        return _show_link(request, form.outcome)
    return page(request, "members/institution_onboard.html", {"form": form})


@require_safe
def institution_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """An institution, the people of it the actor manages and its circles."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    institution = institution_for(actor, ref)
    people = users_for(actor).filter(institution=institution)
    joined = managed_circles_for(actor).filter(memberships__institution=institution, memberships__left_at=None)
    return page(request, "members/institution.html", {"institution": institution, "people": people, "circles": joined})


@require_POST
@step_up
def institution_suspend(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Shut an institution out."""
    institutions.suspend_institution(actor_of(request), ref)
    messages.success(request, _("The institution is suspended: its people and systems are out."))
    return redirect("members:institution-detail", ref=ref)


@require_POST
@step_up
def institution_reinstate(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Let an institution in again."""
    institutions.reinstate_institution(actor_of(request), ref)
    messages.success(request, _("The institution is active again."))
    return redirect("members:institution-detail", ref=ref)


@require_safe
def circle_list(request: HttpRequest) -> HttpResponse:
    """Every circle with its members."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    rows = [(circle, owners_in(circle)) for circle in managed_circles_for(actor)]
    return page(request, "members/circles.html", {"rows": rows, "smallest": settings.SMALLEST_CIRCLE})


@form_page
def circle_create(request: HttpRequest) -> HttpResponse:
    """Create a circle."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    form = forms.CircleForm(request.POST or None)
    if form.attempt(circles.create_circle, actor):
        return redirect("members:circle-detail", ref=form.outcome.ref)
    return page(request, "members/circle_create.html", {"form": form})


@require_safe
def circle_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A circle with its members and voice libraries."""
    return _show_circle(request, ref)


@require_POST
@step_up
def circle_change(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Make a circle's membership confidential, or not."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    form = forms.ConfidentialForm(request.POST)
    form.attempt(lambda is_confidential: circles.change_circle(actor, ref, is_confidential=is_confidential))
    messages.success(request, _("The circle is changed."))
    return redirect("members:circle-detail", ref=ref)


@require_POST
@step_up
def circle_join(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Add an institution to a circle."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    form = forms.JoinForm(request.POST, actor=actor)
    if form.attempt(lambda institution: circles.join_circle(actor, ref, institution=institution)):
        return redirect("members:circle-detail", ref=ref)
    return _show_circle(request, ref, join=form)


@require_POST
@step_up
def circle_leave(request: HttpRequest, ref: UUID, institution: UUID) -> HttpResponse:
    """Take an institution out of a circle."""
    circles.leave_circle(actor_of(request), ref, institution=institution)
    messages.success(request, _("The institution left the circle."))
    return redirect("members:circle-detail", ref=ref)


@require_POST
def voice_library_register(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Register a voice library of a circle."""
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    form = forms.VoiceLibraryForm(request.POST)
    if form.attempt(lambda name: circles.register_voice_library(actor, ref, name=name)):
        return redirect("members:circle-detail", ref=ref)
    return _show_circle(request, ref, library=form)


# --- Oneself --------------------------------------------------------------------------------------------------------


@require_safe
def whoami(request: HttpRequest) -> HttpResponse:
    """What I may do, what I may not, and who can grant it."""
    return page(request, "members/whoami.html", {"who": who_asks(actor_of(request))})


@form_page
def profile(request: HttpRequest) -> HttpResponse:
    """One's own language, time zone and sessions."""
    actor = actor_of(request)
    person = own_user(actor)
    form = forms.SettingsForm(request.POST or None, initial={"locale": person.locale, "timezone": person.timezone})
    if form.attempt(users.change_settings, actor):
        return redirect("members:profile")
    sessions = sessions_for(actor, current=request.session.session_key or "")
    return page(request, "members/profile.html", {"form": form, "person": person, "sessions": sessions})


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    users.end_other_sessions(actor_of(request), keep=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("members:profile")


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Change the language, for good if somebody is signed in."""
    locale, actor = request.POST.get("language", ""), actor_of(request)
    if request.user.is_authenticated and locale in dict(settings.LANGUAGES):
        users.change_settings(actor, locale=locale, timezone=own_user(actor).timezone)
    return i18n.set_language(request)


def _show_link(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    # The code stands after the `#`: a browser keeps that part to itself, so no server log ever sees it.
    link = f"{settings.BASE_URL}{reverse('members:enrol')}#{invitation.code}"
    return page(request, "members/invited.html", {"invitation": invitation, "link": link})


def _show_circle(
    request: HttpRequest, ref: UUID, join: forms.JoinForm | None = None, library: forms.VoiceLibraryForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    actor.require(Capability.ONBOARD)
    circle = circle_for(actor, ref)
    join, library = join or forms.JoinForm(actor=actor), library or forms.VoiceLibraryForm()
    context = {
        "circle": circle,
        "owners": owners_in(circle),
        "smallest": settings.SMALLEST_CIRCLE,
        "join": join,
        "library": library,
        "confidential": forms.ConfidentialForm(initial={"is_confidential": circle.is_confidential}),
    }
    return page(request, "members/circle.html", context, status=400 if join.errors or library.errors else 200)
