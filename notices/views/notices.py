"""The bell, and the page behind it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from kit.pages import ROWS, live, page
from notices import forms
from notices.queries.notices import moments_for, newest_key, notices_of_moment, unread_count
from notices.services import reading


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first; one row for what happened in one minute."""
    actor = actor_of(request)
    actor.require(Capability.BE_TOLD)
    form = forms.NoticeFilter(request.GET, actor=actor, auto_id="filter-%s")
    found = moments_for(actor, cursor=request.GET.get("cursor", ""), limit=ROWS, **form.asked())
    context = {"form": form, "page": found, "up_to": newest_key(actor), "live": request.get_full_path()}
    return live(request, "notices/notices.html", context, fragment="notices/_notices.html")


@require_safe
def moment(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The notices of one row one by one; the row is named by one of them."""
    found = notices_of_moment(actor_of(request), ref, cursor=request.GET.get("cursor", ""), limit=ROWS)
    return page(request, "notices/moment.html", {"page": found})


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The number of unread notices; every page asks for it again and again."""
    actor = actor_of(request)
    actor.require(Capability.BE_TOLD)
    return live(request, "notices/_bell.html", {"unread": unread_count(actor)}, fragment="notices/_bell.html")


@require_safe
def notice_open(request: HttpRequest, ref: UUID) -> HttpResponse:
    """On to what a notice is about; it counts as read from now on."""
    notice = reading.read_notice(actor_of(request), ref)
    return redirect(notice.href or "notices:notices")


@require_POST
def notice_read(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Mark one notice as read."""
    reading.read_notice(actor_of(request), ref)
    return redirect("notices:notices")


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all notices that the page could show as read."""
    actor = actor_of(request)
    actor.require(Capability.BE_TOLD)
    form = forms.ReadAllForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("This form is not complete. Load the page again."))
    reading.read_all(actor, **form.cleaned_data)
    messages.success(request, _("All notices are read."))
    return redirect("notices:notices")
