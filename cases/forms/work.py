"""Forms of the work in a case: they parse; services decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.fields import day_input, lines
from cases.models import Case
from cases.queries.cases import participants_of
from cases.queries.people import people_in
from cases.words import LONGEST_COMMENT, LONGEST_TITLE
from kit.actor import Actor
from members.forms import ActingForm


class CommentForm(ActingForm):
    """Something to say."""

    body = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        widget=lines(4),
        help_text=_("All who take part read it, and it cannot be changed. Write @ and a name to tell somebody."),
    )


class TaskForm(ActingForm):
    """Something to be done, by whom, until when. A person decides the institution, too."""

    title = forms.CharField(label=_("What is to be done"), max_length=LONGEST_TITLE)
    institution = forms.TypedChoiceField(label=_("Who does it"), coerce=UUID)
    assignee = forms.TypedChoiceField(
        label=_("Person"), coerce=UUID, required=False, empty_value=None, help_text=_("A person of that institution.")
    )
    due_on = forms.DateField(label=_("Due"), required=False, widget=day_input())

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taking_part = [(str(one.institution.ref), str(one.institution)) for one in participants_of(case)]
        own = [str(one.institution.ref) for one in participants_of(case) if one.institution_id == actor.institution]
        self.fields["institution"].choices = taking_part  # type: ignore[attr-defined]
        self.fields["institution"].initial = own[0] if own else None
        _choose_people(self.fields["assignee"], case)


class GiveForm(ActingForm):
    """Who of the own institution does a task."""

    assignee = forms.TypedChoiceField(label=_("Person"), coerce=UUID, required=False, empty_value=None)

    def __init__(self, *args: Any, actor: Actor, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_people(self.fields["assignee"], case, only=actor.institution)


def _choose_people(field: forms.Field, case: Case, *, only: int | None = None) -> None:
    people = [one for one in people_in(case) if only is None or one.institution == only]
    named = [(str(one.ref), f"{one.name} · {one.of}" if only is None else one.name) for one in people]
    field.choices = [("", _("Nobody in particular")), *named]  # type: ignore[attr-defined]
