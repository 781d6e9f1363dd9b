"""What the worker does for notices."""

from celery import shared_task

from notices.services import fan_out as fanning
from notices.services.events import TASK as FAN_OUT


@shared_task(name=FAN_OUT)
def fan_out(pk: int) -> None:
    """Number and fan out the events of one institution; safe to run twice, at the same time too."""
    fanning.fan_out(pk)
