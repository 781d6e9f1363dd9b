"""What the worker does for notices."""

from celery import shared_task

from notices.services import deliveries, letters, retention
from notices.services import fan_out as fanning
from notices.services.events import TASK as FAN_OUT


@shared_task(name=FAN_OUT)
def fan_out(pk: int) -> None:
    """Number and fan out the events of one institution; safe to run twice, at the same time too."""
    fanning.fan_out(pk)


@shared_task(name=fanning.DELIVER)
def deliver(pk: int) -> None:
    """Send what waits for one webhook; a second worker leaves it alone."""
    deliveries.deliver(pk)


@shared_task(name=fanning.WRITE_LETTERS)
def write_letters_of(pk: int) -> None:
    """Put the notices of one institution's people that go by mail into letters; safe to run twice."""
    letters.write_letters(institution=pk)


@shared_task(name="notices.write_letters")
def write_letters() -> None:
    """Put whatever is due by mail into letters."""
    letters.write_letters()


@shared_task(name=letters.TASK)
def send_letter(pk: int) -> None:
    """Send one letter; a second worker leaves it alone."""
    letters.send_letter(pk)


@shared_task(name="notices.forget_events")
def forget_events() -> int:
    """Drop events older than they are kept, with their notices and deliveries."""
    return retention.forget_events()
