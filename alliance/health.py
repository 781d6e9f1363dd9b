"""Does the machinery run? Asked by load balancers in one word, and by operators in some detail; no business data."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from celery import current_app
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError

from custody.services.overview import overview
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Unavailable

SWEEP_LATE_SECONDS = 60
"""Beat asks for a sweep every 10 seconds, so after a minute without one somebody should look."""
_SWEEP = "operate:sweep"

WELL, WATCH, DOWN = "well", "watch", "down"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the machinery, its `state` (well, watch or down), and what there is to say about it."""

    name: str | Promise
    icon: str
    state: str
    note: str
    at: datetime | None = None


def is_ready() -> bool:
    """True if the database answers: without it no request can be served. A lost broker or custodian loses nothing that
    another web process could still do, so they do not count here.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def note_sweep() -> None:
    """Note that a worker ran the sweep that beat asked for: all three, and the broker between them, are alive."""
    cache.set(_SWEEP, time.time(), timeout=None)


def parts(actor: Actor) -> list[Part]:
    """The parts as they answer now. Raises Forbidden."""
    actor.require(Capability.OPERATE)
    return [_database(), _broker(), _worker(), _custodians(actor)]


def _database() -> Part:
    milliseconds, ready = _timed_ready()
    note = _("answers in %(n)s ms") % {"n": round(milliseconds)} if ready else _("does not answer")
    return Part(gettext_lazy("Database"), "database", WELL if ready else DOWN, note)


def _timed_ready() -> tuple[float, bool]:
    begun = time.monotonic()
    ready = is_ready()
    return (time.monotonic() - begun) * 1000, ready


def _broker() -> Part:
    name = gettext_lazy("Broker")
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return Part(name, "stack-2", DOWN, _("cannot be reached; what is filed waits and is not lost"))
    return Part(name, "stack-2", WELL, _("can be reached"))


def _worker() -> Part:
    name, last = gettext_lazy("Worker and beat"), cache.get(_SWEEP)
    if last is None:
        return Part(name, "activity", DOWN, _("no sweep has run yet"))
    at = datetime.fromtimestamp(last, UTC)
    is_late = (timezone.now() - at).total_seconds() > SWEEP_LATE_SECONDS
    return Part(name, "activity", DOWN if is_late else WELL, _("last sweep"), at)


def _custodians(actor: Actor) -> Part:
    name, icon = gettext_lazy("Custodians"), "key"
    try:
        found = overview(actor)
    except Unavailable:
        return Part(name, icon, DOWN, _("there is no key ceremony yet"))
    well = found.threshold + found.spare
    state = DOWN if found.spare < 0 else WATCH if well < found.number else WELL
    note = _("%(well)s of %(n)s are well, %(t)s are needed")
    return Part(name, icon, state, note % {"well": well, "n": found.number, "t": found.threshold})
