"""The end of a clue: expired when all it names is over, erased after a grace, and renewed by nothing but a new clue."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Sighting
from intel.services.expiry import erase_expired, expire_clues
from intel.services.invariants import violations
from intel.services.opinions import give_opinion
from intel.services.suspensions import resume_clue, suspend_clue
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, NotFound
from tests.cast import Cast, actor
from tests.intel.clues import file, one, row


def days_ago(days: float) -> str:
    return (timezone.now() - timedelta(days=days)).isoformat()


def states() -> list[str]:
    return list(Clue.objects.order_by("pk").values_list("state", flat=True))


def sound() -> bool:
    return violations(pending_limit=timedelta(seconds=60)) == []


def test_a_clue_expires_with_the_longest_lived_of_its_values(cast: Cast) -> None:
    ids = [one("a"), one("x", "cnid/1")]
    file(
        actor(cast.north_analyst),
        row("a", observed_at=days_ago(179)),
        row("b", observed_at=days_ago(181)),
        row("c", observed_at=days_ago(181), digests=ids),
        row("d", observed_at=days_ago(731), digests=[one("y", "cnid/1")]),
        match=True,
    )
    assert expire_clues() == 2
    assert states() == ["filed", "expired", "filed", "expired"]
    assert expire_clues() == 0
    assert Entry.objects.filter(kind="clue.expired").count() == 2
    assert sound()


def test_its_collision_ends_with_it(cast: Cast) -> None:
    file(actor(cast.north_analyst), row("a", observed_at=days_ago(181)), match=True)
    file(actor(cast.south_analyst), row("a"), match=True)
    assert Collision.objects.exists()
    expire_clues()
    assert not Collision.objects.exists()
    # The same content again is no new evidence; a new observation is.
    file(actor(cast.north_analyst), row("a", observed_at=days_ago(1)), match=True)
    assert Collision.objects.exists()
    assert sound()


def test_all_others_calling_it_outdated_halves_its_life(cast: Cast) -> None:
    north, south, third = (actor(who) for who in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst))
    file(north, row("a", observed_at=days_ago(100)), match=True)
    file(south, row("a", observed_at=days_ago(10)), match=True)
    file(third, row("a", observed_at=days_ago(10)), match=True)
    ref = Collision.objects.get().ref
    give_opinion(south, ref=ref, verdict="outdated", reason="the number was given out again")
    assert expire_clues() == 0
    give_opinion(third, ref=ref, verdict="outdated", reason="somebody else answers")
    assert expire_clues() == 1
    assert Clue.objects.get(institution=cast.north).state == "expired"


def test_what_it_named_is_erased_after_the_grace(cast: Cast) -> None:
    file(actor(cast.north_analyst), row("a", "b", observed_at=days_ago(181)), match=True)
    file(actor(cast.south_analyst), row("b"), match=True)
    expire_clues()
    assert erase_expired() == 0
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        assert erase_expired() == 1
        assert erase_expired() == 0
    assert (Sighting.objects.count(), Digest.objects.count()) == (1, 1)
    assert Entry.objects.filter(kind="clue.erased").count() == 1
    withdraw_clue(actor(cast.north_analyst), ref=Clue.objects.get(institution=cast.north).ref)
    assert sound()


def test_a_suspended_clue_matches_nothing_until_it_is_resumed(cast: Cast) -> None:
    north, lead = actor(cast.north_analyst), actor(cast.north_lead)
    file(north, row("a"), match=True)
    file(actor(cast.south_analyst), row("a"), match=True)
    ref = Clue.objects.get(institution=cast.north).ref
    for nobody, refusal in ((north, Forbidden), (actor(cast.south_lead), NotFound)):
        with pytest.raises(refusal):
            suspend_clue(nobody, ref=ref, reason="under review")
    suspend_clue(lead, ref=ref, reason="under review")
    suspend_clue(lead, ref=ref, reason="under review")
    assert not Collision.objects.exists()
    assert sound()
    resume_clue(lead, ref=ref)
    resume_clue(lead, ref=ref)
    assert Collision.objects.exists()
    assert sound()
    withdraw_clue(north, ref=ref)
    with pytest.raises(Conflict):
        suspend_clue(lead, ref=ref, reason="too late")
    kinds = Entry.objects.filter(kind__in=["clue.suspended", "clue.resumed"]).values_list("kind", flat=True)
    assert sorted(kinds) == ["clue.resumed", "clue.suspended"]
