"""What the worker does for intel."""

from celery import shared_task

from intel.services import matching


@shared_task(name=matching.TASK)
def match_submission(pk: int) -> None:
    """Match one submission; safe to run twice, at the same time too."""
    matching.match_submission(pk)
