"""A thousand events to a receiver that fails half the time and is gone for two minutes (docs/notices.md)."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from alliance.embedded.live import alliance
from alliance.embedded.testing import run_directory
from notices.channels.webhook import Message, Sender
from tests.bench.measure import Row
from tests.chaos.webhook_storm import scaled, storm
from tests.notices.receiver import Receiver, receiving

DOWN = 120.0


def rows(scale: float) -> Iterator[Row]:
    """Counts; `scale` shortens the number of events and the time of absence alike."""
    events = max(20, int(1000 * scale))
    with scaled(), alliance(run_directory("webhooks")) as live:
        came = storm(live, events=events, down=DOWN * scale, patience=100)
    in_order = came.received == came.published and came.numbers == tuple(range(1, events + 1))
    yield Row.rate("arrived with a genuine signature", len(came.received), events, "events", 1)
    yield Row.rate("restored to their order by number", events if in_order else 0, events, "events", 1)
    yield Row.bound("signatures an independent verifier refused", came.forged, "messages", 0)
    yield Row.bound("left undelivered or dead", came.undelivered, "deliveries", 0)
    yield Row.plain("sent, in all attempts", came.messages, "messages")
    yield Row.plain("answered with an error", came.refused, "messages")
    yield Row.plain("sent again after they had arrived", came.repeated, "messages")
    yield Row.bound("time for all of it", came.seconds, "s", 240)
    yield Row.bound("reach loopback without the setting", _through_the_wall(), "messages", 0)


def _through_the_wall() -> int:
    """How many messages reach a receiver on loopback while the setting does not let them."""
    assert not settings.WEBHOOK_LOOPBACK
    with receiving(Receiver()) as receiver, Sender() as sender:
        for _ in range(20):
            sender.send(receiver.url, Message("evt_1", b"{}", timezone.now()), [b"key"])
    return len(receiver.messages)
