"""Reading: a person marks notices as read; a member's system reads the events one after the other."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from kit.actor import Actor
from kit.capabilities import Capability
from notices.models import Event, Notice
from notices.queries.events import EventPage, events_for
from notices.queries.notices import NoticeRow, notice_for, row_of, visible
from notices.services.fan_out import fan_out


def read_notice(actor: Actor, ref: UUID) -> NoticeRow:
    """Mark one of the actor's notices as read and return it. Idempotent. Raises Forbidden, NotFound."""
    with transaction.atomic():
        notice = notice_for(actor, ref)
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return row_of(notice)


def read_all(actor: Actor, *, up_to: int) -> int:
    """Mark all of the actor's notices up to a key as read, and return how many: none that came after their page.

    Raises Forbidden.
    """
    actor.require(Capability.BE_TOLD)
    unread = visible(actor).filter(portal=True, read_at=None, pk__lte=up_to)
    return Notice.objects.filter(pk__in=unread.values("pk")).update(read_at=timezone.now())


def read_events(actor: Actor, *, cursor: str, limit: int) -> EventPage:
    """The institution's events after a cursor. Raises Forbidden; Invalid for a cursor or limit that is not one.

    What no worker has numbered yet is numbered here, so that readers hear of everything while the broker is down.
    """
    actor.require(Capability.READ_EVENTS)
    institution = actor.own_institution()
    if Event.objects.filter(institution_id=institution, sequence=None).exists():
        fan_out(institution)
    return events_for(actor, cursor=cursor, limit=limit)
