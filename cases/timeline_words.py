"""The timeline in words: one table from what happened to what a reader is told.

A sentence goes on from who did it ("North Bank · Wang Fang  opened the case"). Its places are filled with the facts of
the entry, which are codes and numbers; `CODES` says a code in words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Case,
    Disclosure,
    Evidence,
    EvidenceRequest,
    Measure,
    PaperCheck,
    Place,
    RepresentedCustomer,
)
from cases.police_status import Branch, Status
from cases.queries.timeline import TimelineRow
from cases.regions import region_name
from kit.language import in_readers_language, listed
from privacy.kinds import KINDS

SENTENCES: Mapping[str, str | Promise] = {
    "case.opened": _("opened the case; collisions: %(collisions)s"),
    "case.described": _("changed what the case says of itself"),
    "case.collisions_added": _("added collisions: %(collisions)s"),
    "case.collision_dissolved": _("noted that a collision of the case dissolved: %(indicator)s"),
    "case.place_added": _("named a place: %(tie)s, %(region)s"),
    "case.place_removed": _("took a place away: %(tie)s, %(region)s"),
    "invitation.sent": _("invited %(police)s"),
    "invitation.accepted": _("joined the case"),
    "case.part_changed": _("changed what %(about)s may do"),
    "case.left": _("left the case"),
    "case.participant_removed": _("ended the part of %(about)s"),
    "case.hand_over_offered": _("offered the lead to another participant"),
    "case.hand_over_withdrawn": _("took the offer of the lead back"),
    "case.hand_over_declined": _("declined the lead"),
    "case.handed_over": _("took the lead over"),
    "case.closed": _("closed the case: %(reason)s"),
    "case.reopened": _("opened the case again"),
    "case.link_offered": _("offered to work the case together with a related one"),
    "case.link_agreed": _("agreed to work the case together with a related one"),
    "case.commented": _("said something"),
    "case.task_added": _("added the task “%(about)s”"),
    "case.task_given": _("said who does “%(about)s”"),
    "case.task_done": _("finished “%(about)s”"),
    "case.task_dropped": _("dropped “%(about)s”"),
    "case.task_reopened": _("opened “%(about)s” again"),
    "case.customers_marked": _("marked represented customers as victims: %(customers)s"),
    "customer.redressed": _("tracked redress for customer %(number)s: %(to)s"),
    "customer.mark_taken_back": _("took the mark of customer %(number)s back: it was a mistake"),
    "case.key_made": _("made the case key; recipients: %(keys)s"),
    "case.key_granted": _("gave the case key to further keys: %(keys)s"),
    "case.key_dropped": _("reported a grant of the case key that does not open"),
    "case.key_renewed": _("began a new case key for what comes"),
    "disclosure.asked": _("asked for a plain value until %(until)s (%(basis)s)"),
    "disclosure.proposed": _("proposed to give a plain value"),
    "disclosure.approved": _("gave a plain value until %(until)s"),
    "disclosure.refused": _("refused to give a plain value"),
    "disclosure.withdrawn": _("took a disclosure back"),
    "disclosure.expired": _("ended a disclosure whose time was over"),
    "disclosure.unmasked": _("had a disclosed value shown"),
    "disclosure.checked": _("checked a disclosed value against its digest: %(matches)s"),
    "evidence.received": _("kept the evidence “%(about)s” (%(evidence_kind)s, version %(version)s)"),
    "evidence.refused": _("refused a file of the evidence “%(about)s”: it is not what was kept or declared"),
    "evidence.handed_over": _("handed the evidence “%(about)s” over"),
    "evidence.sealed": _("sealed the evidence “%(about)s”"),
    "evidence.held": _("put the evidence “%(about)s” under a legal hold until %(until)s"),
    "evidence.hold_released": _("ended the legal hold of the evidence “%(about)s”"),
    "evidence.erased": _("erased the evidence “%(about)s”, whose time was over"),
    "police.status_set": _("set the status: %(status)s, on %(on)s"),
    "police.status_corrected": _("corrected the status: %(status)s, on %(on)s"),
    "police.measure_recorded": _("recorded a measure against suspect %(about)s: %(measure)s, on %(on)s"),
    "police.measure_ended": _("ended a measure against suspect %(about)s: %(measure)s, on %(on)s"),
    "police.measure_released": _("released a measure against suspect %(about)s: %(measure)s, on %(on)s"),
    "police.evidence_requested": _("asked for evidence by %(due)s"),
    "police.request_answered": _("answered a request for evidence: %(state)s; pieces: %(evidence)s"),
    "police.request_withdrawn": _("took a request for evidence back"),
    "police.outcome_recorded": _("recorded the outcome as of %(on)s"),
    "seized.filed": _("filed a seized list"),
    "paper.asked": _("asked an issuer about a paper: %(paper)s"),
    "paper.answered": _("answered about a paper: %(answer)s"),
    "package.built": _("built a package; files: %(files)s"),
}
"""Kind > what happened, for the kinds that stand in timelines. `about` is the name of what it was done to."""


def _kind_name(label: str) -> str:
    kind = KINDS.get(label)
    return label if kind is None else in_readers_language(zh=kind.name_zh, en=kind.name_en)


POLICE_UNIT, INSTITUTION = _("a police unit"), _("an institution")
CODES: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("case.closed", "reason"): lambda code: Case.Reason(code).label,
    ("case.collision_dissolved", "indicator"): _kind_name,
    ("case.place_added", "tie"): lambda code: Place.Tie(code).label,
    ("case.place_removed", "tie"): lambda code: Place.Tie(code).label,
    ("case.place_added", "region"): region_name,
    ("case.place_removed", "region"): region_name,
    ("invitation.sent", "police"): lambda is_police: POLICE_UNIT if is_police else INSTITUTION,
    ("customer.redressed", "to"): lambda code: RepresentedCustomer.Redress(code).label,
    ("disclosure.asked", "basis"): lambda code: Disclosure.Basis(code).label,
    ("disclosure.checked", "matches"): lambda matches: gettext("they agree") if matches else gettext("they differ"),
    ("evidence.received", "evidence_kind"): lambda code: Evidence.Kind(code).label,
    ("police.status_set", "status"): lambda code: Status(code).label,
    ("police.status_corrected", "status"): lambda code: Status(code).label,
    ("police.status_set", "branch"): lambda code: Branch(code).label,
    ("police.measure_recorded", "measure"): lambda code: Measure.Kind(code).label,
    ("police.measure_ended", "measure"): lambda code: Measure.Kind(code).label,
    ("police.measure_released", "measure"): lambda code: Measure.Kind(code).label,
    ("police.request_answered", "state"): lambda code: EvidenceRequest.State(code).label,
    ("paper.asked", "paper"): lambda code: PaperCheck.Paper(code).label,
    ("paper.answered", "answer"): lambda code: PaperCheck.Answer(code).label,
}
"""Kind and fact > the words of its code."""

PAGES: Mapping[str, str] = {
    "disclosure": "disclosures",
    "evidence": "evidence",
    "police": "police",
    "customer": "victims",
    "seized": "victims",
    "package": "packages",
}
"""The first word of a kind > the page of the case that shows what it was done to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline as pages show it."""

    at: datetime
    who: str
    text: str
    page: str
    """The name of the page of the case that shows more; empty for none."""
    is_own: bool
    police_only: bool


def lines(rows: Iterable[TimelineRow]) -> list[Line]:
    """The rows in words, in the reader's language."""
    return [
        Line(
            at=row.at,
            who=who(row),
            text=sentence(row.kind, row.facts, about=row.about),
            page=PAGES.get(row.kind.partition(".")[0], ""),
            is_own=row.is_own,
            police_only=row.police_only,
        )
        for row in rows
    ]


def who(row: TimelineRow) -> str:
    """Who did it: the institution and its person, or the platform."""
    if not row.institution:
        return gettext("The platform")
    return f"{row.institution} · {row.person}" if row.person else row.institution


def sentence(kind: str, facts: Mapping[str, Any], *, about: str = "") -> str:
    """What happened, in the reader's language; `about` names what it was done to.

    A kind without a sentence is told by its name: nothing is hidden.
    """
    found = SENTENCES.get(kind)
    if found is None:
        return kind
    words = _Facts({name: _word(kind, name, value) for name, value in facts.items()})
    return str(found) % (_Facts(words | {"about": about}) if about else words)


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
