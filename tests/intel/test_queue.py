"""The queue's filters, orders and pages, and that no answer ties collisions together by the moment they were found."""

from datetime import timedelta

import pytest
from django.utils import timezone

from intel.models import Collision, Party
from intel.queries import queue
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.queue import Asked, circles_shown, waiting_for
from kit.actor import Actor
from kit.errors import Invalid
from privacy.kinds import BY_NUMBER
from tests.cast import Cast, actor
from tests.intel.clues import file, one, row

NUMBER = 8


@pytest.fixture
def north(cast: Cast) -> Actor:
    return actor(cast.north_analyst)


@pytest.fixture
def ours(cast: Cast, north: Actor):
    """North's parties of NUMBER collisions, with scores 0, 10, … points."""
    for who in (north, actor(cast.south_analyst)):
        file(who, *[row(f"v{n}") for n in range(NUMBER)], match=True)
    found = list(Party.objects.filter(institution=cast.north).order_by("pk"))
    for place, party in enumerate(found):
        Party.objects.filter(pk=party.pk).update(score=place * 1000)
    return found


def change(party: Party, **fields: object) -> None:
    Party.objects.filter(pk=party.pk).update(**fields)


def walk(who: Actor, limit: int = 3, **asked: object):
    rows, cursor = [], ""
    while True:
        page = collisions_for(who, Asked(**asked), cursor=cursor, limit=limit)
        rows += page.rows
        cursor = page.next_cursor
        if not cursor:
            return rows


def count(who: Actor, **asked: object) -> int:
    page = collisions_for(who, Asked(**asked), limit=1, counted=True)
    assert page.count == len(walk(who, **asked))
    return page.count


def test_the_highest_score_comes_first(north, ours):
    rows = walk(north)
    assert [row.points for row in rows] == sorted((row.points for row in rows), reverse=True)
    assert len({row.ref for row in rows}) == NUMBER


@pytest.mark.parametrize("order", ["score", "newest", "due"])
def test_equal_keys_neither_repeat_nor_lose_a_row(north, ours, order):
    Party.objects.update(score=5000, joined_at=timezone.now(), due_at=timezone.now())
    rows = walk(north, order=order)
    assert len(rows) == len({row.ref for row in rows}) == NUMBER


def test_first_due_comes_first_and_only_what_waits(north, ours):
    for place, party in enumerate(ours):
        change(party, due_at=timezone.now() + timedelta(days=NUMBER - place))
    change(ours[0], status="accepted")
    change(ours[1], due_at=None)
    rows = walk(north, order="due")
    assert [row.due_on for row in rows[:-1]] == sorted(row.due_on for row in rows[:-1])
    assert (rows[-1].due_on, len(rows)) == (None, NUMBER - 1)


def test_filters_narrow_the_queue(cast, north, ours):
    now = timezone.now()
    change(ours[0], status="accepted", assignee=cast.north_lead)
    change(ours[1], status="rejected")
    change(ours[2], status="snoozed", snoozed_until=now)
    change(ours[3], state="quarantined", due_at=now - timedelta(days=2))
    change(ours[4], due_at=now, assignee=cast.north_analyst)
    change(ours[5], due_at=now + timedelta(days=3), joined_at=now - timedelta(days=30))
    Party.objects.filter(pk__in=[party.pk for party in ours[6:]]).update(due_at=now + timedelta(days=30))
    assert [count(north, status=status) for status in ("new", "accepted", "rejected", "snoozed", "")] == [5, 1, 1, 1, 8]
    assert [count(north, state=state) for state in ("quarantined", "open", "closed")] == [1, 7, 0]
    assert [count(north, assigned=whom) for whom in ("me", "nobody", str(cast.north_lead.ref), "x")] == [1, 6, 1, 0]
    assert [count(north, due=due) for due in ("overdue", "today", "week")] == [1, 1, 2]
    assert [count(north, due=due, order="due") for due in ("overdue", "today", "week")] == [1, 1, 2]
    assert [count(north, least=least) for least in (0, 40, 70)] == [8, 4, 1]
    assert [count(north, least=40, order=order) for order in ("newest", "due")] == [4, 4]
    assert count(north, since=timezone.localdate()) == 7
    assert count(north, status="new", since=timezone.localdate(), order="newest") == 4
    assert (count(north, kind="phone/1"), count(north, kind="qq/1"), count(north, kind="x")) == (8, 0, 0)
    assert (count(north, circle="cards"), count(north, circle="loans")) == (8, 0)
    assert (count(north, typology="anti_collection"), count(north, typology="x")) == (8, 0)
    assert count(north, status="new", state="quarantined", due="overdue", least=30, circle="cards") == 1


def test_a_walk_that_finds_little_ends_and_goes_on_from_there(north, ours, monkeypatch):
    monkeypatch.setattr(queue, "LOOK", 3)
    change(ours[0], kind=9)
    first = collisions_for(north, Asked(kind="qq/1"), limit=2, counted=True)
    assert (first.rows, first.count, first.looked) == ([], 0, True)
    assert first.next_cursor
    assert [row.ref for row in walk(north, kind=BY_NUMBER[9].label)] == [ours[0].collision.ref]
    assert len(walk(north, kind="phone/1", limit=2)) == NUMBER - 1


def test_counts_stop(north, ours, monkeypatch):
    monkeypatch.setattr(queue, "MOST", 5)
    page = collisions_for(north, Asked(), limit=2, counted=True)
    assert (page.count, len(page.rows)) == (5, 2)
    assert collisions_for(north, Asked(), limit=2, cursor=page.next_cursor, counted=True).count == 5


@pytest.mark.parametrize("order", ["score", "newest", "due"])
@pytest.mark.parametrize("cursor", ["x", "AAAA", "线索", "/" * 32, "_" * 32, "=" * 40])
def test_a_cursor_that_is_not_one_is_refused(north, ours, order, cursor):
    with pytest.raises(Invalid):
        collisions_for(north, Asked(order=order), cursor=cursor)


def test_an_order_that_is_not_one_is_refused(north):
    with pytest.raises(Invalid):
        collisions_for(north, Asked(order="random"))


def test_found_is_a_day_and_the_order_within_a_day_is_drawn(cast, north, ours):
    """Collisions of one upload share the moment: neither a time, nor an order, nor a cursor may say which do."""
    now = timezone.now()
    for place, party in enumerate(ours):
        change(party, joined_at=now + timedelta(microseconds=place))
    rows = walk(north, order="newest")
    keys = {party.collision.ref: party.pk for party in Party.objects.filter(institution=cast.north)}
    assert [keys[row.ref] for row in rows] == sorted(keys.values(), reverse=True)
    assert {row.found_on for row in rows} == {timezone.localdate(now)}
    assert not any(hasattr(found, "joined_at") for found in rows)
    first = collisions_for(north, Asked(order="newest"), limit=1).next_cursor
    change(ours[0], joined_at=now.replace(hour=now.hour, minute=(now.minute + 1) % 60))
    assert collisions_for(north, Asked(order="newest"), limit=1).next_cursor == first


def test_why_counts_kinds_institutions_and_proof(cast, north):
    for who in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst):
        file(actor(who), row(digests=[one("w"), one("w", "qq/1")]), match=True)
    found = collisions_for(north).rows[0]
    assert found.why is not None
    assert {kind.label for kind in found.why.kinds} == {"phone/1", "qq/1"}
    assert (found.why.proof, found.why.is_victim, len(found.others)) == ("reasonable", False, 2)
    assert found.score > 0
    assert found.due_on is not None


def test_the_numbers_of_the_home_page_are_those_of_lists(cast, north, ours):
    now = timezone.now()
    Party.objects.update(due_at=now + timedelta(days=9))
    change(ours[0], due_at=now - timedelta(days=2), assignee=cast.north_analyst)
    change(ours[1], due_at=now)
    change(ours[2], due_at=now, status="accepted", assignee=cast.north_analyst)
    waiting = waiting_for(north, circles_shown(north), since=timezone.localdate())
    assert (waiting.found, waiting.all) == (NUMBER, NUMBER)
    assert (waiting.to_triage, waiting.assigned, waiting.due_today, waiting.overdue) == (7, 1, 1, 1)


def test_an_outsider_has_an_empty_queue(cast, ours):
    for who in (cast.outsider_analyst, cast.harbour_leasing_analyst):
        assert count(actor(who)) == 0


def test_a_row_and_its_page_say_the_same(north, ours):
    row = collisions_for(north, limit=1).rows[0]
    assert collision_for(north, row.ref).collision == row
    assert Collision.objects.get(ref=row.ref).state == row.state
