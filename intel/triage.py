"""The acts of the triage queue and what each makes of a party's status. Pure: a status and an act in, a status out."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW, ACCEPTED, REJECTED, SNOOZED = "new", "accepted", "rejected", "snoozed"
ACCEPT, REJECT, SNOOZE, ASSIGN, REOPEN, WAKE = "accept", "reject", "snooze", "assign", "reopen", "wake"

ACTS: Mapping[str, str | Promise] = {
    ACCEPT: _("Accept"),
    REJECT: _("Reject"),
    SNOOZE: _("Snooze"),
    ASSIGN: _("Assign"),
    REOPEN: _("Reopen"),
}
"""What a person or a member's system may do; the platform alone wakes."""

DONE: Mapping[str, str | Promise] = {
    ACCEPT: _("Accepted"),
    REJECT: _("Rejected"),
    SNOOZE: _("Snoozed"),
    ASSIGN: _("Assigned"),
    REOPEN: _("Reopened"),
    WAKE: _("Awake again"),
}

REASONS: Mapping[str, str | Promise] = {
    "recycled": _("A recycled number"),
    "family": _("A line shared in a family or household"),
    "switchboard": _("A switchboard, hotline or courier"),
    "lawful_agent": _("A lawful agent, such as a law firm"),
    "genuine": _("A genuine complainant or customer"),
    "own_mistake": _("Our own clue was wrong"),
    "no_capacity": _("Too weak to follow up now"),
    "other": _("Something else: say what"),
}
"""Why an institution rejects; `other` needs words."""

# A decision stands until somebody reopens it, so that of two at the same time the first counts and the second is told.
_STEPS: Mapping[str, Mapping[str, str]] = {
    ACCEPT: {NEW: ACCEPTED, SNOOZED: ACCEPTED},
    REJECT: {NEW: REJECTED, SNOOZED: REJECTED},
    SNOOZE: {NEW: SNOOZED, SNOOZED: SNOOZED},
    REOPEN: {ACCEPTED: NEW, REJECTED: NEW, SNOOZED: NEW},
    WAKE: {SNOOZED: NEW},
}


def status_after(status: str, act: str) -> str | None:
    """The status that the act makes of a status; None where it may not be done."""
    return status if act == ASSIGN else _STEPS[act].get(status)
