"""A case is told when a collision that it stands on dissolves, and nobody is told more than they could see."""

import pytest
from django.utils import translation

from audit.models import Entry
from cases.models import CaseCollision, TimelineEntry
from cases.queries.overview import items_of
from cases.queries.timeline import timeline_of
from cases.services.closing import close_case
from cases.services.dissolved import tell_dissolved
from cases.services.opening import add_collisions
from cases.timeline_words import lines
from intel.models import Clue, Collision
from intel.services.suspensions import suspend_clue
from intel.services.withdrawals import withdraw_clue
from kit.queue import sweep
from notices.models import Event
from tests.cases import Story, joint_case, remove
from tests.cast import Cast, actor
from tests.intel import clues
from tests.intel.parallel import together

KIND = "case.collision_dissolved"


def withdraw(cast: Cast) -> None:
    """South's only clue that stands goes, and with it the collision."""
    mine = Clue.objects.exclude(state="withdrawn").get(institution=cast.south)
    withdraw_clue(actor(cast.south_analyst), ref=mine.ref)
    assert not Collision.objects.exists()


def told(story: Story) -> int:
    return TimelineEntry.objects.filter(case=story.case, kind=KIND).count()


@pytest.mark.django_db
def test_all_who_take_part_are_told_in_the_platforms_name(cast: Cast) -> None:
    story = joint_case(cast)
    withdraw(cast)
    row, before = CaseCollision.objects.get(), Event.objects.count()
    assert row.untold_since is not None
    assert told(story) == 0
    tell_dissolved(row.pk)
    tell_dissolved(row.pk)
    entry = TimelineEntry.objects.get(kind=KIND)
    assert (entry.institution, entry.user, entry.subject, entry.facts) == (
        None,
        None,
        row.ref,
        {"indicator": "phone/1"},
    )
    told_now = list(Event.objects.order_by("pk").values_list("institution", "type", "subject", "facts"))[before:]
    assert sorted(told_now) == sorted(
        (one.pk, "case.changed", story.case.ref, {}) for one in (cast.north, cast.south, cast.police)
    )
    for user in (cast.north_analyst, cast.south_lead, cast.police_officer):
        with translation.override("en"):
            [line, *_rest] = lines(timeline_of(actor(user), story.case).rows)
        assert (line.who, line.is_own) == ("The platform", False)
        assert "a collision of the case dissolved: Phone number" in line.text
        # They read the same in the case itself.
        assert [(item.state, item.kind.label) for item in items_of(actor(user), story.case)] == [("", "phone/1")]


@pytest.mark.django_db
def test_several_that_dissolve_stand_each_in_the_timeline_and_give_one_notice(cast: Cast) -> None:
    story = joint_case(cast)
    for bank in (cast.north_analyst, cast.south_analyst):
        clues.file(actor(bank), clues.row("second"), match=True)
    second = Collision.objects.exclude(ref=story.collision).get()
    add_collisions(actor(cast.north_analyst), case=story.case.ref, collisions=[second.ref])
    for mine in Clue.objects.filter(institution=cast.south):
        withdraw_clue(actor(cast.south_analyst), ref=mine.ref)
    before = Event.objects.count()
    for row in CaseCollision.objects.all():
        tell_dissolved(row.pk)
    assert told(story) == 2
    told_now = list(Event.objects.order_by("pk").values_list("institution", flat=True))[before:]
    assert sorted(told_now) == sorted([cast.north.pk, cast.south.pk, cast.police.pk])


@pytest.mark.django_db
def test_nothing_names_who_withdrew(cast: Cast) -> None:
    story = joint_case(cast)
    withdraw(cast)
    tell_dissolved(CaseCollision.objects.get().pk)
    entry = Entry.objects.get(kind=KIND)
    assert (entry.actor, entry.institution, entry.facts) == ("system:cases", None, {"indicator": "phone/1"})
    assert entry.subject not in {str(story.case.ref), str(story.collision), str(CaseCollision.objects.get().ref)}


@pytest.mark.django_db
def test_one_that_a_suspension_dissolves_is_told_too(cast: Cast) -> None:
    story = joint_case(cast)
    mine = Clue.objects.get(institution=cast.north)
    suspend_clue(actor(cast.north_lead), ref=mine.ref, reason="The customer asked us to look again.")
    assert not Collision.objects.exists()
    tell_dissolved(CaseCollision.objects.get().pk)
    assert told(story) == 1


@pytest.mark.django_db
def test_one_that_stands_again_is_not_told_and_the_next_end_is(cast: Cast) -> None:
    story = joint_case(cast)
    withdraw(cast)
    clues.file(actor(cast.south_analyst), clues.row("shared"), match=True)
    tell_dissolved(CaseCollision.objects.get().pk)
    assert told(story) == 0
    withdraw(cast)
    tell_dissolved(CaseCollision.objects.get().pk)
    assert told(story) == 1


@pytest.mark.django_db
def test_who_was_removed_and_who_is_outside_hear_nothing(cast: Cast) -> None:
    story = joint_case(cast)
    withdraw(cast)
    remove(story.case, cast.south)
    before = Event.objects.count()
    tell_dissolved(CaseCollision.objects.get().pk)
    told_now = list(Event.objects.order_by("pk").values_list("institution", flat=True))[before:]
    assert sorted(told_now) == sorted([cast.north.pk, cast.police.pk])


@pytest.mark.django_db
def test_a_closed_case_is_told_nothing(cast: Cast) -> None:
    story = joint_case(cast)
    close_case(actor(cast.north_lead), case=story.case.ref, reason="no_grounds")
    withdraw(cast)
    assert CaseCollision.objects.get().untold_since is None
    assert told(story) == 0


@pytest.mark.django_db
def test_one_that_only_narrows_is_not_told(cast: Cast) -> None:
    story = joint_case(cast)
    clues.file(actor(cast.harbour_bank_analyst), clues.row("shared"), match=True)
    withdraw_clue(actor(cast.south_analyst), ref=Clue.objects.get(institution=cast.south).ref)
    assert Collision.objects.exists()
    assert CaseCollision.objects.get(case=story.case).untold_since is None


@pytest.mark.django_db
def test_a_lost_message_is_found_by_the_sweep(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    joint_case(cast)
    withdraw(cast)
    nudged: list[tuple[str, int]] = []
    monkeypatch.setattr("kit.queue._nudge", lambda task, pk, *_after: nudged.append((task, pk)))
    sweep()
    assert ("cases.tell_dissolved", CaseCollision.objects.get().pk) in nudged


@pytest.mark.django_db(transaction=True)
def test_it_is_told_once_while_others_change_the_case_and_file_and_withdraw(cast: Cast) -> None:
    story = joint_case(cast)
    clues.file(actor(cast.north_analyst), clues.row("second"), match=True)
    clues.file(actor(cast.south_analyst), clues.row("second"), match=True)
    second = Collision.objects.exclude(ref=story.collision).get().ref
    row = CaseCollision.objects.get()
    mine = Clue.objects.filter(institution=cast.south).order_by("pk")[0]
    # A case locks itself and then digests, a withdrawal digests alone: neither waits for the other in a circle.
    together(
        [
            lambda: withdraw_clue(actor(cast.south_analyst), ref=mine.ref),
            lambda: add_collisions(actor(cast.north_analyst), case=story.case.ref, collisions=[second]),
            lambda: tell_dissolved(row.pk),
        ]
    )
    together([lambda: tell_dissolved(row.pk)] * 4)
    assert told(story) == 1
    assert CaseCollision.objects.get(pk=row.pk).untold_since is None
