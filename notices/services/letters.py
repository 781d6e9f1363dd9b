"""Letters: notices that go by mail are gathered into windows of a minute, an hour or a day, and sent.

One letter a person, pace and window, by a unique constraint. A letter's row outlives the mail server: it is tried until
it is handed over. Its text is written when it is sent, of what its reader may see at that moment.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kit.queue import enqueue, sweepable
from members.queries.recipients import Recipient, recipients_by_key
from notices.channels import mail
from notices.event_types import TYPES
from notices.models import Letter, MailPace, Notice
from notices.queries.notices import visible

log = structlog.get_logger(__name__)
TASK = "notices.send_letter"
DAILY_HOUR = 8
"""The hour of a daily letter, where its reader is."""
LEASE = timedelta(minutes=5)
PENDING_AFTER = timedelta(seconds=30)


def window_of(pace: int, now: datetime, zone: str) -> datetime:
    """When the window that now ends began to be due: the minute of now, its full hour, or 8:00 of the reader's day."""
    if pace == MailPace.INSTANT:
        return now.astimezone(UTC).replace(second=0, microsecond=0)
    local = now.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0)
    if pace == MailPace.HOURLY:
        return local.astimezone(UTC)
    morning = local.replace(hour=DAILY_HOUR)
    return (morning if morning <= now else morning - timedelta(days=1)).astimezone(UTC)


def write_letters(institution: int | None = None) -> int:
    """Put every notice that is due by mail into its letter; of one institution (its key) or all. Idempotent.

    At once means at most one letter a minute; an hour's or day's letter holds what came before its window's start.
    """
    unmailed = Notice.objects.filter(mail__gt=MailPace.NONE, letter=None)
    if institution is not None:
        unmailed = unmailed.filter(event__institution_id=institution)
    waiting = list(unmailed.order_by("user_id", "mail").values_list("user_id", "mail").distinct())
    people = recipients_by_key({user for user, _pace in waiting})
    return sum(_write_letter(user, pace, people.get(user)) for user, pace in waiting)


def _write_letter(user: int, pace: int, person: Recipient | None) -> bool:
    now = timezone.now()
    window = window_of(pace, now, person.timezone if person else "UTC")
    due = Q(user_id=user, mail=pace, letter=None)
    if pace != MailPace.INSTANT:
        due &= Q(created_at__lt=window)
    with transaction.atomic():
        if not Notice.objects.filter(due).exists():
            return False
        # Of two workers one writes the letter; the other's notices wait for the next window.
        letter, is_new = Letter.objects.get_or_create(user_id=user, pace=pace, window=window)
        if not is_new:
            return False
        Notice.objects.filter(due).update(letter=letter)
        enqueue(TASK, letter.pk)
    return True


def send_letter(pk: int) -> None:
    """Send a letter, or put it off if it cannot be handed over. Nothing while another worker is at it. Idempotent.

    Killed between handing over and noting it, it is sent again with the same Message-ID.
    """
    letter = _take(pk)
    if letter is None:
        return
    person = recipients_by_key([letter.user_id]).get(letter.user_id)
    lines, more = _lines(letter, person) if person else ((), 0)
    if person is None or not lines:
        Letter.objects.filter(pk=pk).update(dropped_at=timezone.now())
        return
    try:
        mail.send(mail.Reader(person.email, person.locale, person.timezone), letter.ref, lines, more)
    except OSError as error:
        log.warning("letter.not_sent", letter=str(letter.ref), reason=type(error).__name__)
        _put_off(letter)
        return
    Letter.objects.filter(pk=pk).update(sent_at=timezone.now())


def _take(pk: int) -> Letter | None:
    now = timezone.now()
    with transaction.atomic():
        waiting = Letter.objects.select_for_update(skip_locked=True).filter(pk=pk, sent_at=None, dropped_at=None)
        letter = waiting.filter(due_at__lte=now).first()
        if letter is not None:
            letter.due_at, letter.attempts = now + LEASE, letter.attempts + 1
            letter.save(update_fields=["due_at", "attempts"])
        return letter


def _lines(letter: Letter, person: Recipient) -> tuple[list[mail.Line], int]:
    found = visible(person.actor).filter(letter=letter)
    number = found.count()
    shown: Iterable[Notice] = found.order_by("event__sequence")[: mail.MOST_LINES]
    lines = [mail.Line(one.event.created_at, TYPES[one.event.type], one.event.subject) for one in shown]
    return lines, number - len(lines)


def _put_off(letter: Letter) -> None:
    waits = settings.LETTER_RETRY_SECONDS
    now = timezone.now()
    if now - letter.window >= timedelta(days=settings.LETTER_GIVE_UP_DAYS):
        Letter.objects.filter(pk=letter.pk).update(dropped_at=now)
        log.error("letter.dropped", letter=str(letter.ref), attempts=letter.attempts)
        return
    wait = waits[min(letter.attempts, len(waits)) - 1]
    Letter.objects.filter(pk=letter.pk).update(due_at=now + timedelta(seconds=wait))


def pending_letters() -> list[int]:
    """Keys of letters that should have been sent, oldest first; for the sweep."""
    waiting = Letter.objects.filter(sent_at=None, dropped_at=None, due_at__lt=timezone.now() - PENDING_AFTER)
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:1000])


sweepable(TASK, pending_letters)
