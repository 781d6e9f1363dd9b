"""Publishing: what happened is written beside what changed, in one transaction, and told afterwards.

An event has no number when it is published, so publishers wait for nobody and cannot deadlock over a counter. It is
numbered after its commit, under the lock of its institution's counter (services/fan_out.py): numbers without gaps
become visible in their order, so whoever reads on from a number misses nothing, however late a transaction commits.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from kit.queue import enqueue
from notices.event_types import TYPES

TASK = "notices.fan_out"
_INSERT = """
INSERT INTO notices_event (ref, institution_id, type, subject, circle_id, facts, persons)
SELECT gen_random_uuid(), e.institution, e.type, e.subject, e.circle, e.facts, e.persons::bigint[]
FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::jsonb[], %s::text[])
     WITH ORDINALITY AS e (institution, type, subject, circle, facts, persons, place)
ORDER BY e.place
"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened to `institution` (its primary key) in `circle` (the same, None outside of circles).

    `subject` is the public reference the event is about: of the collision for `collision.*`, `opinion.given` and
    `handshake.opened`; of the submission for `clue.*` and `submission.*`; of a warning list's version, the institution
    or the webhook for the others. `facts` are what watches filter by and are shown to nobody: `kind` (a label such as
    phone/1), `typologies` (codes), `score` (0 to 10,000), `clues` (references of the institution's own clues in it, at
    most 20). Any of them may be missing. `persons` are the users (keys) of the institution who alone are to have a
    notice; None for all whose roles let them know.
    """

    institution: int
    type: str
    subject: UUID
    circle: int | None = None
    facts: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    persons: Sequence[int] | None = None


def publish(events: Sequence[NewEvent]) -> None:
    """Write these events in the caller's transaction, in their order; they are told once it commits.

    One statement however many there are. Published in a transaction that is rolled back, they never happened. Raises
    KeyError for a type that `event_types.TYPES` does not list.
    """
    if not events:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                [event.institution for event in events],
                [TYPES[event.type].code for event in events],
                [event.subject for event in events],
                [event.circle for event in events],
                [json.dumps(dict(event.facts), ensure_ascii=False) for event in events],
                [None if event.persons is None else _array(event.persons) for event in events],
            ],
        )
    for institution in sorted({event.institution for event in events}):
        enqueue(TASK, institution)


def _array(persons: Sequence[int]) -> str:
    """As PostgreSQL writes an array: arrays of different lengths do not fit into one of arrays."""
    return "{" + ",".join(str(int(one)) for one in persons) + "}"
