"""What the worker does for cases."""

from celery import shared_task

from cases.services import arrivals, disclosures, dissolved, holds, uploads


@shared_task(name=uploads.TASK)
def check_arrival(pk: int) -> None:
    """Check what was uploaded; safe to run twice, at the same time too."""
    arrivals.check_arrival(pk)


@shared_task(name=dissolved.TASK)
def tell_dissolved(pk: int) -> None:
    """Tell a case that a collision of it dissolved; safe to run twice, at the same time too."""
    dissolved.tell_dissolved(pk)


@shared_task(name="cases.expire_evidence")
def expire_evidence() -> None:
    """Erase the evidence that has expired and is under no hold; every night, and safe to run twice."""
    holds.expire_evidence()


@shared_task(name="cases.expire_disclosures")
def expire_disclosures() -> None:
    """End the disclosures whose last day has passed; every hour, and safe to run twice."""
    disclosures.expire_disclosures()
