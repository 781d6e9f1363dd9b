"""Opinions: who may give one, which counts, and what it moves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Opinion, Party
from intel.queries.opinions import opinions_for
from intel.services.invariants import violations
from intel.services.opinions import give_opinion, withdraw_opinion
from intel.services.withdrawals import withdraw_clue
from kit.actor import Actor
from kit.errors import Forbidden, Invalid, NotFound
from notices.models import Event
from tests.cast import Cast, actor, system_of
from tests.intel.clues import file, row


@pytest.fixture
def north(cast: Cast) -> Actor:
    return actor(cast.north_analyst)


@pytest.fixture
def south(cast: Cast) -> Actor:
    return actor(cast.south_analyst)


@pytest.fixture
def collision(north: Actor, south: Actor) -> Collision:
    file(north, row("a"), match=True)
    file(south, row("a"), match=True)
    return Collision.objects.get()


def say(who: Actor, collision: Collision, verdict: str, reason: str = "seen in our own case") -> None:
    give_opinion(who, ref=collision.ref, verdict=verdict, reason=reason)


def score(collision: Collision) -> int:
    collision.refresh_from_db()
    return collision.score


def test_a_confirmation_raises_the_score_and_a_false_lowers_it(
    north: Actor, south: Actor, collision: Collision
) -> None:
    before = score(collision)
    say(north, collision, "confirmed")
    confirmed = score(collision)
    assert confirmed > before
    say(north, collision, "false")
    assert score(collision) < before
    withdraw_opinion(north, ref=collision.ref)
    assert score(collision) == before
    assert set(Party.objects.values_list("score", flat=True)) == {before}


def test_a_dispute_marks_the_collision_until_it_is_taken_back(north: Actor, south: Actor, collision: Collision) -> None:
    say(north, collision, "disputed")
    say(south, collision, "disputed")
    assert set(Party.objects.values_list("state", flat=True)) == {"disputed"}
    withdraw_opinion(north, ref=collision.ref)
    assert Collision.objects.get().state == "disputed"
    say(south, collision, "outdated")
    assert set(Party.objects.values_list("state", flat=True)) == {"open"}
    kinds = Entry.objects.filter(kind__in=["collision.disputed", "collision.settled"]).order_by("pk")
    assert [entry.kind for entry in kinds] == ["collision.disputed", "collision.settled"]


def test_a_dispute_leaves_with_the_party_and_comes_back_with_it(
    cast: Cast, north: Actor, south: Actor, collision: Collision
) -> None:
    third = actor(cast.harbour_bank_analyst)
    file(third, row("a"), match=True)
    say(third, collision, "disputed")
    withdraw_clue(third, ref=Clue.objects.get(institution=cast.harbour_bank).ref)
    assert Collision.objects.get().state == "open"
    file(third, row("a", typology="impersonation"), match=True)
    assert Collision.objects.get().state == "disputed"


def test_an_echo_does_not_count(cast: Cast, north: Actor, collision: Collision) -> None:
    third = actor(cast.harbour_bank_analyst)
    file(third, row("a"), match=True)
    before = score(collision)
    say(third, collision, "confirmed")
    assert Opinion.objects.get().counts is False
    assert score(collision) == before
    assert opinions_for(third, collision.ref).own.counts is False
    say(north, collision, "confirmed")
    assert Opinion.objects.get(institution=cast.north).counts is True


def test_filing_again_after_the_disclosure_is_an_echo_too(
    cast: Cast, north: Actor, south: Actor, collision: Collision
) -> None:
    withdraw_clue(north, ref=Clue.objects.get(institution=cast.north).ref)
    assert not Collision.objects.exists()
    file(north, row("a", proof="suspicion"), match=True)
    again = Collision.objects.get()
    assert again.found_at > Digest.objects.get().disclosed_at
    say(north, again, "confirmed")
    assert Opinion.objects.get().counts is False
    say(south, again, "confirmed")
    assert Opinion.objects.get(institution=cast.south).counts is True


def test_evidence_after_the_disclosure_does_not_count(cast: Cast, north: Actor, south: Actor) -> None:
    file(north, row("a"), match=True)
    file(south, row("a"), match=True)
    collision = Collision.objects.get()
    Clue.objects.filter(institution=cast.south).update(observed_at=timezone.now(), filed_at=timezone.now())
    say(south, collision, "confirmed")
    assert Opinion.objects.get().counts is False


def test_one_ownership_group_confirms_once(cast: Cast, north: Actor) -> None:
    file(actor(cast.harbour_bank_analyst), row("a"))
    file(actor(cast.harbour_leasing_analyst), row("a", typology="impersonation"))
    file(north, row("a"), match=True)
    collision = Collision.objects.get()
    say(actor(cast.harbour_bank_analyst), collision, "confirmed")
    once = score(collision)
    say(actor(cast.harbour_leasing_analyst), collision, "confirmed")
    assert score(collision) == once


def test_two_independent_calls_of_false_delist(cast: Cast, north: Actor, south: Actor, collision: Collision) -> None:
    say(north, collision, "false")
    assert Collision.objects.exists()
    say(south, collision, "false", "the courier's own line")
    assert not Collision.objects.exists()
    assert Digest.objects.get().hold == Digest.Hold.DELISTED
    assert Entry.objects.filter(kind="digest.delisted").count() == 1


def test_two_of_one_owner_do_not_delist(cast: Cast, north: Actor) -> None:
    file(actor(cast.harbour_bank_analyst), row("a"))
    file(actor(cast.harbour_leasing_analyst), row("a", typology="impersonation"))
    file(north, row("a"), match=True)
    collision = Collision.objects.get()
    say(actor(cast.harbour_bank_analyst), collision, "false")
    say(actor(cast.harbour_leasing_analyst), collision, "false")
    assert Collision.objects.exists()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "x" * 501,
        "call 13812345678",
        "North Bank told us",
        "n o r t h-bank",
        "Ｎｏｒｔｈ\u200bＢａｎｋ",
        "a\x00b",
        "a\x1bb",
        "据南原银行称",
        "  ",
    ],
)
def test_a_reason_is_short_and_gives_nobody_away(north: Actor, collision: Collision, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        say(north, collision, "confirmed", reason)
    assert "reason" in refused.value.extras["errors"]
    assert not Opinion.objects.exists()


def test_only_a_party_has_a_say(cast: Cast, north: Actor, collision: Collision) -> None:
    for nobody in (actor(cast.outsider_analyst), actor(cast.harbour_bank_analyst)):
        for act in (give_opinion, withdraw_opinion):
            fields = {"verdict": "false", "reason": "no"} if act is give_opinion else {}
            with pytest.raises(NotFound):
                act(nobody, ref=collision.ref, **fields)
        with pytest.raises(NotFound):
            opinions_for(nobody, collision.ref)
    for nobody in (actor(cast.north_admin), system_of(cast.north, ["collisions"])):
        with pytest.raises(Forbidden):
            say(nobody, collision, "false")


def test_a_circle_that_is_too_small_has_no_opinions(north: Actor, collision: Collision, settings: object) -> None:
    settings.SMALLEST_CIRCLE = 50  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        say(north, collision, "confirmed")


def test_the_others_see_a_label_a_day_and_the_reason(
    cast: Cast, north: Actor, south: Actor, collision: Collision
) -> None:
    say(north, collision, "disputed", "a lawful agent")
    shown = opinions_for(south, collision.ref)
    (one,) = shown.others
    label = Party.objects.get(institution=cast.north).label
    assert (one.label, one.verdict, one.reason) == ("AB"[label - 1], "disputed", "a lawful agent")
    assert one.given_on == timezone.localdate()
    assert shown.own is None
    assert shown.may_give
    (told,) = Event.objects.filter(type="opinion.given")
    assert (told.institution_id, told.subject) == (cast.south.pk, collision.ref)


def test_the_same_opinion_twice_is_one_act(north: Actor, collision: Collision) -> None:
    say(north, collision, "confirmed")
    say(north, collision, "confirmed")
    say(north, collision, "outdated")
    withdraw_opinion(north, ref=collision.ref)
    withdraw_opinion(north, ref=collision.ref)
    kinds = Entry.objects.filter(kind__startswith="opinion.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["opinion.given", "opinion.changed", "opinion.withdrawn"]
    assert Event.objects.filter(type="opinion.given").count() == 2


def test_everything_still_agrees(north: Actor, south: Actor, collision: Collision) -> None:
    say(north, collision, "disputed")
    say(south, collision, "outdated")
    assert violations(pending_limit=timedelta(seconds=60)) == []
