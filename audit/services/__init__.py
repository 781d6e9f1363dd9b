"""Recording. `record` is called by services only, inside their transaction: no change without its entry."""

from typing import Any

import structlog

from audit.kinds import KINDS
from audit.models import Entry
from kit.actor import Actor


def record(actor: Actor, kind: str, subject: object, **facts: Any) -> None:
    """Insert one entry. `subject` is a public reference, `facts` are JSON values.

    Runs in the caller's transaction: if the insert fails the act fails with it (R38). Raises KeyError for a kind that
    `audit/kinds.py` does not list.
    """
    Entry.objects.create(
        actor=actor.ref,
        institution_id=actor.institution,
        kind=KINDS[kind],
        subject=str(subject),
        facts=facts,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
