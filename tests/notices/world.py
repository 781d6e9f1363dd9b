"""Events, webhooks and their tasks, for the tests of notices."""

import uuid

from members.models import Institution, User
from notices.models import Event, Webhook
from notices.services import webhooks
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out
from tests import cast as people


def happen(institution: Institution, *types: str, circle: int | None = None, **facts: object) -> list[Event]:
    """Publish events of these types about fresh subjects, number them and fan them out."""
    subjects = [uuid.uuid4() for _ in types or ("collision.found",)]
    publish(
        [
            NewEvent(institution.pk, type, subject, circle, facts)  # type: ignore[arg-type]
            for type, subject in zip(types or ("collision.found",), subjects, strict=True)
        ]
    )
    fan_out(institution.pk)
    return [Event.objects.get(subject=subject) for subject in subjects]


def webhook_to(admin: User, url: str, *types: str) -> tuple[Webhook, str]:
    """A webhook of the admin's institution to an address, and its secret."""
    made = webhooks.create_webhook(
        people.actor(admin), name="Case system", url=url, types=types or ("collision.found",)
    )
    return Webhook.objects.get(ref=made.ref), made.secret
