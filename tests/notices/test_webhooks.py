"""Webhooks: signed, in order, tried again, given up, replayed; their secrets sealed and shown once."""

import json
import logging
import re
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from audit.models import Entry
from kit.capabilities import Capability
from kit.errors import Conflict, NotFound
from members.actors import system_actor
from members.models import Institution
from notices.models import Delivery, Event, Webhook
from notices.services import secrets, webhooks
from notices.services.deliveries import delay, deliver, due_webhooks, pause
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out
from privacy.envelope import KeyRing, SealError
from tests import cast as people
from tests.cast import Cast
from tests.notices.dripping import dripping
from tests.notices.receiver import Receiver, receiving
from tests.notices.world import happen, webhook_to


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True


def due_again() -> None:
    """Let the time pass until every retry is due and no address is spared any longer."""
    Delivery.objects.filter(attempts__gt=0).update(due_at=timezone.now() - timedelta(seconds=1))
    Webhook.objects.update(paused_until=None)


def test_a_message_is_thin_signed_and_in_order(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, secret = webhook_to(cast.north_admin, receiver.url)
        receiver.secrets = [secret]
        events = happen(cast.north, *["collision.found"] * 25, circle=cast.cards.pk, kind="phone/1", score=9000)
        deliver(webhook.pk)
    assert receiver.received == list(range(1, 26))
    assert receiver.forged == 0
    headers, body, _status = receiver.messages[0]
    assert headers["webhook-id"] == f"evt_{events[0].ref.hex}"
    assert json.loads(body) == {
        "type": "collision.found",
        "timestamp": events[0].created_at.isoformat(),
        "data": {
            "event": str(events[0].ref),
            "sequence": 1,
            "subject": str(events[0].subject),
            "href": f"http://localhost:8000/api/v1/collisions/{events[0].subject}",
        },
    }


def test_only_subscribed_types_of_ones_own_institution_come(cast: Cast) -> None:
    webhook, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/", "collision.dissolved")
    happen(cast.north, "collision.found", "collision.dissolved", "webhook.test")
    happen(cast.south, "collision.dissolved")
    assert list(webhook.deliveries.values_list("event__type", flat=True)) == ["collision.dissolved"]


def test_a_failed_message_does_not_hold_up_the_next_and_comes_again(cast: Cast) -> None:
    with receiving(Receiver(answer=lambda n: 500 if n in {1, 2} else 200)) as receiver:
        webhook, secret = webhook_to(cast.north_admin, receiver.url)
        receiver.secrets = [secret]
        happen(cast.north, *["collision.found"] * 4)
        deliver(webhook.pk)
        assert receiver.received == [1, 4]
        deliver(webhook.pk)
        assert receiver.received == [1, 4]
        due_again()
        deliver(webhook.pk)
    assert receiver.received == [1, 4, 2, 3]
    second = [h for h, body, _s in receiver.messages if json.loads(body)["data"]["sequence"] == 2]
    assert second[0]["webhook-id"] == second[1]["webhook-id"]
    assert receiver.forged == 0


def test_a_silent_address_is_spared_and_a_found_one_gets_all(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        address = receiver.url
    webhook, _secret = webhook_to(cast.north_admin, address)
    happen(cast.north, *["collision.found"] * 5)
    deliver(webhook.pk)
    assert webhook.deliveries.filter(attempts__gt=0).count() == 1
    assert (webhook.deliveries.get(attempts=1).last_error, due_webhooks()) == ("connection", [])
    due_again()
    with receiving(Receiver(), int(address.rsplit(":", 1)[1].strip("/"))) as receiver:
        assert due_webhooks() == [webhook.pk]
        deliver(webhook.pk)
    assert sorted(receiver.received) == [1, 2, 3, 4, 5]


def test_it_is_a_dead_letter_after_the_last_retry_and_can_be_replayed(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_RETRY_SECONDS = (5, 30)
    with receiving(Receiver(answer=lambda _n: 503)) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        for _ in range(5):
            deliver(webhook.pk)
            due_again()
        assert len(receiver.messages) == 3
        delivery = webhook.deliveries.get()
        assert (delivery.state, delivery.attempts, delivery.last_status) == ("dead", 3, 503)
        receiver.answer = lambda _n: 200
        assert webhooks.replay_dead(people.actor(cast.north_admin), webhook.ref) == 1
        deliver(webhook.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.replays, receiver.received) == ("delivered", 1, [1])


def test_retries_grow_from_five_seconds_to_a_day_with_jitter(settings: Any) -> None:
    waits = settings.WEBHOOK_RETRY_SECONDS
    assert (waits[0], waits[-1], sorted(waits)) == (5, 86400, list(waits))
    assert len({delay(3) for _ in range(20)}) > 1
    assert all(0.8 * waits[2] <= delay(3) <= 1.2 * waits[2] for _ in range(200))
    assert [pause(n) for n in (0, 1, 2, 60)] == [5, 10, 20, 120]


def test_replay_since_includes_what_happened_while_it_was_off(cast: Cast) -> None:
    admin = people.actor(cast.north_admin)
    with receiving(Receiver()) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        deliver(webhook.pk)
        webhooks.disable_webhook(admin, webhook.ref)
        happen(cast.north)
        webhooks.enable_webhook(admin, webhook.ref)
        deliver(webhook.pk)
        assert receiver.received == [1]
        assert webhooks.replay_since(admin, webhook.ref, since=timezone.now() - timedelta(hours=1)) == 2
        deliver(webhook.pk)
    assert receiver.received == [1, 1, 2]


def test_replay_of_one_that_does_not_exist_is_refused(cast: Cast) -> None:
    webhook, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    with pytest.raises(NotFound):
        webhooks.replay_one(people.actor(cast.north_admin), webhook.ref, sequence=7)


def test_the_test_goes_to_the_tested_webhook_alone(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, secret = webhook_to(cast.north_admin, receiver.url, "quality.banded")
        other, _secret = webhook_to(cast.north_admin, receiver.url, "quality.banded")
        receiver.secrets = [secret]
        webhooks.try_webhook(people.actor(cast.north_admin), webhook.ref)
        fan_out(cast.north.pk)
        deliver(webhook.pk)
        deliver(other.pk)
    assert [json.loads(body)["type"] for _h, body, _s in receiver.messages] == ["webhook.test"]
    assert receiver.forged == 0


def test_for_a_day_after_a_rotation_both_secrets_sign(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, old = webhook_to(cast.north_admin, receiver.url)
        new = webhooks.rotate_secret(people.actor(cast.north_admin), webhook.ref).secret
        happen(cast.north)
        deliver(webhook.pk)
        headers, body, _status = receiver.messages[0]
        for secret in (old, new):
            Verifier(secret).verify(body, dict(headers))
        Webhook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
        happen(cast.north)
        deliver(webhook.pk)
    headers, body, _status = receiver.messages[1]
    assert len(headers["webhook-signature"].split(" ")) == 1
    Verifier(new).verify(body, dict(headers))


def test_it_is_switched_off_after_days_of_failure_and_its_people_are_told(cast: Cast, settings: Any) -> None:
    with receiving(Receiver(answer=lambda _n: 500)) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        Webhook.objects.update(failing_since=timezone.now() - timedelta(days=settings.WEBHOOK_DISABLE_DAYS))
        deliver(webhook.pk)
    webhook.refresh_from_db()
    assert webhook.disabled_for == "failing"
    assert Entry.objects.get(kind="webhook.disabled").subject == str(webhook.ref)
    fan_out(cast.north.pk)
    assert Event.objects.get(type="webhook.disabled").notices.get().user == cast.north_admin


def test_a_success_ends_the_count_of_days(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        Webhook.objects.update(failing_since=timezone.now() - timedelta(days=30))
        happen(cast.north)
        deliver(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.disabled_at) == (None, None)


def test_a_killed_workers_lease_runs_out(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        Webhook.objects.update(busy_until=timezone.now() + timedelta(seconds=30))
        deliver(webhook.pk)
        assert receiver.messages == []
        assert due_webhooks() == []
        Webhook.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
        assert due_webhooks() == [webhook.pk]
        deliver(webhook.pk)
    assert receiver.received == [1]


def test_nothing_goes_to_a_suspended_institution_until_it_is_reinstated(cast: Cast) -> None:
    with receiving(Receiver()) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        Institution.objects.filter(pk=cast.north.pk).update(status="suspended")
        happen(cast.north)
        deliver(webhook.pk)
        assert (receiver.messages, due_webhooks()) == ([], [])
        Institution.objects.filter(pk=cast.north.pk).update(status="active")
        deliver(webhook.pk)
    assert receiver.received == [1]


def test_a_circle_too_small_to_show_its_collisions_sends_none(cast: Cast) -> None:
    cast.cards.memberships.exclude(institution__in=[cast.north, cast.south]).update(left_at="2026-01-01T00:00Z")
    webhook, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    happen(cast.north, circle=cast.cards.pk)
    assert not webhook.deliveries.exists()


def test_the_answers_body_is_not_kept_and_redirects_are_not_followed(cast: Cast) -> None:
    with receiving(Receiver(answer=lambda _n: 302)) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        deliver(webhook.pk)
    assert len(receiver.messages) == 1
    assert webhook.deliveries.get().last_status == 302


def test_a_secret_is_shown_once_and_sealed_at_rest(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = people.client_of(cast.north_admin)
    form = {"name": "Case system", "url": "http://127.0.0.1:9/", "types": ["collision.found"]}
    shown = re.search(rb"whsec_[A-Za-z0-9+/=]{44}", client.post("/notices/webhooks/new", form).content)
    assert shown is not None
    secret = shown.group()
    webhook = Webhook.objects.get()
    assert secret not in client.get(f"/notices/webhooks/{webhook.ref}").content
    stored = b"".join(_dump(table) for table in ("notices_webhook", "audit_entry", "notices_event"))
    raw = secret.removeprefix(b"whsec_")
    assert secret not in stored
    assert raw not in stored
    assert secret.decode() not in caplog.text
    assert secrets.unseal(webhook, "secret").encode() == secret


def _dump(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(block) for block in copy)


def test_a_sealed_secret_opens_in_its_own_row_and_column_only(cast: Cast) -> None:
    one, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    other, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    other.secret = one.secret
    with pytest.raises(SealError):
        secrets.unseal(other, "secret")
    one.old_secret = one.secret
    with pytest.raises(SealError):
        secrets.unseal(one, "old_secret")


def test_secrets_move_to_a_new_key(cast: Cast, settings: Any) -> None:
    webhook, secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    ring = settings.KEYRING
    keys = {name: {i: ring.get(name, i) for i in ring.ids(name)} for name in ("note",)}
    settings.KEYRING = KeyRing(True, {"note": "k9"}, {"note": {**keys["note"], "k9": bytes(32)}})
    assert secrets.secrets_sealed_with("k1") == 1
    assert secrets.reseal_secrets(system_actor("test", Capability.MANAGE_KEYS)) == 1
    assert secrets.secrets_sealed_with("k1") == 0
    webhook.refresh_from_db()
    assert secrets.unseal(webhook, "secret") == secret


def test_one_that_is_off_is_neither_tested_nor_switched_off_again(cast: Cast) -> None:
    admin = people.actor(cast.north_admin)
    webhook, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    with pytest.raises(Conflict):
        webhooks.remove_webhook(admin, webhook.ref)
    webhooks.disable_webhook(admin, webhook.ref)
    for act in (webhooks.disable_webhook, webhooks.try_webhook):
        with pytest.raises(Conflict):
            act(admin, webhook.ref)
    webhooks.remove_webhook(admin, webhook.ref)
    assert not Webhook.objects.exists()


def test_every_change_is_recorded(cast: Cast) -> None:
    admin = people.actor(cast.north_admin)
    webhook, _secret = webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    webhooks.change_webhook(admin, webhook.ref, name="x", url="http://127.0.0.1:9/a", types=["quality.banded"])
    webhooks.rotate_secret(admin, webhook.ref)
    webhooks.replay_dead(admin, webhook.ref)
    webhooks.disable_webhook(admin, webhook.ref)
    kinds = list(Entry.objects.filter(subject=str(webhook.ref)).order_by("id").values_list("kind", flat=True))
    assert kinds == [
        "webhook.created",
        "webhook.changed",
        "webhook.secret_rotated",
        "webhook.replayed",
        "webhook.disabled",
    ]
    assert "127.0.0.1" not in json.dumps(list(Entry.objects.values_list("facts", flat=True)))


def test_the_page_shows_what_became_of_each(cast: Cast) -> None:
    with receiving(Receiver(answer=lambda n: 200 if n else 418)) as receiver:
        webhook, _secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north, "collision.found", "collision.found")
        deliver(webhook.pk)
    page = people.client_of(cast.north_admin).get(f"/notices/webhooks/{webhook.ref}").content
    assert b">418<" in page
    assert b">200<" in page


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_event_once_and_in_order(settings: Any) -> None:
    bank = people.institution("Hooked Bank", "钩子银行")
    admin = people.person(bank, "institution_admin", "Hook Admin")
    with receiving(Receiver()) as receiver:
        webhook, secret = webhook_to(admin, receiver.url)
        receiver.secrets = [secret]
        publish([NewEvent(bank.pk, "collision.found", uuid.uuid4()) for _ in range(60)])
        threads = [threading.Thread(target=_work, args=(bank.pk, webhook.pk)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deliver(webhook.pk)
    assert receiver.received == list(range(1, 61))
    assert receiver.forged == 0


def _work(institution: int, webhook: int) -> None:
    fan_out(institution)
    for _ in range(5):
        deliver(webhook)
    connection.close()


def test_an_answer_that_drips_is_cut_off(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_CONNECT_SECONDS, settings.WEBHOOK_READ_SECONDS = 0.5, 0.5
    with dripping() as address:
        webhook, _secret = webhook_to(cast.north_admin, address)
        happen(cast.north)
        begun = timezone.now()
        deliver(webhook.pk)
    assert timezone.now() - begun < timedelta(seconds=5)
    assert webhook.deliveries.get().last_error == "timeout"
