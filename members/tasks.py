"""The members' tasks."""

from celery import shared_task

from members.services import housekeeping


@shared_task(name="members.forget_expired")
def forget_expired() -> int:
    """Delete expired sessions and marks."""
    return housekeeping.forget_expired()
