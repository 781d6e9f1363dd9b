"""docs/notices.md: its snippet verifies what we send, its lists are the code's."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from notices.event_types import TYPES
from notices.services import deliveries, letters, webhooks
from notices.services.deliveries import deliver
from tests.cast import Cast
from tests.notices.receiver import Receiver, receiving
from tests.notices.world import happen, webhook_to

TEXT = (Path(__file__).resolve().parent.parent.parent / "docs" / "notices.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


def test_its_snippet_takes_a_genuine_message_and_no_other(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    names: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL).group(1), names)  # type: ignore[union-attr]  # noqa: S102
    with receiving(Receiver()) as receiver:
        webhook, secret = webhook_to(cast.north_admin, receiver.url)
        happen(cast.north)
        deliver(webhook.pk)
    headers, body, _status = receiver.messages[0]
    assert names["receive"](secret, headers, body)["type"] == "collision.found"
    assert names["receive"](secret, headers, body + b" ") is None
    assert names["receive"](secret, {**headers, "webhook-id": "evt_other"}, body) is None


def test_it_names_every_type_and_no_other() -> None:
    table = TEXT[TEXT.index("| type |") : TEXT.index("**The number")]
    named = [word for word in re.findall(r"`([a-z_.]+)`", table) if "." in word]
    assert sorted(named) == sorted(TYPES)


def test_its_numbers_are_the_codes() -> None:
    assert settings.WEBHOOK_RETRY_SECONDS == (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
    assert settings.WEBHOOK_CONNECT_SECONDS + settings.WEBHOOK_READ_SECONDS == 10
    assert settings.WEBHOOK_RETRY_SECONDS[0] * deliveries.LONGEST_PAUSE == 120
    assert (settings.WEBHOOK_DISABLE_DAYS, settings.EVENT_DAYS, settings.LETTER_GIVE_UP_DAYS) == (5, 180, 3)
    assert timedelta(hours=24) == webhooks.BOTH_SECRETS
    assert letters.DAILY_HOUR == 8
    for said in ("five days", "180 days", "three days", "24 hours", "8:00", "two minutes", "within ten seconds"):
        assert said in FLAT, said
