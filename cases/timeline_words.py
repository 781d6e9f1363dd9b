"""The timeline in words: one table from what happened to what a reader is told.

A sentence goes on from who did it ("North Bank · Wang Fang  opened the case"). Its places are filled with the facts of
the entry, which are codes and numbers; `CODES` says a code in words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Case,
    PaperCheck,
    RepresentedCustomer,
)
from cases.queries.timeline import TimelineRow
from kit.language import listed

SENTENCES: Mapping[str, str | Promise] = {
    "case.opened": _("opened the case on %(collisions)s collisions"),
    "case.commented": _("said something"),
    "case.task_added": _("added a task, due %(due)s"),
    "case.task_given": _("said who does a task"),
    "case.task_done": _("finished a task"),
    "case.task_dropped": _("dropped a task"),
    "case.task_reopened": _("opened a task again"),
    "case.customers_marked": _("marked %(customers)s represented customers as victims"),
    "customer.redressed": _("tracked redress for customer %(number)s: %(to)s"),
    "paper.asked": _("asked an issuer whether a paper is genuine (%(paper)s)"),
    "paper.answered": _("answered whether a paper is genuine: %(answer)s"),
    "seized.filed": _("filed a list of customers found with the gang"),
}
"""Kind > what happened, for the kinds that stand in timelines."""

CODES: Mapping[tuple[str, str], Callable[[str], Any]] = {
    ("customer.redressed", "to"): lambda code: RepresentedCustomer.Redress(code).label,
    ("case.closed", "reason"): lambda code: Case.Reason(code).label,
    ("paper.asked", "paper"): lambda code: PaperCheck.Paper(code).label,
    ("paper.answered", "answer"): lambda code: PaperCheck.Answer(code).label,
}
"""Kind and fact > the words of its code."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline as pages show it."""

    at: datetime
    who: str
    text: str
    is_own: bool
    police_only: bool


def lines(rows: Iterable[TimelineRow]) -> list[Line]:
    """The rows in words, in the reader's language."""
    return [Line(row.at, who(row), sentence(row.kind, row.facts), row.is_own, row.police_only) for row in rows]


def who(row: TimelineRow) -> str:
    """Who did it: the institution and its person, or the platform."""
    if not row.institution:
        return _now("The platform")
    return f"{row.institution} · {row.person}" if row.person else row.institution


def sentence(kind: str, facts: Mapping[str, Any]) -> str:
    """What happened, in the reader's language. A kind without a sentence is told by its name: nothing is hidden."""
    found = SENTENCES.get(kind)
    if found is None:
        return kind
    return str(found) % _Facts({name: _word(kind, name, value) for name, value in facts.items()})


def _word(kind: str, name: str, value: Any) -> str:
    if isinstance(value, list):
        return listed(_word(kind, name, one) for one in value)
    say = CODES.get((kind, name))
    if say is None or value in ("", None):
        return str(value)
    try:
        return str(say(value))
    except ValueError:
        return str(value)  # a code of an older or newer version is shown as it is


class _Facts(dict[str, str]):
    """Facts, with a dash for one that an entry does not have."""

    def __missing__(self, name: str) -> str:
        return "–"
