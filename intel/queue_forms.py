"""What comes in through the pages of the queue, parsed. Services and queries decide."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intel import triage
from intel.forms import choose, name_of_kind
from intel.models import Collision, Party
from intel.queries.queue import Asked
from intel.services.triage import LONGEST_SNOOZE
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from members.queries.circles import circles_for
from members.queries.users import colleagues_for
from privacy.kinds import KINDS

ROWS = (50, 20, 100, 200)
ALL = "all"
ASSIGNED = (("", gettext_lazy("Anybody")), ("me", gettext_lazy("Me")), ("nobody", gettext_lazy("Nobody")))
_ANY = gettext_lazy("All")


class QueueFilter(forms.Form):
    """Above the queue. Without a word on the status it shows what is to do, highest score first."""

    status = forms.ChoiceField(
        label=gettext_lazy("Own triage"),
        required=False,
        choices=[
            ("", gettext_lazy("To do")),
            (Party.Status.ACCEPTED, gettext_lazy("Accepted")),
            (Party.Status.REJECTED, gettext_lazy("Rejected")),
            (Party.Status.SNOOZED, gettext_lazy("Snoozed")),
            (ALL, _ANY),
        ],
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("Highest score first")),
            ("due", gettext_lazy("Due first")),
            ("newest", gettext_lazy("Newest first")),
        ],
    )
    assigned = forms.ChoiceField(label=gettext_lazy("Assigned to"), required=False)
    due = forms.ChoiceField(
        label=gettext_lazy("Due date"),
        required=False,
        choices=[
            ("", _ANY),
            ("overdue", gettext_lazy("Overdue")),
            ("today", gettext_lazy("Today")),
            ("week", gettext_lazy("In the next seven days")),
        ],
    )
    least = forms.IntegerField(label=gettext_lazy("Score at least"), required=False, min_value=0, max_value=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    typology = forms.ChoiceField(label=gettext_lazy("Typology"), required=False)
    circle = forms.ChoiceField(label=gettext_lazy("Circle"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State of the collision"), required=False, choices=[("", _ANY), *Collision.State.choices]
    )
    since = forms.DateField(
        label=gettext_lazy("Found since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    rows = forms.ChoiceField(
        label=gettext_lazy("Rows a page"),
        required=False,
        choices=[("", str(ROWS[0])), *((str(number), str(number)) for number in ROWS[1:])],
    )

    FIRST = ("status", "order", "assigned", "due", "least", "kind")

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data, auto_id="filter-%s")
        choose(self, "kind", [(label, name_of_kind(kind)) for label, kind in KINDS.items()])
        choose(self, "circle", [(circle.code, str(circle)) for circle in circles_for(actor)])
        choose(self, "typology", [(code, str(typology)) for code, typology in TYPOLOGIES.items()])
        self.people = [one for one in colleagues_for(actor, Capability.TRIAGE) if one.pk != actor.user]
        named: list[tuple[str, str | Promise]] = [(str(person.ref), person.name) for person in self.people]
        self.fields["assigned"].choices = [*ASSIGNED, *named]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def first(self) -> list[forms.BoundField]:
        """The filters that always show."""
        return [self[name] for name in self.FIRST]

    @property
    def others(self) -> list[forms.BoundField]:
        """The filters one unfolds."""
        return [field for field in self if field.name not in self.FIRST]

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the others is set."""
        return any(field.name in self._given() for field in self.others)

    def asked(self) -> Asked:
        """What the queue is asked for; a value that is none of the choices is left out."""
        given = self._given()
        given.pop("rows", None)
        status = given.pop("status", Party.Status.NEW)
        return Asked(status="" if status == ALL else str(status), **{"order": "score", **given})

    def limit(self) -> int:
        """Rows of a page."""
        return int(self.cleaned_data.get("rows") or ROWS[0])

    def query(self) -> str:
        """The address's query string with these filters and nothing else."""
        return urlencode({name: str(value) for name, value in self._given().items()})

    def _given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class TriageForm(forms.Form):
    """One act with the collisions it is for."""

    act = forms.ChoiceField(choices=[(act, act) for act in triage.ACTS])
    reason = forms.CharField(required=False)
    note = forms.CharField(required=False)
    until = forms.DateField(required=False)
    assignee = forms.CharField(required=False)

    def asked(self, actor: Actor, refs: Iterable[str]) -> dict[str, Any]:
        """What the service `triage` is asked. Raises Invalid."""
        if not self.is_valid():
            wrong = _("Choose what to do, and a day such as 2026-12-31 where one is needed.")
            raise Invalid(wrong, code="invalid_act")
        try:
            return {**self.cleaned_data, "refs": [UUID(ref) for ref in refs], "assignee": self._assignee(actor)}
        except ValueError:
            raise Invalid(_("The request is malformed."), code="malformed") from None

    def _assignee(self, actor: Actor) -> UUID | None:
        whom: str = self.cleaned_data["assignee"]
        if whom == "me":
            return next((one.ref for one in colleagues_for(actor, Capability.TRIAGE) if one.pk == actor.user), None)
        return UUID(whom) if whom else None


def list_of(request: HttpRequest, actor: Actor) -> QueueFilter:
    """The filters of the list that somebody comes from and goes back to: what is none of them is dropped."""
    given = request.POST.get("list") if request.method == "POST" else request.GET.urlencode()
    return QueueFilter(QueryDict(given or ""), actor=actor)


def tools(actor: Actor, form: QueueFilter) -> dict[str, Any]:
    """What the buttons of triage choose from, and the list that they go back to."""
    today = timezone.localdate()
    return {
        "query": form.query(),
        "may_triage": actor.may(Capability.TRIAGE),
        "reasons": list(triage.REASONS.items()),
        "colleagues": form.people,
        "first_day": today + timedelta(days=1),
        "next_week": today + timedelta(days=7),
        "last_day": today + timedelta(days=LONGEST_SNOOZE),
    }
