"""Custody's own housekeeping."""

from celery import shared_task

from custody.services import evaluations


@shared_task(name="custody.forget_charges")
def forget_charges() -> int:
    """Drop charges of requests that are too old to be retried."""
    return evaluations.forget_charges()
