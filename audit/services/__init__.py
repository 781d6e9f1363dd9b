"""Recording. `record` is called by services only, inside their transaction: no change without its entry."""

import json
from collections.abc import Collection
from typing import Any

import structlog
from django.db import connection
from django.utils import timezone

from audit.kinds import KINDS, subject_of
from audit.models import Entry
from kit.actor import Actor

_RECORD_EACH = """
INSERT INTO audit_entry (at, actor, institution_id, kind, subject, facts, request_id)
SELECT %s, %s, %s, %s, subject, %s::jsonb, %s FROM unnest(%s::text[]) AS subject
"""


def record(actor: Actor, kind: str, subject: object, **facts: Any) -> None:
    """Insert one entry. `subject` is a public reference, `facts` are JSON values.

    The reference of what several institutions share is not written as it is (`audit.kinds.subject_of`).
    Runs in the caller's transaction: if the insert fails the act fails with it. Raises KeyError for a kind that
    `audit/kinds.py` does not list.
    """
    Entry.objects.create(
        actor=actor.ref,
        institution_id=actor.institution,
        kind=KINDS[kind],
        subject=subject_of(kind, subject, actor.institution),
        facts=facts,
        request_id=_request_id(),
    )


def record_each(actor: Actor, kind: str, subjects: Collection[object], **facts: Any) -> None:
    """`record` for many subjects with the same facts, in one statement."""
    if not subjects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD_EACH,
            [
                timezone.now(),
                actor.ref,
                actor.institution,
                KINDS[kind],
                json.dumps(facts, ensure_ascii=False),
                _request_id(),
                [subject_of(kind, subject, actor.institution) for subject in subjects],
            ],
        )


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
