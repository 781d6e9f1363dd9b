"""Forgetting: events are kept for settings.EVENT_DAYS, with what was told of them; the audit log has its own clock."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from notices.models import Letter

BATCH = 5000
# A number that is kept never follows one that is gone: an institution's newest event stays, so that readers see where
# the numbers stand. Notices and deliveries first: the foreign keys are checked row by row.
_FORGET = """
WITH old AS (
    SELECT id FROM notices_event e WHERE created_at < %s AND sequence IS NOT NULL
      AND sequence < (SELECT last FROM notices_eventcounter c WHERE c.institution_id = e.institution_id)
    ORDER BY created_at LIMIT %s
), told AS (DELETE FROM notices_notice WHERE event_id IN (SELECT id FROM old)
), sent AS (DELETE FROM notices_delivery WHERE event_id IN (SELECT id FROM old))
DELETE FROM notices_event WHERE id IN (SELECT id FROM old)
"""


def forget_events() -> int:
    """Delete what is older than settings.EVENT_DAYS, a batch a statement, and return how many events. Idempotent."""
    before, forgotten = timezone.now() - timedelta(days=settings.EVENT_DAYS), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [before, BATCH])
            number = int(cursor.rowcount)
        forgotten += number
        if number < BATCH:
            Letter.objects.filter(window__lt=before, notices=None).delete()
            return forgotten
