"""One page for the many small acts of a case: a form, what it does in plain words, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from cases.models import Case
from cases.sealing import unseal
from kit.pages import page
from members.forms import ActingForm


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says: its heading, what the act does, the button, and what is said once it is done."""

    heading: str
    lead: str
    button: str
    done: str


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, an empty one too; None where it is only shown."""
    return request.POST if request.method == "POST" else None


def act_page(
    request: HttpRequest,
    case: Case,
    form: ActingForm,
    act: Callable[..., object],
    words: Words,
    *,
    to: str = "",
    **context: Any,
) -> HttpResponse:
    """Show the form, or do what it was sent for and go to the case, or to the address `to`; refusals stay beside it."""
    if form.is_bound and form.attempt(act):
        messages.success(request, words.done)
        return redirect(to or reverse("cases:case-detail", kwargs={"ref": case.ref}))
    shown = {"case": case, "title": unseal(case.title, "case/title", case.ref), "form": form, "words": words, **context}
    return page(request, "cases/act.html", shown, status=400 if form.is_bound else 200)
