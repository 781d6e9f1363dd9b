"""Publishing and reading events: in order, without gaps, once."""

import threading
import time
import uuid

import pytest
from django.db import connection, transaction

from members.models import Institution
from notices.models import Event, EventCounter
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out, pending_institutions
from notices.services.reading import read_events
from tests import cast as people
from tests.cast import Cast
from tests.notices.world import happen


def test_they_are_numbered_in_the_order_in_which_they_were_published(cast: Cast) -> None:
    subjects = [uuid.uuid4() for _ in range(5)]
    publish([NewEvent(cast.north.pk, "collision.found", subject) for subject in subjects])
    fan_out(cast.north.pk)
    rows = Event.objects.filter(institution=cast.north).order_by("sequence").values_list("sequence", "subject")
    assert list(rows) == list(enumerate(subjects, start=1))


def test_an_unknown_type_is_refused(cast: Cast) -> None:
    with pytest.raises(KeyError):
        publish([NewEvent(cast.north.pk, "collision.invented", uuid.uuid4())])


def test_ten_thousand_are_published_in_one_statement(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    facts = {"kind": "phone/1", "typologies": ["other"], "score": 4200, "clues": [str(uuid.uuid4())]}
    events = [NewEvent(cast.north.pk, "collision.found", uuid.uuid4(), cast.cards.pk, facts) for _ in range(10_000)]
    with django_assert_num_queries(1):
        publish(events)
    fan_out(cast.north.pk)
    assert EventCounter.objects.get(institution=cast.north).last == 10_000


def test_each_institution_counts_for_itself(cast: Cast) -> None:
    happen(cast.north, "collision.found", "collision.widened")
    (event,) = happen(cast.south, "collision.found")
    assert event.sequence == 1


def test_what_is_rolled_back_never_happened(cast: Cast) -> None:
    with transaction.atomic():
        publish([NewEvent(cast.north.pk, "collision.found", uuid.uuid4())])
        transaction.set_rollback(True)
    fan_out(cast.north.pk)
    assert not Event.objects.exists()


def test_a_lost_nudge_is_found_by_the_sweep(cast: Cast) -> None:
    publish([NewEvent(cast.north.pk, "collision.found", uuid.uuid4())])
    assert pending_institutions() == []
    Event.objects.update(created_at="2026-01-01T00:00Z")
    assert pending_institutions() == [cast.north.pk]


def test_reading_numbers_what_no_worker_has_numbered(cast: Cast) -> None:
    publish([NewEvent(cast.north.pk, "collision.found", uuid.uuid4())])
    page = read_events(people.system_of(cast.north), cursor="", limit=10)
    assert [event.sequence for event in page.rows] == [1]


def test_a_reader_goes_on_from_its_cursor(cast: Cast) -> None:
    happen(cast.north, *["collision.found"] * 5)
    system = people.system_of(cast.north)
    first = read_events(system, cursor="", limit=3)
    second = read_events(system, cursor=first.next_cursor, limit=3)
    assert [[event.sequence for event in page.rows] for page in (first, second)] == [[1, 2, 3], [4, 5]]
    assert (first.has_more, second.has_more) == (True, False)
    assert read_events(system, cursor=second.next_cursor, limit=3).next_cursor == "5"


def test_another_institution_reads_nothing_of_it(cast: Cast) -> None:
    happen(cast.north)
    assert read_events(people.system_of(cast.outsider), cursor="", limit=10).rows == []


def test_the_api_shows_references_only(cast: Cast) -> None:
    (event,) = happen(cast.north, circle=cast.cards.pk, kind="phone/1", score=9000)
    answer = people.api_client(people.token_of(cast.north, ["events"])).get("/api/v1/events?wait=0")
    assert answer.json() == {
        "results": [
            {
                "event": str(event.ref),
                "sequence": 1,
                "type": "collision.found",
                "timestamp": answer.json()["results"][0]["timestamp"],
                "subject": str(event.subject),
                "href": f"http://localhost:8000/api/v1/collisions/{event.subject}",
            }
        ],
        "next_cursor": "1",
        "has_more": False,
    }


@pytest.mark.parametrize("query", ["cursor=-1", "cursor=x", "cursor=" + "9" * 30, "limit=0", "limit=x", "wait=²"])
def test_a_question_that_is_none_is_refused(cast: Cast, query: str) -> None:
    assert people.api_client(people.token_of(cast.north)).get(f"/api/v1/events?{query}").status_code == 400


def test_a_circle_that_was_left_takes_its_events_along(cast: Cast) -> None:
    happen(cast.north, "collision.found", "collision.widened", circle=cast.cards.pk)
    happen(cast.north, "quality.banded")
    cast.cards.memberships.filter(institution=cast.north).update(left_at="2026-01-01T00:00Z")
    page = read_events(people.system_of(cast.north), cursor="", limit=10)
    assert [event.type for event in page.rows] == ["quality.banded"]


@pytest.mark.django_db(transaction=True)
def test_a_cursor_never_misses_a_late_commit() -> None:
    """Publishers that commit late and out of order, two workers, a reader that goes on from number to number."""
    group = people.institution("Racing Bank", "竞速银行")
    seen, done = [], threading.Event()
    threads = [
        *(threading.Thread(target=_publish_slowly, args=(group, number)) for number in range(4)),
        *(threading.Thread(target=_work, args=(group, done)) for _ in range(2)),
    ]
    for thread in threads:
        thread.start()
    cursor, until = "", time.monotonic() + 60
    system = people.system_of(group)
    while len(seen) < 4 * 10 * 3 and time.monotonic() < until:
        page = read_events(system, cursor=cursor, limit=7)
        seen += [event.subject for event in page.rows]
        cursor = page.next_cursor
    done.set()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == Event.objects.count() == 4 * 10 * 3
    numbers = list(Event.objects.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def _publish_slowly(institution: Institution, number: int) -> None:
    for turn in range(10):
        with transaction.atomic():
            publish([NewEvent(institution.pk, "collision.found", uuid.uuid4()) for _ in range(3)])
            time.sleep(0.002 * ((turn * 7 + number * 3) % 5))
    connection.close()


def _work(institution: Institution, done: threading.Event) -> None:
    while not done.is_set():
        fan_out(institution.pk)
        time.sleep(0.003)
    connection.close()
