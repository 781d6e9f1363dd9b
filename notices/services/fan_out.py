"""Numbering and fanning out: events get their numbers, notices and deliveries, in one act.

One institution at a time, under the lock of its counter; whatever is numbered is complete, so a worker that is killed
leaves events either as they were or done. The unique constraints on notices and deliveries stand behind it.
"""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from kit.queue import enqueue, sweepable
from members.queries.circles import shown_circles
from members.queries.recipients import Recipient, recipients_of
from notices.event_types import TYPES, EventType
from notices.models import Event, EventCounter, MailPace
from notices.services.events import TASK
from notices.walls import hidden, walled_types

DELIVER = "notices.deliver"
WRITE_LETTERS = "notices.write_letters_of"
BATCH = 1000
PENDING_AFTER = timedelta(seconds=5)

_NUMBER = """
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT id FROM notices_event WHERE institution_id = %s AND sequence IS NULL ORDER BY id LIMIT %s
    ) AS oldest
)
UPDATE notices_event e SET sequence = %s + w.place FROM waiting w WHERE e.id = w.id
"""
_GATHER = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT id, sequence, type, subject, circle_id, facts, persons, type = ANY(%s) AS is_collision
FROM notices_event WHERE institution_id = %s AND sequence > %s
"""
# A collision of a circle that the institution left, or that has become too small, is told to nobody.
_WALL = "DELETE FROM numbered WHERE is_collision AND circle_id IS NOT NULL AND NOT (circle_id = ANY(%s))"
_WALLED = "SELECT DISTINCT type, subject FROM numbered WHERE type = ANY(%s)"
_SHUT = "DELETE FROM numbered WHERE (type, subject) IN (SELECT * FROM unnest(%s::text[], %s::uuid[]))"
# One row a person and event, whichever of their watches it meets: shown if any says so, mailed at the quickest pace.
# An event that names persons gives a row to these alone, and only while their roles still let them know.
_NOTICES = """
WITH told (user_id, type, urgent) AS (
    SELECT * FROM unnest(%(users)s::bigint[], %(types)s::text[], %(urgent)s::boolean[])
), met AS (
    SELECT t.user_id, n.id AS event_id, w.portal, w.mail
    FROM numbered n JOIN told t ON t.type = n.type AND (n.persons IS NULL OR t.user_id = ANY(n.persons))
    JOIN notices_watch w ON w.user_id = t.user_id
    WHERE CASE w.scope
        WHEN 'own' THEN true
        WHEN 'clue' THEN n.subject::text = w.target OR n.facts -> 'clues' @> to_jsonb(w.target)
        WHEN 'kind' THEN n.is_collision AND n.facts ->> 'kind' = w.target
        WHEN 'typology' THEN n.is_collision AND n.facts -> 'typologies' @> to_jsonb(w.target)
        WHEN 'circle' THEN n.is_collision AND n.circle_id = w.circle_id
        WHEN 'score' THEN n.is_collision AND n.facts -> 'score' >= to_jsonb(w.threshold)
    END
    UNION ALL
    SELECT t.user_id, n.id, true, CASE WHEN t.urgent THEN %(instant)s ELSE 0 END
    FROM numbered n JOIN told t ON t.type = n.type AND (n.persons IS NULL OR t.user_id = ANY(n.persons))
    WHERE NOT EXISTS (SELECT FROM notices_watch w WHERE w.user_id = t.user_id AND w.scope = 'own')
)
INSERT INTO notices_notice (user_id, event_id, portal, mail)
SELECT user_id, event_id, bool_or(portal), max(mail) FROM met
GROUP BY user_id, event_id HAVING bool_or(portal) OR max(mail) > 0
ORDER BY event_id, user_id
ON CONFLICT (user_id, event_id) DO NOTHING
RETURNING mail
"""
_DELIVERIES = """
INSERT INTO notices_delivery (webhook_id, event_id, sequence)
SELECT w.id, n.id, n.sequence FROM numbered n JOIN notices_webhook w
  ON w.institution_id = %(institution)s AND w.disabled_at IS NULL
 AND CASE WHEN n.type = 'webhook.test' THEN n.subject = w.ref ELSE n.type = ANY(w.types) END
ORDER BY n.sequence, w.id
ON CONFLICT (webhook_id, event_id) DO NOTHING
RETURNING webhook_id
"""


def fan_out(institution: int) -> None:
    """Number and fan out every committed event of an institution (its primary key), oldest first. Idempotent.

    Looks once more after its last turn, so an event whose nudge came while another worker was at it is not left over.
    """
    while Event.objects.filter(institution_id=institution, sequence=None).exists():
        with transaction.atomic():
            numbered = _turn(institution)
        if not numbered:
            return


def _turn(institution: int) -> int:
    """At most BATCH events; 0 if another worker was faster."""
    EventCounter.objects.get_or_create(institution_id=institution)
    counter = EventCounter.objects.select_for_update().get(institution_id=institution)
    collisions = [one.code for one in TYPES.values() if one.is_collision]
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [institution, BATCH, counter.last])
        numbered = int(cursor.rowcount)
        cursor.execute(_GATHER, [collisions, institution, counter.last])
        cursor.execute(_WALL, [[pk for (pk,) in shown_circles(institution).values_list("circle")]])
    _pass_over_walled(institution)
    if numbered:
        counter.last += numbered
        counter.save(update_fields=["last"])
        _write(institution)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE numbered")
    return numbered


def _pass_over_walled(institution: int) -> None:
    """Tell nobody of what the institution may not see any more: a case that it was removed from."""
    subjects: dict[str, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_WALLED, [sorted(walled_types())])
        for code, subject in cursor.fetchall():
            subjects[code].add(subject)
    shut = hidden(institution, subjects) if subjects else set()
    if shut:
        with connection.cursor() as cursor:
            cursor.execute(_SHUT, [[code for code, _ref in sorted(shut)], [ref for _code, ref in sorted(shut)]])


def _write(institution: int) -> None:
    told = [(person.pk, one.code, one.urgent) for person in recipients_of(institution) for one in _told_types(person)]
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTICES,
            {
                "users": [user for user, _type, _urgent in told],
                "types": [code for _user, code, _urgent in told],
                "urgent": [urgent for _user, _type, urgent in told],
                "instant": MailPace.INSTANT,
            },
        )
        at_once = any(mail == MailPace.INSTANT for (mail,) in cursor.fetchall())
        cursor.execute(_DELIVERIES, {"institution": institution})
        webhooks = {pk for (pk,) in cursor.fetchall()}
    if at_once:
        enqueue(WRITE_LETTERS, institution)
    for webhook in sorted(webhooks):
        enqueue(DELIVER, webhook)


def _told_types(person: Recipient) -> list[EventType]:
    return [one for one in TYPES.values() if one.told and one.is_for(person.actor)]


def pending_institutions() -> list[int]:
    """Keys of institutions whose events wait longer than they should; for the sweep."""
    waiting = Event.objects.filter(sequence=None, created_at__lt=timezone.now() - PENDING_AFTER)
    return list(waiting.order_by("institution_id").values_list("institution_id", flat=True).distinct()[:1000])


sweepable(TASK, pending_institutions)
