"""Who leaves a circle takes its clues out of matching, and brings them back when it joins again."""

from datetime import timedelta

import pytest

from audit.models import Entry
from intel.models import Clue, Collision
from intel.queries.collisions import collisions_for
from intel.services.invariants import violations
from intel.services.leaving import TASK, follow_memberships
from intel.services.suspensions import resume_clue, suspend_clue
from kit.errors import Conflict
from members.services.circles import join_circle, leave_circle
from tests.cast import Cast, actor
from tests.intel.clues import file, row


@pytest.fixture
def filed(cast: Cast) -> Cast:
    for who in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst):
        file(actor(who), row("a"), row("b"), match=True)
    return cast


def leave(cast: Cast) -> None:
    leave_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.north.ref)


def states(cast: Cast) -> set[str]:
    return set(Clue.objects.filter(institution=cast.north).values_list("state", flat=True))


def parties() -> list[int]:
    return sorted(collision.parties.count() for collision in Collision.objects.all())


def test_the_clues_of_who_left_corroborate_nobody(filed: Cast):
    leave(filed)
    assert follow_memberships(filed.cards.pk) == 2
    assert (states(filed), parties()) == ({"suspended"}, [2, 2])
    leave_circle(actor(filed.operator_system), filed.cards.ref, institution=filed.south.ref)
    follow_memberships()
    assert not Collision.objects.exists()
    assert {one.promise for one in violations(pending_limit=timedelta(hours=1))} == set()


def test_what_is_filed_afterwards_meets_nothing_of_theirs(cast: Cast):
    file(actor(cast.north_analyst), row("a"), match=True)
    leave(cast)
    follow_memberships(cast.cards.pk)
    file(actor(cast.south_analyst), row("a"), match=True)
    assert not Collision.objects.exists()


def test_who_joins_again_is_back_with_all_it_filed(filed: Cast):
    leave(filed)
    follow_memberships(filed.cards.pk)
    join_circle(actor(filed.operator_system), filed.cards.ref, institution=filed.north.ref)
    assert follow_memberships(filed.cards.pk) == 2
    assert (states(filed), parties()) == ({"filed"}, [3, 3])
    assert len(collisions_for(actor(filed.north_analyst)).rows) == 2
    assert {one.promise for one in violations(pending_limit=timedelta(hours=1))} == set()


def test_what_its_own_lead_suspended_stays_so(filed: Cast):
    mine = Clue.objects.filter(institution=filed.north).order_by("pk").first()
    assert mine is not None
    suspend_clue(actor(filed.north_lead), ref=mine.ref, reason="The customer asked us to look again.")
    leave(filed)
    assert follow_memberships(filed.cards.pk) == 1
    join_circle(actor(filed.operator_system), filed.cards.ref, institution=filed.north.ref)
    follow_memberships(filed.cards.pk)
    mine.refresh_from_db()
    assert (mine.state, states(filed)) == ("suspended", {"suspended", "filed"})


def test_nobody_resumes_clues_in_a_circle_that_was_left(filed: Cast):
    leave(filed)
    follow_memberships(filed.cards.pk)
    with pytest.raises(Conflict):
        resume_clue(actor(filed.north_lead), ref=Clue.objects.filter(institution=filed.north)[0].ref)


def test_following_twice_is_following_once(filed: Cast):
    assert follow_memberships() == 0
    leave(filed)
    assert (follow_memberships(filed.loans.pk), follow_memberships(), follow_memberships()) == (0, 2, 0)
    assert Entry.objects.filter(kind="clue.suspended", actor="system:leaving").count() == 2


def test_it_takes_batch_after_batch(filed: Cast, monkeypatch):
    monkeypatch.setattr("intel.services.leaving.BATCH", 1)
    leave(filed)
    assert follow_memberships(filed.cards.pk) == 2


def test_leaving_and_joining_nudge_the_worker(filed: Cast, django_capture_on_commit_callbacks, monkeypatch):
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr("kit.queue.current_app.send_task", lambda task, args, **_: sent.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True):
        leave(filed)
        join_circle(actor(filed.operator_system), filed.cards.ref, institution=filed.north.ref)
    assert [one for one in sent if one[0] == TASK] == [(TASK, [filed.cards.pk])] * 2
