"""One act for everything that happens in a case: the audit log, the case's timeline, and the others' notices."""

from typing import Any
from uuid import UUID

from audit import services as audit
from cases.models import Case, TimelineEntry
from cases.queries.cases import participants_of
from kit.actor import Actor
from notices.services.events import NewEvent, publish


def happened(
    actor: Actor,
    case: Case,
    kind: str,
    subject: UUID,
    *,
    event: str = "case.changed",
    police_only: bool = False,
    **facts: Any,
) -> None:
    """Record that something of `kind` (audit/kinds.py) was done to `subject`, a row of the case, with `facts`.

    Facts are codes and numbers, never a person's words. The other participants are told by an event of type `event`
    about the case (notices/event_types.py), or by none if it is empty. What is `police_only` stands in the timeline for
    police units alone, and only they are told.
    """
    audit.record(actor, kind, subject, **facts)
    TimelineEntry.objects.create(
        case=case,
        kind=kind,
        subject=subject,
        institution_id=actor.institution,
        user_id=actor.user,
        police_only=police_only,
        facts=facts,
    )
    if not event:
        return
    others = [one for one in participants_of(case) if one.institution_id != actor.institution]
    told = [one.institution_id for one in others if one.is_police or not police_only]
    publish([NewEvent(institution, event, case.ref) for institution in told])
