"""Taking back what an institution was to be told of something that it may not see any more."""

from uuid import UUID

from notices.models import Delivery, Event, Notice
from notices.walls import walled_types


def recall(institution: int, subject: UUID) -> None:
    """Drop what is on its way to an institution (its key) about a subject, in the caller's transaction.

    Events that have no number yet, deliveries that wait, and its people's notices, with what of them was to go by mail.
    Events with a number stay, or the numbers would have gaps; the wall of their type keeps them from being read.
    """
    types = walled_types()
    Event.objects.filter(institution_id=institution, subject=subject, type__in=types, sequence=None).delete()
    told = Event.objects.filter(institution_id=institution, subject=subject, type__in=types)
    Delivery.objects.filter(event__in=told, state=Delivery.State.WAITING).delete()
    Notice.objects.filter(event__in=told).delete()
