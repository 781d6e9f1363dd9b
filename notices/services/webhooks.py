"""Managing webhooks: create, change, switch off and on, rotate the secret, test, replay."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, NotFound
from kit.queue import enqueue
from members.queries.circles import shown_circles
from notices.channels.addresses import check_url
from notices.event_types import TYPES
from notices.models import Delivery, Webhook
from notices.queries.webhooks import webhook_for, webhooks_for
from notices.services.events import NewEvent, publish
from notices.services.fan_out import DELIVER
from notices.services.secrets import new_secret, seal, unseal

MOST = 20
"""Webhooks an institution may have."""
BOTH_SECRETS = timedelta(hours=24)
SUBSCRIBED = tuple(code for code in TYPES if code != "webhook.test")
_REPLAY_SINCE = """
INSERT INTO notices_delivery (webhook_id, event_id, sequence)
SELECT %(webhook)s, e.id, e.sequence FROM notices_event e
WHERE e.institution_id = %(institution)s AND e.sequence IS NOT NULL AND e.created_at >= %(since)s
  AND e.type = ANY(%(types)s)
  AND (e.circle_id IS NULL OR NOT e.type = ANY(%(collisions)s) OR e.circle_id = ANY(%(circles)s))
ORDER BY e.sequence
ON CONFLICT (webhook_id, event_id) DO UPDATE
SET state = 'waiting', attempts = 0, due_at = now(), replays = notices_delivery.replays + 1
"""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook and, this once, the secret its messages are signed with."""

    ref: UUID
    name: str
    secret: str


def create_webhook(actor: Actor, *, name: str, url: str, types: Collection[str]) -> NewSecret:
    """Create a webhook of the actor's institution that gets events of these types from now on.

    Raises Forbidden without MANAGE_WEBHOOKS; Invalid for an empty name, no or an unknown type, an address that is not
    https to a public host; Conflict when the institution has MOST of them.
    """
    actor.require(Capability.MANAGE_WEBHOOKS)
    institution = actor.own_institution()
    _check(name, types)
    check_url(url)
    secret = new_secret()
    with transaction.atomic():
        if webhooks_for(actor).count() >= MOST:
            raise Conflict(
                _("An institution has at most 20 webhooks. Remove one that is switched off."), code="webhooks"
            )
        webhook = Webhook(
            institution_id=institution, name=name.strip(), url=url, types=_ordered(types), created_by=actor.ref
        )
        webhook.secret = seal(webhook, "secret", secret)
        webhook.save()
        record(actor, "webhook.created", webhook.ref, types=webhook.types)
    return NewSecret(webhook.ref, webhook.name, secret)


def change_webhook(actor: Actor, ref: UUID, *, name: str, url: str, types: Collection[str]) -> None:
    """Change a webhook's name, address or types; what waits for it goes to the new address.

    Raises Forbidden, NotFound, and Invalid as `create_webhook` does.
    """
    actor.require(Capability.MANAGE_WEBHOOKS)
    webhook_for(actor, ref)
    _check(name, types)
    check_url(url)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        moved = webhook.url != url
        webhook.name, webhook.url, webhook.types = name.strip(), url, _ordered(types)
        webhook.paused_until, webhook.pauses = None, 0
        webhook.save(update_fields=["name", "url", "types", "paused_until", "pauses"])
        record(actor, "webhook.changed", webhook.ref, types=webhook.types, address_changed=moved)


def disable_webhook(actor: Actor, ref: UUID) -> None:
    """Switch a webhook off: nothing is sent, and events that happen meanwhile are not kept for it.

    Raises Forbidden, NotFound; Conflict for one that is off.
    """
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        if webhook.disabled_at is not None:
            raise Conflict(_("This webhook is switched off already."), code="webhook_off")
        webhook.disabled_at, webhook.disabled_for = timezone.now(), Webhook.Off.PERSON
        webhook.save(update_fields=["disabled_at", "disabled_for"])
        record(actor, "webhook.disabled", webhook.ref, reason=Webhook.Off.PERSON)


def enable_webhook(actor: Actor, ref: UUID) -> None:
    """Switch a webhook on again; what still waited for it is sent. Raises Forbidden, NotFound, Conflict."""
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        if webhook.disabled_at is None:
            raise Conflict(_("This webhook is switched on already."), code="webhook_on")
        webhook.disabled_at, webhook.disabled_for = None, ""
        webhook.failing_since, webhook.paused_until, webhook.pauses = None, None, 0
        webhook.save(update_fields=["disabled_at", "disabled_for", "failing_since", "paused_until", "pauses"])
        record(actor, "webhook.changed", webhook.ref, enabled=True)
        enqueue(DELIVER, webhook.pk)


def remove_webhook(actor: Actor, ref: UUID) -> None:
    """Remove a webhook that is off, with its deliveries. Raises Forbidden, NotFound; Conflict while it is on."""
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        if webhook.disabled_at is None:
            raise Conflict(_("Switch the webhook off first."), code="webhook_on")
        webhook.delete()
        record(actor, "webhook.disabled", ref, reason="removed")


def rotate_secret(actor: Actor, ref: UUID) -> NewSecret:
    """Give a webhook a new secret; for a day messages carry the signatures of both. Raises Forbidden, NotFound."""
    actor.require(Capability.MANAGE_WEBHOOKS)
    secret = new_secret()
    with transaction.atomic():
        webhook = _locked(actor, ref)
        webhook.old_secret = seal(webhook, "old_secret", unseal(webhook, "secret"))
        webhook.old_until = timezone.now() + BOTH_SECRETS
        webhook.secret = seal(webhook, "secret", secret)
        webhook.save(update_fields=["secret", "old_secret", "old_until"])
        record(actor, "webhook.secret_rotated", webhook.ref)
    return NewSecret(webhook.ref, webhook.name, secret)


def try_webhook(actor: Actor, ref: UUID) -> None:
    """Send a webhook an event `webhook.test` by the way every event goes.

    Raises Forbidden, NotFound; Conflict for one that is off.
    """
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        if webhook.disabled_at is not None:
            raise Conflict(_("Switch the webhook on first."), code="webhook_off")
        webhook.paused_until = None
        webhook.save(update_fields=["paused_until"])
        publish([NewEvent(webhook.institution_id, "webhook.test", webhook.ref)])


def replay(actor: Actor, ref: UUID, *, which: str, since: datetime | None) -> int:
    """All `dead` letters, or everything `since` a moment, once more; returns how many. Raises what those raise."""
    return replay_since(actor, ref, since=since) if which == "since" and since else replay_dead(actor, ref)


def replay_one(actor: Actor, ref: UUID, *, sequence: int) -> None:
    """Send one delivery once more, whatever became of it. Raises Forbidden; NotFound for one that does not exist."""
    _replay_deliveries(actor, ref, which="one", sequence=sequence)


def replay_dead(actor: Actor, ref: UUID) -> int:
    """Send every dead letter of a webhook once more; returns how many. Raises Forbidden, NotFound."""
    return _replay_deliveries(actor, ref, which="dead", state=Delivery.State.DEAD)


def replay_since(actor: Actor, ref: UUID, *, since: datetime) -> int:
    """Send every event since then once more, in order, also those from when the webhook was off; returns how many.

    Raises Forbidden, NotFound.
    """
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic(), connection.cursor() as cursor:
        webhook = _locked(actor, ref)
        cursor.execute(
            _REPLAY_SINCE,
            {
                "webhook": webhook.pk,
                "institution": webhook.institution_id,
                "since": since,
                "types": webhook.types,
                "collisions": [one.code for one in TYPES.values() if one.is_collision],
                "circles": [pk for (pk,) in shown_circles(webhook.institution_id).values_list("circle")],
            },
        )
        number = int(cursor.rowcount)
        record(actor, "webhook.replayed", webhook.ref, which="since", since=since.isoformat(), deliveries=number)
        enqueue(DELIVER, webhook.pk)
    return number


def _replay_deliveries(actor: Actor, ref: UUID, *, which: str, **of: object) -> int:
    actor.require(Capability.MANAGE_WEBHOOKS)
    with transaction.atomic():
        webhook = _locked(actor, ref)
        chosen = list(webhook.deliveries.filter(**of).select_for_update().values_list("pk", flat=True))
        if which == "one" and not chosen:
            raise NotFound
        webhook.deliveries.filter(pk__in=chosen).update(
            state=Delivery.State.WAITING, attempts=0, due_at=timezone.now(), replays=F("replays") + 1
        )
        record(actor, "webhook.replayed", webhook.ref, which=which, deliveries=len(chosen))
        enqueue(DELIVER, webhook.pk)
    return len(chosen)


def _locked(actor: Actor, ref: UUID) -> Webhook:
    webhook = webhooks_for(actor).select_for_update().filter(ref=ref).first()
    if webhook is None:
        raise NotFound
    return webhook


def _ordered(types: Collection[str]) -> list[str]:
    return [code for code in SUBSCRIBED if code in types]


def _check(name: str, types: Collection[str]) -> None:
    errors: dict[str, list[str]] = {}
    if not name.strip():
        errors["name"] = [_("Give the webhook a name that says which system it reaches.")]
    if not types or not set(types) <= set(SUBSCRIBED):
        errors["types"] = [_("Choose at least one type of event from the list.")]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
