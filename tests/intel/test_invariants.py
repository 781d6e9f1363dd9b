"""check_invariants sees what is broken, and only that."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from intel.models import Clue, Collision, Party, Sighting, Submission
from intel.services.invariants import violations
from intel.services.withdrawals import withdraw_clue
from tests.cast import Cast, actor
from tests.intel.clues import file, past_the_triggers, row


@pytest.fixture(autouse=True)
def _history(cast: Cast) -> None:
    """A little of everything: a collision, a dissolved one, a bad row, a repetition, one that waits."""
    north, south = actor(cast.north_analyst), actor(cast.south_analyst)
    file(north, row("a"), row("b"), {}, match=True)
    file(south, row("a", "b"), match=True)
    file(actor(cast.harbour_bank_analyst), row("b"), match=True)
    withdraw_clue(north, ref=Clue.objects.filter(institution=cast.north).order_by("pk").first().ref)
    file(south, row("a", "b"), match=True)
    file(north, row("a"))


def broken() -> set[str]:
    return {violation.promise[0] for violation in violations(pending_limit=timedelta(seconds=60))}


def test_a_sound_database_is_sound():
    assert violations(pending_limit=timedelta(seconds=60)) == []
    call_command("check_invariants")


def test_a_lost_submission_is_seen():
    Entry.objects.create(actor="x", kind="submission.received", subject="lost")
    assert broken() == {"a"}


def test_a_missing_collision_is_seen():
    Party.objects.all().delete()
    Collision.objects.all().delete()
    assert "b" in broken()


def test_a_wrong_count_of_a_party_is_seen():
    Party.objects.update(clues=7)
    assert broken() == {"b"}


def test_a_false_collision_is_seen():
    Sighting.objects.all().delete()
    assert "b" in broken()


def test_a_submission_that_waits_too_long_is_seen():
    assert {v.promise[0] for v in violations(pending_limit=timedelta(seconds=-1))} == {"c"}


def test_a_change_without_an_entry_is_seen():
    with past_the_triggers():
        Clue.objects.filter(withdrawn_at__isnull=False).update(withdrawn_at=None, state="filed")
    assert "d" in broken()


def test_a_wrong_number_is_seen():
    Submission.objects.update(accepted=9)
    assert broken() == {"e"}
    with pytest.raises(CommandError):
        call_command("check_invariants")


@pytest.mark.parametrize(("kind", "subject"), [("collision.found", "more"), ("collision.dissolved", "more")])
def test_a_collision_recorded_and_not_there_is_seen(kind: str, subject: str) -> None:
    assert broken() <= {"c"}
    Entry.objects.create(actor="x", kind=kind, subject=subject)
    assert "d" in broken()


def test_a_collision_without_its_entry_is_seen(cast: Cast) -> None:
    collision = Collision.objects.first()
    assert collision is not None
    collision.ref = "2fb4c4a7-2475-4792-8989-9297655fe2a8"
    with past_the_triggers():
        collision.save(update_fields=["ref"])
    assert "d" in broken()
