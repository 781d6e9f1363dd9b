"""What a party sees of a collision, page by page, and what nobody else sees."""

from datetime import timedelta

import pytest
from django.utils import timezone

from intel.models import Collision, Party
from intel.queries.clues import clue_for, clues_for
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.home import home_for
from intel.queries.jobs import jobs_for
from intel.queries.queue import Asked
from intel.queries.retyped import retyped_for
from kit.errors import Forbidden, Invalid, NotFound
from kit.paging import Cursor
from members.models import Membership
from privacy.encoding import unb64
from privacy.kinds import KINDS
from tests.cast import Cast, actor, join
from tests.intel.clues import EPOCH, digest, file, one, row


@pytest.fixture
def north(cast: Cast):
    return actor(cast.north_analyst)


@pytest.fixture
def south(cast: Cast):
    return actor(cast.south_analyst)


def collide(north, south, *values: str, **fields: object) -> None:
    file(north, *[row(value, **fields) for value in values], match=True)
    file(south, *[row(value, **fields) for value in values], match=True)


def walk(who, **filters: object) -> list[str]:
    refs, cursor = [], ""
    while True:
        page = collisions_for(who, Asked(**{"order": "newest", **filters}), cursor=cursor, limit=3)
        refs += [found.ref for found in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return refs


def test_pages_survive_equal_timestamps(north, south):
    collide(north, south, *[f"v{n}" for n in range(10)])
    assert Party.objects.values("joined_at").distinct().count() == 1
    refs = walk(north)
    assert len(refs) == len(set(refs)) == 10


def test_pages_survive_what_is_found_meanwhile(north, south):
    collide(north, south, *[f"v{n}" for n in range(6)])
    first = collisions_for(north, limit=3)
    collide(north, south, "new")
    rest = collisions_for(north, limit=50, cursor=first.next_cursor)
    refs = [found.ref for found in (*first.rows, *rest.rows)]
    old = Party.objects.filter(institution=north.institution).order_by("joined_at")[:6]
    # Within a day the order is drawn, so what is found meanwhile may lie on either side of the cursor.
    assert set(old.values_list("collision__ref", flat=True)) <= set(refs)
    assert len(refs) == len(set(refs))


def test_newest_come_first(north, south):
    collide(north, south, "old")
    Party.objects.update(joined_at=timezone.now() - timedelta(days=3))
    collide(north, south, "new")
    days = [found.found_on for found in collisions_for(north).rows]
    assert days == sorted(set(days), reverse=True)
    assert len(days) == 2


@pytest.mark.parametrize("cursor", ["x", "AAAA", "线索", "=" * 40, str(2**70)])
def test_a_cursor_that_is_not_one_is_refused(north, cursor):
    with pytest.raises(Invalid) as refused:
        collisions_for(north, cursor=cursor)
    assert refused.value.code == "invalid_cursor"


def test_a_cursor_reads_back(db):
    cursor = Cursor(timezone.now(), Party().id)
    assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_bounds(north, limit):
    with pytest.raises(Invalid):
        collisions_for(north, limit=limit)


def test_filters_narrow_the_list(cast, north, south):
    join(cast.loans, cast.north, cast.south)
    collide(north, south, "a")
    collide(north, south, "b", circle="loans", typology="impersonation")
    collide(north, south, "c", digests=[one("c", "qq/1")])
    everything = walk(north)
    assert len(everything) == 3
    assert len(walk(north, kind="qq/1")) == 1
    assert len(walk(north, circle="loans")) == 1
    assert walk(north, circle="loans") == walk(north, typology="impersonation")
    today = timezone.localdate()
    assert walk(north, since=today + timedelta(days=1)) == []
    assert len(walk(north, since=today)) == 3
    assert walk(north, kind="face/1") == walk(north, circle="none") == walk(north, typology="none") == []


def test_counts_of_others_are_cut_below_three(north, south):
    file(north, row("a"), row("a"), row("a", role="victim"), match=True)
    file(south, row("a"), row("a", role="victim"), match=True)
    (seen_by_south,), (seen_by_north,) = collisions_for(south).rows, collisions_for(north).rows
    assert (seen_by_south.clues, seen_by_south.others[0].clues) == (2, "3")
    assert (seen_by_north.clues, seen_by_north.others[0].clues) == (3, "<3")


def test_dates_of_others_are_months(north, south):
    collide(north, south, "a")
    (other,) = collisions_for(north).rows[0].others
    assert len(other.first_month) == len("2026-05")
    assert other.first_month == other.last_month


def test_detail_lists_own_clues_only(north, south):
    file(north, row("a", own_reference="N-1"), row("a", own_reference="N-2"), row("b"), match=True)
    file(south, row("a", own_reference="S-1"), match=True)
    detail = collision_for(north, Collision.objects.get().ref)
    assert {clue.own_reference for clue in detail.own_clues} == {"N-1", "N-2"}


def test_an_outsider_and_a_bystander_find_nothing(cast, north, south):
    collide(north, south, "a")
    ref = Collision.objects.get().ref
    for person in (cast.outsider_analyst, cast.harbour_bank_analyst):
        assert collisions_for(actor(person)).rows == []
        with pytest.raises(NotFound):
            collision_for(actor(person), ref)


def test_roles_without_the_right_are_refused(cast, north, south):
    collide(north, south, "a")
    for person in (cast.north_admin, cast.police_officer, cast.regulator_reader, cast.operator_system):
        with pytest.raises(Forbidden):
            collisions_for(actor(person))
        with pytest.raises(Forbidden):
            collision_for(actor(person), Collision.objects.get().ref)


def test_who_leaves_the_circle_sees_its_collisions_no_more(cast, north, south):
    collide(north, south, "a")
    ref = Collision.objects.get().ref
    Membership.objects.filter(circle=cast.cards, institution=cast.north).update(left_at=timezone.now())
    assert collisions_for(north).rows == []
    with pytest.raises(NotFound):
        collision_for(north, ref)
    assert collision_for(south, ref).collision.others[0].clues == "<3"


def test_who_left_the_circle_does_not_learn_what_its_clues_collide_with(cast, north, south):
    filed = file(north, row("a"), match=True)
    Membership.objects.filter(circle=cast.cards, institution=cast.north).update(left_at=timezone.now())
    file(south, row("a"), match=True)
    assert Collision.objects.count() == 1
    (clue,) = clues_for(north, submission=filed.reference).rows
    kind = KINDS["phone/1"]
    found = retyped_for(north, kind=kind.label, digest=unb64(digest("a"), "digest", 32), epoch=EPOCH)
    for seen in (clue, clue_for(north, clue.ref).clue, *found.clues):
        assert [(one.kind, one.collision) for one in seen.sighted] == [(kind, None)]
    assert list(found.collisions) == []


def test_a_page_costs_the_same_few_queries_however_long_it_is(north, south, django_assert_num_queries):
    collide(north, south, *[f"v{n}" for n in range(10)])
    for limit in (1, 10):
        with django_assert_num_queries(5):
            collisions_for(north, limit=limit)


def test_home_counts_what_the_lists_show(north, south):
    collide(north, south, "a", "b")
    file(north, row("later"), {})
    home = home_for(north, since=timezone.localdate())
    assert (home.waiting.found, home.waiting.all, home.matching, home.failed) == (2, 2, 1, 0)
    assert (home.submissions, home.accepted, home.rejected) == (2, 3, 1)
    assert [(point.typology, point.collisions) for point in home.trend] == [("anti_collection", 2)]
    assert [(kind.label, number) for kind, number in home.hot_kinds] == [("phone/1", 2)]
    assert home_for(north, since=timezone.localdate() + timedelta(days=1)).waiting.found == 0


def test_the_operator_sees_jobs_without_business(cast, north):
    receipt = file(north, row("a"))
    (job,) = jobs_for(actor(cast.operator_system))
    assert (job.ref, job.status, job.starts, job.attempts) == (receipt.reference, "matching", 0, 0)
    assert not hasattr(job, "institution")
    with pytest.raises(Forbidden):
        jobs_for(north)
