"""Triage: an institution's own acts with collisions in its queue, alone and many at once."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.kinds import subject_of
from audit.models import Entry
from intel import triage as acts
from intel.models import Collision, Digest, Party, TriageAct
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.queue import Asked
from intel.services.triage import MOST, triage, wake_snoozed
from intel.services.withdrawals import withdraw_clue
from kit.actor import Actor
from kit.errors import Forbidden, Invalid, NotFound
from members.models import Membership
from members.roles import Role
from tests.cast import Cast, actor, person, system_of
from tests.intel.clues import file, row
from tests.intel.parallel import together


@pytest.fixture
def north(cast: Cast) -> Actor:
    return actor(cast.north_analyst)


@pytest.fixture
def south(cast: Cast) -> Actor:
    return actor(cast.south_analyst)


@pytest.fixture
def collided(north: Actor, south: Actor):
    """References of three collisions of north and south."""
    for who in (north, south):
        file(who, *[row(f"v{n}") for n in range(3)], match=True)
    return sorted(Collision.objects.values_list("ref", flat=True))


def mine(who: Actor, ref) -> Party:
    return Party.objects.get(collision__ref=ref, institution=who.institution)


def status(who: Actor, ref) -> str:
    return mine(who, ref).status


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def test_what_is_accepted_is_accepted_for_us_alone(north, south, collided):
    outcome = triage(north, refs=collided[:2], act="accept")
    assert (outcome.changed, outcome.unchanged) == (tuple(collided[:2]), {})
    assert [status(north, ref) for ref in collided] == ["accepted", "accepted", "new"]
    assert [status(south, ref) for ref in collided] == ["new"] * 3
    assert mine(north, collided[0]).decided_at is not None
    (act,) = collision_for(north, collided[0]).acts
    assert (act.act, act.by, act.reason) == ("accept", "Nora Analyst", "")
    assert collision_for(south, collided[0]).acts == ()


def test_every_change_is_recorded_once_and_twice_is_once(north, collided):
    for _ in range(2):
        outcome = triage(north, refs=collided, act="accept")
    assert (outcome.changed, outcome.unchanged) == ((), {"already": 3})
    entries = Entry.objects.filter(kind="collision.triaged")
    assert sorted(entries.values_list("subject", flat=True)) == sorted(
        subject_of("collision.triaged", ref, north.institution) for ref in collided
    )
    assert {entry.facts["act"] for entry in entries} == {"accept"}
    assert TriageAct.objects.count() == 3


def test_a_rejection_says_why(north, collided):
    triage(north, refs=collided[:1], act="reject", reason="recycled", note="停机后再放号")
    (act,) = collision_for(north, collided[0]).acts
    assert act.reason == "recycled: 停机后再放号"
    for wrong in ({"reason": ""}, {"reason": "because"}, {"reason": "other"}, {"reason": "other", "note": "x" * 401}):
        with pytest.raises(Invalid):
            triage(north, refs=collided[1:], act="reject", **wrong)
    assert status(north, collided[1]) == "new"


@pytest.mark.parametrize("note", ["call 13812345678", "11010519491231002X"])
def test_a_reason_holds_no_indicator(north, collided, note):
    with pytest.raises(Invalid):
        triage(north, refs=collided, act="reject", reason="other", note=note)
    assert TriageAct.objects.count() == 0


def test_a_decision_stands_until_it_is_reopened(north, collided):
    triage(north, refs=collided[:1], act="accept")
    outcome = triage(north, refs=collided[:2], act="reject", reason="family")
    assert (outcome.changed, outcome.unchanged) == ((collided[1],), {"decided": 1})
    triage(north, refs=collided[:2], act="reopen")
    assert [status(north, ref) for ref in collided] == ["new"] * 3
    assert mine(north, collided[0]).decided_at is None
    assert [act.act for act in collision_for(north, collided[0]).acts] == ["reopen", "accept"]


def test_what_is_snoozed_comes_back_on_its_day(north, collided):
    triage(north, refs=collided[:2], act="snooze", until=tomorrow())
    assert collisions_for(north, Asked(status="new"), counted=True).count == 1
    assert wake_snoozed() == 0
    Party.objects.filter(status="snoozed").update(snoozed_until=timezone.now())
    assert wake_snoozed() == 2
    assert wake_snoozed() == 0
    assert {status(north, ref) for ref in collided} == {"new"}
    act = collision_for(north, collided[0]).acts[0]
    assert (act.act, act.by) == ("wake", "")
    assert Entry.objects.filter(kind="collision.triaged", facts__act="wake").count() == 2


def test_a_snooze_may_be_moved_and_ended(north, collided):
    triage(north, refs=collided[:1], act="snooze", until=tomorrow())
    later = triage(north, refs=collided[:1], act="snooze", until=tomorrow() + timedelta(days=1))
    same = triage(north, refs=collided[:1], act="snooze", until=tomorrow() + timedelta(days=1))
    assert (len(later.changed), same.unchanged) == (1, {"already": 1})
    triage(north, refs=collided[:1], act="accept")
    assert (status(north, collided[0]), mine(north, collided[0]).snoozed_until) == ("accepted", None)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_snooze_ends_within_a_year(north, collided, days):
    with pytest.raises(Invalid):
        triage(north, refs=collided, act="snooze", until=timezone.localdate() + timedelta(days=days))


def test_a_colleague_is_assigned_and_nobody_else(cast, north, collided):
    triage(north, refs=collided, act="assign", assignee=cast.north_lead.ref)
    assert {mine(north, ref).assignee for ref in collided} == {cast.north_lead}
    asked = Asked(assigned="me")
    assert len(collisions_for(actor(cast.north_lead), asked).rows) == 3
    assert len(collisions_for(north, asked).rows) == 0
    assert len(collisions_for(north, Asked(assigned=str(cast.north_lead.ref))).rows) == 3
    gone = person(cast.north, Role.ANALYST, "Gone Analyst", is_active=False)
    for ref in (cast.south_analyst.ref, cast.north_admin.ref, gone.ref, uuid4()):
        with pytest.raises(Invalid):
            triage(north, refs=collided, act="assign", assignee=ref)
    triage(north, refs=collided, act="assign", assignee=None)
    assert len(collisions_for(north, Asked(assigned="nobody")).rows) == 3


def test_anothers_collision_answers_like_an_absent_one(cast, north, collided):
    refusals = []
    for refs in ([uuid4()], collided, [*collided, uuid4()]):
        with pytest.raises(NotFound) as refused:
            triage(actor(cast.outsider_analyst), refs=refs, act="accept")
        refusals.append((refused.value.code, refused.value.detail, refused.value.extras))
    assert len({str(refusal) for refusal in refusals}) == 1
    file(actor(cast.harbour_bank_analyst), row("own"), match=True)
    file(north, row("own"), match=True)
    (own,) = Party.objects.filter(institution=cast.harbour_bank).values_list("collision__ref", flat=True)
    outcome = triage(actor(cast.harbour_bank_analyst), refs=[own, collided[0], uuid4()], act="accept")
    assert (outcome.changed, outcome.unchanged) == ((own,), {"absent": 2})


def test_who_leaves_the_circle_triages_its_collisions_no_more(cast, north, collided):
    Membership.objects.filter(circle=cast.cards, institution=cast.north).update(left_at=timezone.now())
    with pytest.raises(NotFound):
        triage(north, refs=collided, act="accept")


def test_roles_without_the_right_are_refused(cast, collided):
    for who in (cast.north_admin, cast.police_officer, cast.regulator_reader, cast.operator_system):
        with pytest.raises(Forbidden):
            triage(actor(who), refs=collided, act="accept")
    with pytest.raises(Forbidden):
        triage(system_of(cast.north, ["collisions"]), refs=collided, act="accept")


def test_a_system_triages_under_no_name(cast, north, collided):
    triage(system_of(cast.north, ["triage"]), refs=collided[:1], act="accept")
    (act,) = collision_for(north, collided[0]).acts
    assert act.by == ""


def test_one_act_has_bounds_and_is_one_of_the_acts(north, collided):
    for refs in ([], [uuid4() for _ in range(MOST + 1)]):
        with pytest.raises(Invalid):
            triage(north, refs=refs, act="accept")
    for act in ("wake", "", "delete"):
        with pytest.raises(Invalid):
            triage(north, refs=collided, act=act)


def test_an_act_costs_the_same_few_statements_however_many_it_is_for(north, collided, django_assert_max_num_queries):
    for refs in (collided[:1], collided):
        with django_assert_max_num_queries(11):
            triage(north, refs=refs, act="accept")
        triage(north, refs=refs, act="reopen")


def test_a_withdrawn_clue_takes_the_acts_with_its_digest(north, south, collided):
    triage(north, refs=collided, act="accept")
    clues = [(who, clue.ref) for who in (north, south) for clue in collision_for(who, collided[0]).own_clues]
    for who, clue in clues:
        withdraw_clue(who, ref=clue)
    assert Digest.objects.count() == TriageAct.objects.count() == 2


def test_a_hostile_note_stays_text(cast, north, collided):
    triage(north, refs=collided[:1], act="reject", reason="other", note="=1+1</script><img src=x onerror=alert(1)>")
    assert "</script><img" in collision_for(north, collided[0]).acts[0].reason


@pytest.mark.django_db(transaction=True)
def test_fifty_at_the_same_time_leave_one_legal_path(cast, north, south):
    for who in (north, south):
        file(who, *[row(f"p{n}") for n in range(3)], match=True)
    refs = sorted(Collision.objects.values_list("ref", flat=True))
    wishes = [
        {"act": "accept"},
        {"act": "reject", "reason": "recycled"},
        {"act": "snooze", "until": tomorrow()},
        {"act": "reopen"},
        {"act": "accept"},
    ]
    together([lambda wish=wishes[n % 5]: triage(north, refs=refs, **wish) for n in range(50)])
    for ref in refs:
        path = list(TriageAct.objects.filter(digest__collision__ref=ref).order_by("pk").values_list("act", flat=True))
        seen = ["new"]
        for act in path:
            after = acts.status_after(seen[-1], act)
            assert after is not None, path
            seen.append(after)
        assert seen[-1] == status(north, ref)
        assert all(before != after for before, after in pairwise(seen)), path
        logged = subject_of("collision.triaged", ref, north.institution)
        assert Entry.objects.filter(kind="collision.triaged", subject=logged).count() == len(path)
