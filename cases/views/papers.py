"""Certificate checks: asking an issuer whether a paper is genuine, and its answer."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.forms.papers import PAPERS, AnswerForm, question
from cases.queries.cases import case_for
from cases.queries.papers import issuers_for, own_recipients, paper_detail_for, paper_rows, waiting_for
from cases.rights import Right
from cases.services.papers import WORKING_DAYS, answer_paper, ask_issuer, open_facts
from kit.capabilities import Capability
from kit.http import actor_of
from kit.pages import form_page, page
from members.step_up import step_up


@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """What the institution asked, or is asked."""
    actor = actor_of(request)
    context = {"rows": paper_rows(actor), "may_ask": actor.may(Capability.ASK_ISSUERS), "waiting": waiting_for(actor)}
    context["needs_key"] = actor.may(Capability.ANSWER_PAPERS) and not own_recipients(actor)
    return page(request, "cases/papers.html", context)


@form_page
def paper_ask(request: HttpRequest) -> HttpResponse:
    """The form for a question; its script seals the facts and posts cipher text here."""
    actor = actor_of(request)
    actor.require(Capability.ASK_ISSUERS)
    if request.method == "POST":
        check = ask_issuer(actor, **question(request.body))
        return JsonResponse({"location": reverse("cases:paper-detail", args=[check.ref])}, status=201)
    return page(request, "cases/paper_ask.html", _asking(request))


@require_safe
def paper_detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One check, to either side."""
    return _paper_page(request, ref, AnswerForm())


@require_POST
def paper_facts(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The sealed facts for the reader's own keys; that they were handed out is recorded."""
    return JsonResponse({"results": [one.to_json() for one in open_facts(actor_of(request), ref)]})


@require_POST
@step_up
def paper_answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The issuer's formal answer."""
    actor = actor_of(request)
    actor.require(Capability.ANSWER_PAPERS)
    form = AnswerForm(request.POST)
    if form.attempt(lambda **said: answer_paper(actor, ref, **said)):
        messages.success(request, _("Answered. The asker is told, and the answer is final."))
        return redirect("cases:paper-detail", ref=ref)
    return _paper_page(request, ref, form, status=400)


def _asking(request: HttpRequest) -> dict[str, Any]:
    """What the form and its script need; a case (?case=) is one that the reader may add to."""
    actor = actor_of(request)
    wanted = _reference(request.GET.get("case", ""))
    case = case_for(actor, wanted, Right.CONTRIBUTE) if wanted else None
    issuers = issuers_for(actor)
    keys = {str(one.ref): [key.to_json() for key in one.keys] for one in issuers}
    own = [key.to_json() for key in own_recipients(actor)]
    asking = {"ref": str(uuid4()), "case": str(case.ref) if case else None, "issuers": keys, "own": own}
    return {
        "issuers": issuers,
        "papers": PAPERS,
        "own": own,
        "case": case,
        "asking": asking,
        "days": WORKING_DAYS,
    }


def _reference(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _paper_page(request: HttpRequest, ref: UUID, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    found = paper_detail_for(actor_of(request), ref)
    return page(request, "cases/paper.html", {"detail": found, "check": found.check, "form": form}, status=status)


urlpatterns: list[URLPattern] = [
    path("papers", papers, name="papers"),
    path("papers/ask", paper_ask, name="paper-ask"),
    path("papers/<uuid:ref>", paper_detail, name="paper-detail"),
    path("papers/<uuid:ref>/facts.json", paper_facts, name="paper-facts"),
    path("papers/<uuid:ref>/answer", paper_answer, name="paper-answer"),
]
