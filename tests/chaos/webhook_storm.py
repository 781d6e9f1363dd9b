"""Events to a receiver that fails half the time and is gone for a while, with a worker killed and the broker emptied.

The retry schedule is scaled: `SCHEDULE` instead of 5 seconds to 24 hours, and six retries more, since half of all
attempts fail here for want of luck and not of a receiver.
"""

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

import psutil

from alliance.embedded.live import Live
from tests.notices.receiver import Receiver, receiving

SCHEDULE = "1,1,1,2,2,2,3,3,3,4,4,4,5,5,5,5"
_SETTINGS = {"ALLIANCE_WEBHOOKS_TO_LOOPBACK": "1", "ALLIANCE_WEBHOOK_RETRY_SECONDS": SCHEDULE}
_BEGIN = """
from tests import cast as people
from notices.services.webhooks import create_webhook
bank = people.institution("Storm Bank", "风暴银行")
admin = people.actor(people.person(bank, "institution_admin", "Storm Admin"))
made = create_webhook(admin, name="Storm", url="{url}", types=["collision.found"])
print(bank.pk, made.secret)
"""
_PUBLISH = """
from uuid import UUID
from django.db import transaction
from notices.services.events import NewEvent, publish
with transaction.atomic():
    publish([NewEvent({institution}, "collision.found", UUID(one)) for one in {subjects}])
"""
_DEAD = "from notices.models import Delivery; print(Delivery.objects.exclude(state='delivered').count())"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    published: tuple[UUID, ...]
    received: tuple[UUID, ...]
    """Subjects that the receiver said yes to, by the numbers of their events, each once."""
    numbers: tuple[int, ...]
    messages: int
    refused: int
    repeated: int
    forged: int
    undelivered: int
    seconds: float


@contextlib.contextmanager
def scaled() -> Iterator[None]:
    """While the block runs, an alliance that is started has the scaled schedule and reaches loopback."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def storm(live: Live, *, events: int, down: float, patience: float, seed: int = 7) -> Outcome:
    """Publish `events`, half of them while the receiver is gone for `down` seconds; wait `patience` for the rest."""
    rng, begun = random.Random(seed), time.monotonic()
    receiver = Receiver(answer=lambda _n: 500 if rng.random() < 0.5 else 204)
    subjects = [uuid5(NAMESPACE_URL, f"storm:{number}") for number in range(events)]
    half = events // 2
    with receiving(receiver):
        institution, secret = live.manage("shell", "-v", "0", "-c", _BEGIN.format(url=receiver.url)).split()
        receiver.secrets = [secret]
        _publish(live, institution, subjects[:half])
        _until(lambda: len(receiver.messages) >= half // 4, 60)
        _kill_worker(live, rng)
        _until(lambda: len(receiver.messages) >= half // 2, 60)
    gone = time.monotonic()
    _publish(live, institution, subjects[half:])
    live.wipe_broker()
    time.sleep(max(0.0, down - (time.monotonic() - gone)))
    with receiving(receiver, int(receiver.url.rsplit(":", 1)[1].strip("/"))):
        _until(lambda: len(set(receiver.received)) >= events, patience)
        time.sleep(1)
    by_number = dict(receiver.accepted)
    numbers = sorted(by_number)
    return Outcome(
        published=tuple(subjects),
        received=tuple(by_number[number] for number in numbers),
        numbers=tuple(numbers),
        messages=len(receiver.messages),
        refused=sum(status >= 300 for _h, _b, status in receiver.messages),
        repeated=len(receiver.received) - len(numbers),
        forged=receiver.forged,
        undelivered=int(live.manage("shell", "-v", "0", "-c", _DEAD)),
        seconds=time.monotonic() - begun,
    )


def _publish(live: Live, institution: str, subjects: Sequence[UUID]) -> None:
    given = [str(subject) for subject in subjects]
    live.manage("shell", "-v", "0", "-c", _PUBLISH.format(institution=institution, subjects=given))


def _kill_worker(live: Live, rng: random.Random) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        worker = psutil.Process(live.pid("worker"))
        rng.choice([worker, *worker.children(recursive=True)]).kill()


def _until(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.1)
