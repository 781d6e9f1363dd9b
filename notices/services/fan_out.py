"""Numbering and fanning out: events become readable, notices and deliveries, in one act."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from kit.queue import sweepable
from notices.models import Event, EventCounter
from notices.services.events import TASK

BATCH = 1000
PENDING_AFTER = timedelta(seconds=5)

_NUMBER = """
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT id FROM notices_event WHERE institution_id = %(institution)s AND sequence IS NULL
        ORDER BY id LIMIT %(batch)s
    ) AS oldest
)
UPDATE notices_event e SET sequence = %(last)s + w.place FROM waiting w WHERE e.id = w.id RETURNING e.id
"""


def fan_out(institution: int) -> None:
    """Number every committed event of an institution (its primary key), oldest first."""
    while pending(institution):
        with transaction.atomic():
            if not _turn(institution):
                return


def _turn(institution: int) -> int:
    EventCounter.objects.get_or_create(institution_id=institution)
    counter = EventCounter.objects.select_for_update().get(institution_id=institution)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, {"institution": institution, "batch": BATCH, "last": counter.last})
        numbered = len(cursor.fetchall())
    counter.last += numbered
    counter.save(update_fields=["last"])
    return numbered


def pending(institution: int) -> bool:
    """Whether the institution has events without a number."""
    return Event.objects.filter(institution_id=institution, sequence=None).exists()


def pending_institutions() -> list[int]:
    """Keys of institutions whose events wait longer than they should; for the sweep."""
    waiting = Event.objects.filter(sequence=None, created_at__lt=timezone.now() - PENDING_AFTER)
    return list(waiting.order_by("institution_id").values_list("institution_id", flat=True).distinct()[:1000])


sweepable(TASK, pending_institutions)
