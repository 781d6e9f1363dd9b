"""Reads of webhooks and their deliveries, for those who manage them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from kit.paging import Page, check_limit
from notices.event_types import TYPES, EventType
from notices.models import Delivery, Webhook


@dataclass(frozen=True, slots=True)
class WebhookDetail:
    """A webhook with the number of its deliveries by state."""

    webhook: Webhook
    types: tuple[EventType, ...]
    waiting: int
    delivered: int
    dead: int
    both_secrets: bool
    """The secret before the last rotation signs as well."""


def webhooks_for(actor: Actor) -> QuerySet[Webhook]:
    """The webhooks of the institution whose webhooks the actor manages, newest first. Raises Forbidden."""
    actor.require(Capability.MANAGE_WEBHOOKS)
    return Webhook.objects.filter(institution_id=actor.own_institution()).order_by("-created_at", "-pk")


def webhook_for(actor: Actor, ref: UUID) -> Webhook:
    """One webhook the actor manages. Raises Forbidden; NotFound for any other."""
    webhook = webhooks_for(actor).filter(ref=ref).first()
    if webhook is None:
        raise NotFound
    return webhook


def webhook_detail(actor: Actor, ref: UUID) -> WebhookDetail:
    """One webhook the actor manages, with what became of its deliveries. Raises Forbidden, NotFound."""
    webhook = webhook_for(actor, ref)
    states = Delivery.State
    counts = webhook.deliveries.aggregate(**{state: Count("pk", filter=Q(state=state)) for state in states.values})
    return WebhookDetail(
        webhook,
        tuple(TYPES[code] for code in TYPES if code in webhook.types),
        **counts,
        both_secrets=webhook.old_until is not None and webhook.old_until > timezone.now(),
    )


def deliveries_for(actor: Actor, ref: UUID, *, state: str = "", cursor: str = "", limit: int = 50) -> Page[Delivery]:
    """A webhook's deliveries with their events, the latest number first. Raises Forbidden, NotFound, Invalid."""
    webhook = webhook_for(actor, ref)
    check_limit(limit)
    found = webhook.deliveries.select_related("event")
    if state:
        found = found.filter(state=state)
    if cursor:
        if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
            raise Invalid("This cursor is not one of ours; begin again without it.", code="invalid_cursor")
        found = found.filter(sequence__lt=int(cursor))
    rows = list(found.order_by("-sequence")[: limit + 1])
    return Page(rows[:limit], str(rows[limit - 1].sequence) if len(rows) > limit else "")
