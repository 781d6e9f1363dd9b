"""The sweep that makes a lost broker harmless."""

from celery import shared_task

from alliance.health import note_sweep
from kit import queue


@shared_task(name="kit.sweep")
def sweep() -> int:
    """Nudge again every row left pending."""
    nudged = queue.sweep()
    note_sweep()
    return nudged
