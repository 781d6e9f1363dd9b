"""The row is the truth; the message is a nudge.

`enqueue` sends a task when the transaction commits. If the broker is down the nudge is lost and nothing else: `sweep`,
run by beat, nudges again every row that its app still calls pending.
"""

from collections.abc import Callable, Iterable

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

Pending = Callable[[], Iterable[int]]
_pending: dict[str, Pending] = {}


def enqueue(task: str, pk: int, *, after: float = 0) -> None:
    """Send the task with a primary key once the surrounding transaction commits; never raise for a lost broker.

    A worker starts it `after` so many seconds: a minute at most, since it lies in the worker's hands meanwhile.
    """
    transaction.on_commit(lambda: _nudge(task, pk, after))


def sweepable(task: str, pending: Pending) -> None:
    """Register what `sweep` nudges: `pending()` returns primary keys of rows that wait longer than they should."""
    _pending[task] = pending


def sweep() -> int:
    """Nudge every pending row once more and return how many; tasks are idempotent, so twice does no harm."""
    nudged = 0
    for task, pending in _pending.items():
        for pk in pending():
            _nudge(task, pk)
            nudged += 1
    return nudged


def _nudge(task: str, pk: int, after: float = 0) -> None:
    try:
        current_app.send_task(task, args=[pk], retry=False, countdown=after or None)
    except OperationalError as error:
        # Safe to go on: the pending row outlives the broker and the sweep finds it.
        log.warning("queue.nudge_lost", task=task, pk=pk, reason=type(error).__name__)
