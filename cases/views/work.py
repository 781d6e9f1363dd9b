"""The work in a case: tasks, comments, the timeline."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.acting import posted
from cases.forms.work import CommentForm, GiveForm, TaskForm
from cases.queries.cases import case_for
from cases.queries.work import own_tasks, task_for
from cases.rights import Right
from cases.screens import case_page
from cases.services.comments import add_comment
from cases.services.to_do import add_task, decide_task, give_task
from cases.work_screens import comments_context, timeline_page
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, over all cases."""
    actor = actor_of(request)
    actor.require(Capability.VIEW_CASES)
    found = own_tasks(actor, cursor=request.GET.get("cursor", ""))
    return page(request, "cases/tasks.html", {"page": found})


@form_page
def comments(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What was said, and saying something; a text that is refused stays in its field."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE if request.method == "POST" else Right.VIEW)
    form = CommentForm(posted(request))
    if form.attempt(lambda body: add_comment(actor, case=ref, body=body)):
        messages.success(request, _("Said to all who take part."))
        return redirect("cases:case-detail", ref=ref)
    context = comments_context(actor, case, request.GET.get("cursor", ""))
    return page(request, "cases/comments.html", case_page(actor, case, "case-detail", form=form, **context))


@require_safe
def timeline(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What happened, to its beginning."""
    actor = actor_of(request)
    case = case_for(actor, ref)
    found = timeline_page(actor, case, cursor=request.GET.get("cursor", ""))
    return page(request, "cases/timeline.html", case_page(actor, case, "case-detail", page=found))


@form_page
def task_add(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Ask a participant for something."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    form = TaskForm(posted(request), actor=actor, case=case)
    if form.attempt(lambda **asked: add_task(actor, case=ref, **asked)):
        messages.success(request, _("The task is added."))
        return redirect("cases:case-detail", ref=ref)
    return page(request, "cases/task_add.html", case_page(actor, case, "case-detail", form=form))


@form_page
def task_give(request: HttpRequest, ref: UUID, task: UUID) -> HttpResponse:
    """Say who of the own institution does it."""
    actor = actor_of(request)
    case = case_for(actor, ref, Right.CONTRIBUTE)
    found = task_for(actor, case, task)
    form = GiveForm(posted(request), initial={"assignee": found.assignee_ref}, actor=actor, case=case)
    if form.attempt(lambda assignee: give_task(actor, case=ref, ref=task, assignee=assignee)):
        return redirect("cases:case-detail", ref=ref)
    return page(request, "cases/task_give.html", case_page(actor, case, "case-detail", form=form, task=found))


@require_POST
def task_decide(request: HttpRequest, ref: UUID, task: UUID) -> HttpResponse:
    """Done, dropped, or open again."""
    decide_task(actor_of(request), case=ref, ref=task, state=request.POST.get("state", ""))
    messages.success(request, _("The task is changed."))
    return redirect("cases:case-detail", ref=ref)


urlpatterns = [
    path("tasks", tasks, name="tasks"),
    path("cases/<uuid:ref>/comments", comments, name="comments"),
    path("cases/<uuid:ref>/timeline", timeline, name="timeline"),
    path("cases/<uuid:ref>/tasks/add", task_add, name="task-add"),
    path("cases/<uuid:ref>/tasks/<uuid:task>/give", task_give, name="task-give"),
    path("cases/<uuid:ref>/tasks/<uuid:task>/decide", task_decide, name="task-decide"),
]
