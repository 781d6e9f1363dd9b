"""Delivering: what waits for a webhook goes out in order, failures are tried again on their own, then given up.

One worker at a time sends for a webhook: it holds a lease on its row (`busy_until`), never a transaction, while it
sends. A killed worker's lease runs out, and what it had sent without noting it is sent again: at least once, under the
same webhook-id. New events go first and in the order of their numbers; failed ones wait for their own time.
"""

import random
import time
from datetime import datetime, timedelta

import orjson
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from audit.services import record
from kit.queue import enqueue, sweepable
from members.actors import system_actor
from notices.channels.webhook import Answer, Message, Sender
from notices.event_types import TYPES
from notices.models import Delivery, Event, Webhook
from notices.services.events import NewEvent, publish
from notices.services.fan_out import DELIVER
from notices.services.secrets import signing_keys
from notices.walls import hidden

log = structlog.get_logger(__name__)
BATCH = 20
LEASE = timedelta(seconds=30)
RUN_SECONDS = 20.0
"""After so long a worker lets other webhooks have their turn."""
SOON = 60.0
"""Seconds within which a retry is nudged to the moment; later ones are the sweep's."""
LONGEST_PAUSE = 24
"""Times the first retry's seconds: two minutes."""


def deliver(pk: int) -> None:
    """Send what is due for a webhook, for RUN_SECONDS at most; nothing while another worker is at it. Idempotent."""
    webhook = _take(pk)
    if webhook is None:
        return
    until = time.monotonic() + RUN_SECONDS
    sent = 0
    try:
        with Sender() as sender:
            while time.monotonic() < until and (batch := _due(webhook)):
                number, goes_on = _run(sender, webhook, batch, until)
                sent += number
                if not goes_on:
                    break
    finally:
        Webhook.objects.filter(pk=pk, busy_until=webhook.busy_until).update(busy_until=None)
    _come_back(pk, sent)


def _come_back(pk: int, sent: int) -> None:
    """Nudge the next run: at once for what came while this one held the lease, else for the next retry.

    A run that sent nothing leaves that to the sweep, so that many nudges for one webhook become one.
    """
    webhook = Webhook.objects.filter(pk=pk, disabled_at=None).first()
    if webhook is None or webhook.busy_until is not None:
        return
    waiting = webhook.deliveries.filter(state=Delivery.State.WAITING)
    fresh = waiting.filter(attempts=0).exists()
    next_retry = waiting.filter(attempts__gt=0).aggregate(at=Min("due_at"))["at"]
    now = timezone.now()
    at = max(now if fresh or next_retry is None else next_retry, webhook.paused_until or now)
    seconds = (at - now).total_seconds()
    if (fresh or next_retry is not None) and (sent or seconds <= 0) and seconds <= SOON:
        enqueue(DELIVER, pk, after=max(seconds, 0))


def _take(pk: int) -> Webhook | None:
    now = timezone.now()
    with transaction.atomic():
        webhook = (
            Webhook.objects.select_for_update(skip_locked=True, of=("self",)).filter(_may_send(now), pk=pk).first()
        )
        if webhook is not None:
            webhook.busy_until = now + LEASE
            webhook.save(update_fields=["busy_until"])
        return webhook


def _may_send(now: datetime) -> Q:
    """Switched on, free, not spared, and of an institution that is not suspended."""
    free = Q(busy_until=None) | Q(busy_until__lt=now)
    spared = Q(paused_until__gt=now)
    return Q(disabled_at=None, institution__status="active") & free & ~spared


def _due(webhook: Webhook) -> list[Delivery]:
    """New ones in the order of their numbers, then those whose time to be tried again has come."""
    waiting = webhook.deliveries.filter(state=Delivery.State.WAITING).select_related("event")
    fresh = waiting.filter(attempts=0).order_by("sequence")[:BATCH]
    again = waiting.filter(attempts__gt=0, due_at__lte=timezone.now()).order_by("due_at")[:BATCH]
    return [*fresh, *again]


def _run(sender: Sender, webhook: Webhook, batch: list[Delivery], until: float) -> tuple[int, bool]:
    """Send a batch; how many, and whether to go on: not once the webhook is another worker's, off, or silent."""
    for sent, delivery in enumerate(batch):
        if time.monotonic() >= until or not _renew(webhook):
            return sent, False
        if hidden(webhook.institution_id, {delivery.event.type: [delivery.event.subject]}):
            Delivery.objects.filter(pk=delivery.pk).delete()
            continue
        now = timezone.now()
        answer = sender.send(webhook.url, message_of(delivery.event, now), signing_keys(webhook, now))
        with transaction.atomic():
            _note(webhook.pk, delivery, answer)
        if answer.is_silence:
            return sent + 1, False
    return len(batch), True


def _renew(webhook: Webhook) -> bool:
    """Hold the lease for the next message and see the webhook as it is now: its secret may have been rotated."""
    held = webhook.busy_until
    until = timezone.now() + LEASE
    if not Webhook.objects.filter(pk=webhook.pk, busy_until=held, disabled_at=None).update(busy_until=until):
        return False
    webhook.refresh_from_db()
    return True


def message_of(event: Event, at: datetime) -> Message:
    """The message of an event: references only, the same bytes at every attempt."""
    href = TYPES[event.type].api_href(event.subject)
    body = {
        "type": event.type,
        "timestamp": event.created_at.isoformat(),
        "data": {
            "event": str(event.ref),
            "sequence": event.sequence,
            "subject": str(event.subject),
            "href": f"{settings.BASE_URL}{href}" if href else None,
        },
    }
    return Message(id=f"evt_{event.ref.hex}", body=orjson.dumps(body), at=at)


def _note(pk: int, delivery: Delivery, answer: Answer) -> None:
    """Write what became of an attempt: delivered, to be tried again, or dead; and how the webhook fares."""
    now = timezone.now()
    # The webhook first, as every service of webhooks locks it.
    webhook = Webhook.objects.select_for_update().get(pk=pk)
    known = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()
    if known is None:  # recalled while it was under way
        return
    known.attempts += 1
    known.last_tried_at, known.last_status, known.last_error = now, answer.status, answer.error
    if answer.is_received:
        known.state, known.delivered_at = Delivery.State.DELIVERED, now
    elif known.attempts > len(settings.WEBHOOK_RETRY_SECONDS):
        known.state = Delivery.State.DEAD
        log.warning("webhook.dead_letter", webhook=pk, sequence=known.sequence)
    else:
        known.due_at = now + timedelta(seconds=delay(known.attempts))
    known.save()
    if answer.is_received:
        if webhook.failing_since is not None:
            webhook.failing_since, webhook.paused_until, webhook.pauses = None, None, 0
            webhook.save(update_fields=["failing_since", "paused_until", "pauses"])
        return
    webhook.failing_since = webhook.failing_since or now
    if answer.is_silence:
        webhook.paused_until = now + timedelta(seconds=pause(webhook.pauses))
        webhook.pauses += 1
    webhook.save(update_fields=["failing_since", "paused_until", "pauses"])
    if now - webhook.failing_since >= timedelta(days=settings.WEBHOOK_DISABLE_DAYS):
        _give_up(webhook, now)


def _give_up(webhook: Webhook, now: datetime) -> None:
    """Switch a webhook off that has failed for days, and tell the institution."""
    webhook.disabled_at, webhook.disabled_for = now, Webhook.Off.FAILING
    webhook.save(update_fields=["disabled_at", "disabled_for"])
    record(system_actor("delivering"), "webhook.disabled", webhook.ref, reason=Webhook.Off.FAILING)
    publish([NewEvent(webhook.institution_id, "webhook.disabled", webhook.ref)])


def delay(attempts: int) -> float:
    """Seconds until the next attempt after so many, give or take a fifth, so that failures do not march in step."""
    return float(settings.WEBHOOK_RETRY_SECONDS[attempts - 1]) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def pause(pauses: int) -> float:
    """Seconds for which a silent address is left alone: twice as long each time, to LONGEST_PAUSE times the first."""
    return float(settings.WEBHOOK_RETRY_SECONDS[0] * min(2**pauses, LONGEST_PAUSE))


def due_webhooks() -> list[int]:
    """Keys of webhooks with something to send now that nobody is sending; for the sweep.

    It starts the later retries, and what a lost broker message should have started.
    """
    now = timezone.now()
    waiting = Delivery.objects.filter(webhook=OuterRef("pk"), state=Delivery.State.WAITING)
    due = Exists(waiting.filter(attempts=0)) | Exists(waiting.filter(attempts__gt=0, due_at__lte=now))
    return list(Webhook.objects.filter(_may_send(now)).filter(due).order_by("pk").values_list("pk", flat=True))


sweepable(DELIVER, due_webhooks)
