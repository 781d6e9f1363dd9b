"""A circle with fewer than five ownership groups shows its collisions to no single member, by no door."""

import uuid

import pytest
import time_machine
from django.utils import timezone

from intel.models import Clue, Collision, Digest, Opinion, Submission
from intel.queries.clues import clues_for
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.handshakes import handshakes_for
from intel.queries.home import home_for
from intel.queries.retyped import retyped_for
from intel.queries.submissions import submission_for, submissions_for
from intel.services.quality import close_day
from kit.errors import NotFound
from members.models import Membership
from members.queries.circles import circles_for, closed_circles_for, wide_circles, wide_circles_for
from members.services.circles import join_circle, leave_circle
from notices.models import Event
from notices.services.fan_out import fan_out
from privacy.encoding import unb64
from tests.cast import Cast, actor, api_client, client_of, join, token_of
from tests.intel.clues import EPOCH, digest, file, row
from tests.intel.reading import everything

Hold = Digest.Hold


def shrink(cast: Cast) -> None:
    """Leave `cards` four ownership groups: North, South, Harbour and Mid."""
    for silent in (cast.east, cast.west):
        leave_circle(actor(cast.operator_system), cast.cards.ref, institution=silent.ref)


def collide(cast: Cast, value: str = "shared") -> None:
    for person in (cast.north_analyst, cast.south_analyst):
        file(actor(person), row(value), match=True)


def test_it_is_wide_from_five_ownership_groups_on(cast: Cast, settings):
    north = actor(cast.north_analyst)
    assert [circle.code for circle in wide_circles_for(north)] == ["cards"]
    assert wide_circles() == {cast.cards.pk}
    leave_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.east.ref)
    assert wide_circles() == {cast.cards.pk}  # five groups; Harbour's two institutions are one of them
    leave_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.west.ref)
    assert (wide_circles(), wide_circles_for(north), closed_circles_for(north)) == (set(), [], {cast.cards.pk})
    assert [circle.is_wide for circle in circles_for(north)] == [False]
    settings.SMALLEST_CIRCLE = 4
    assert (wide_circles(), closed_circles_for(north)) == ({cast.cards.pk, cast.loans.pk}, set())


def test_who_left_does_not_count(cast: Cast):
    Membership.objects.filter(circle=cast.cards, institution__in=[cast.east, cast.west]).update(left_at=timezone.now())
    join(cast.loans, cast.north)
    assert wide_circles() == {cast.loans.pk}


def test_no_query_shows_a_collision_of_it(cast: Cast):
    collide(cast)
    north, ref = actor(cast.north_lead), Collision.objects.get().ref
    assert collision_for(north, ref).collision.others
    shrink(cast)
    assert collisions_for(north).rows == []
    for look in (collision_for, handshakes_for):
        with pytest.raises(NotFound):
            look(north, ref)
    home = home_for(north, since=timezone.now().replace(year=2020))
    assert (home.waiting.found, home.waiting.all, home.trend, home.hot_kinds) == (0, 0, [], [])
    filed = Submission.objects.get(institution=cast.north)
    (clue,) = clues_for(north, submission=filed.ref).rows
    assert [one.collision for one in clue.sighted] == [None]
    found = retyped_for(north, kind="phone/1", digest=unb64(digest("shared"), "digest", 32), epoch=EPOCH)
    assert (list(found.collisions), [one.ref for one in found.clues]) == ([], [clue.ref])
    assert submission_for(north, filed.ref).collisions is None
    assert [one.collisions for one in submissions_for(north).rows] == [None]


def test_it_shows_them_again_as_soon_as_it_is_wide(cast: Cast):
    shrink(cast)
    collide(cast)
    north = actor(cast.north_analyst)
    assert collisions_for(north).rows == []
    join_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.outsider.ref)
    assert len(collisions_for(north).rows) == 1
    assert submissions_for(north).rows[0].collisions is not None


def test_nobody_is_told_of_it(cast: Cast):
    shrink(cast)
    collide(cast)
    assert Collision.objects.count() == 1
    assert not Event.objects.filter(type__startswith="collision.").exists()


def test_a_submission_says_nothing_of_a_circle_that_was_left(cast: Cast):
    collide(cast)
    Membership.objects.filter(circle=cast.cards, institution=cast.south).update(left_at=timezone.now())
    assert submissions_for(actor(cast.south_analyst)).rows[0].collisions is None
    assert submissions_for(actor(cast.north_analyst)).rows[0].collisions is not None


def test_a_page_says_which_circle_shows_nothing_and_not_whether_there_is_something(cast: Cast):
    shrink(cast)
    person = cast.north_analyst
    type(person).objects.filter(pk=person.pk).update(locale="en")
    browser = client_of(person)
    for path in ("/home", "/collisions"):
        assert "Cards: fewer ownership groups" in browser.get(path).content.decode()
    join(cast.cards, cast.outsider)
    for path in ("/home", "/collisions"):
        assert "fewer ownership groups" not in browser.get(path).content.decode()


@pytest.mark.parametrize(
    ("filed_by", "hold"),
    [("south_analyst", Hold.FREE), ("south_analyst", Hold.OVER_COMMON), ("harbour_bank_analyst", Hold.DELISTED)],
)
def test_all_that_is_read_is_the_same_with_and_without_a_collision(cast: Cast, filed_by: str, hold: int):
    """Not one byte of any page or answer depends on whether somebody else of the small circle filed the same."""
    shrink(cast)
    with time_machine.travel(timezone.now(), tick=False):
        file(actor(cast.north_lead), row("shared"), match=True)
        objects = {
            "submission": {"ref": Submission.objects.get().ref},
            "clue": {"ref": Clue.objects.get().ref},
            "collision": {"ref": uuid.uuid4()},
        }
        browser, system = client_of(cast.north_lead), api_client(token_of(cast.north))
        close_day()
        everything(browser, system, objects)  # what a first look leaves behind
        before = everything(browser, system, objects)
        file(actor(getattr(cast, filed_by)), row("shared"), match=True)
        assert Collision.objects.count() == 1
        Digest.objects.update(hold=hold, held_at=timezone.now(), held_until=timezone.now())
        Opinion.objects.create(
            digest=Digest.objects.get(), institution=cast.south, verdict="false", reason="No.", counts=True,
            given_by="user:x", given_at=timezone.now(),
        )  # fmt: skip
        close_day()
        fan_out(cast.north.pk)
        after = everything(browser, system, objects)
    assert len(before) > 20
    assert {url for url in before if before[url] != after[url]} == set()
