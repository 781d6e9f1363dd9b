"""Events are forgotten after their time with what was told of them, and the numbers go on."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from notices.models import Delivery, Event, Notice
from notices.services.reading import read_events
from notices.services.retention import forget_events
from tests import cast as people
from tests.cast import Cast
from tests.notices.world import happen, webhook_to


def test_old_events_go_with_their_notices_and_deliveries(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    webhook_to(cast.north_admin, "http://127.0.0.1:9/")
    happen(cast.north, *["collision.found"] * 4)
    Event.objects.filter(sequence__lte=3).update(created_at=timezone.now() - timedelta(days=settings.EVENT_DAYS + 1))
    assert forget_events() == 3
    assert (Event.objects.count(), Delivery.objects.count()) == (1, 1)
    assert Notice.objects.filter(user=cast.north_analyst).count() == 1
    assert forget_events() == 0


def test_the_newest_stays_and_the_numbers_go_on(cast: Cast, settings: Any) -> None:
    happen(cast.north, "collision.found", "collision.found")
    Event.objects.update(created_at=timezone.now() - timedelta(days=settings.EVENT_DAYS + 1))
    assert forget_events() == 1
    (event,) = happen(cast.north)
    assert event.sequence == 3
    page = read_events(people.system_of(cast.north), cursor="1", limit=10)
    assert [event.sequence for event in page.rows] == [2, 3]
