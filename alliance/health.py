"""What the operator's home shows of the machinery: does the database answer, does the broker, what waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.db import Error as DatabaseError
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class Part:
    """One service and how long it took to answer, None if it did not."""

    name: str | Promise
    milliseconds: float | None


def health(actor: Actor) -> list[Part]:
    """The services as they answer now. Raises Forbidden."""
    actor.require(Capability.OPERATE)
    return [Part(_("Database"), _timed(_ask_database)), Part(_("Queue"), _timed(_ask_broker))]


def _timed(ask: Callable[[], None]) -> float | None:
    begun = time.monotonic()
    try:
        ask()
    except (DatabaseError, OperationalError, OSError):
        return None
    return (time.monotonic() - begun) * 1000


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
