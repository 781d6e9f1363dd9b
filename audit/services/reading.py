"""Reading the log is an act of its own, and recorded."""

from dataclasses import dataclass

from django.db import transaction

from audit.models import Entry
from audit.queries.entries import Filter, entries_after
from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.kinds import looks_like_indicator

PAGE = 100


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries, newest first, and where the next page begins; None on the last."""

    entries: list[Entry]
    older: int | None


def read_log(actor: Actor, wanted: Filter, *, before: int | None = None) -> LogPage:
    """A page of the log, and an entry that says who read which part of it.

    `before` is a page's `older`. Raises Forbidden without READ_AUDIT.
    """
    actor.require(Capability.READ_AUDIT)
    with transaction.atomic():
        entries = entries_after(actor, wanted, before=before, limit=PAGE + 1)
        shown, more = entries[:PAGE], len(entries) > PAGE
        asked = {f"by_{name}": _said(str(value)) for name in wanted.__slots__ if (value := getattr(wanted, name))}
        record(actor, "audit.read", "log", **asked, entries=len(shown))
    return LogPage(shown, shown[-1].pk if more else None)


def _said(typed: str) -> str:
    # No entry holds a plain value, and what is written here stays for ever: a number somebody looks for is not kept.
    return typed if looks_like_indicator(typed) is None else "withheld"
