"""Holds: over-common collisions are reviewed by two, false ones delisted for a year; both visibly, both ways."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.kinds import subject_of
from audit.models import Entry
from intel.models import Clue, Collision, Digest, HoldReview, Opinion
from intel.queries.holds import hold_for, holds_for, stopped_for, stops_for
from intel.services import holds
from intel.services.holds import consider_delisting, delist, free_delisted, review_hold
from intel.services.invariants import violations
from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.actors import system_actor
from tests import cast as people
from tests.cast import Cast, actor
from tests.intel.clues import file, row
from tests.intel.lists import HOTLINE, exact, lead, leads, put_in_force

Hold = Digest.Hold
SWITCHBOARD = [row("switchboard", note=str(number)) for number in range(26)]


@pytest.fixture
def held(cast: Cast) -> UUID:
    """A collision that 78 clues of North, South and Harbour Bank hold: over-common."""
    for who in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst):
        file(actor(who), *SWITCHBOARD, match=True)
    return Collision.objects.get(state="quarantined").ref


def state_of(ref: UUID) -> str:
    return Collision.objects.get(ref=ref).state


def test_two_independent_leads_release_it(cast: Cast, held: UUID) -> None:
    north, south, *_ = leads(cast)
    assert review_hold(north, ref=held, verdict="release", reason="One gang, many calls") == ""
    assert state_of(held) == "quarantined"
    assert review_hold(south, ref=held, verdict="release", reason="We saw the same") == "release"
    assert (state_of(held), Digest.objects.get().hold) == ("open", Hold.RELEASED)
    named = [subject_of("hold.reviewed", held, one.pk) for one in (cast.north, cast.south)]
    kinds = Entry.objects.filter(kind__startswith="hold.").order_by("pk").values_list("kind", "subject")
    assert list(kinds) == [("hold.reviewed", named[0]), ("hold.reviewed", named[1]), ("hold.released", named[1])]
    assert not Entry.objects.filter(facts__icontains=str(held)).exists()
    file(actor(cast.north_analyst), row("switchboard", note="one more"), match=True)
    assert state_of(held) == "open"
    found = hold_for(north, held)
    assert found is not None
    assert (found.hold, found.may_review, found.own.reason) == ("released", False, "One gang, many calls")
    assert [one.reason for one in found.others] == ["We saw the same"]
    assert violations(pending_limit=timedelta(0)) == []


def test_two_independent_leads_keep_it(cast: Cast, held: UUID) -> None:
    north, south, *_ = leads(cast)
    review_hold(north, ref=held, verdict="keep", reason="A law firm's switchboard")
    assert review_hold(south, ref=held, verdict="keep", reason="A switchboard") == "keep"
    assert state_of(held) == "quarantined"
    found = hold_for(north, held)
    assert found is not None
    assert (found.outcome, found.may_review) == ("keep", False)
    assert [(one.verdict, one.reason) for one in found.others] == [("keep", "A switchboard")]
    assert [one.outcome for one in holds_for(south)] == ["keep"]
    with pytest.raises(Conflict):
        review_hold(north, ref=held, verdict="release", reason="Changed my mind too late")


def test_one_owner_alone_decides_nothing_and_a_vote_may_change(cast: Cast) -> None:
    for who in (cast.harbour_bank_analyst, cast.harbour_leasing_analyst, cast.north_analyst):
        file(actor(who), *SWITCHBOARD, match=True)
    held = Collision.objects.get(state="quarantined").ref
    north, _, bank, leasing = leads(cast)
    review_hold(bank, ref=held, verdict="release", reason="One gang")
    assert review_hold(leasing, ref=held, verdict="release", reason="One gang") == ""
    review_hold(north, ref=held, verdict="keep", reason="Not sure")
    assert review_hold(north, ref=held, verdict="release", reason="Now sure") == "release"
    assert HoldReview.objects.count() == 3


def test_only_a_partys_lead_votes_and_says_why(cast: Cast, held: UUID) -> None:
    north, *_ = leads(cast)
    for who in (cast.north_analyst, cast.north_admin, cast.operator_system):
        with pytest.raises(Forbidden):
            review_hold(actor(who), ref=held, verdict="keep", reason="No")
    with pytest.raises(NotFound):
        review_hold(actor(lead(cast.outsider)), ref=held, verdict="keep", reason="No")
    with pytest.raises(NotFound):
        hold_for(actor(cast.outsider_analyst), held)
    for verdict, reason in (
        ("maybe", "No"),
        ("keep", ""),
        ("keep", "It is 13812345678"),
        ("keep", "x" * 501),
        ("keep", "We are North Bank"),
        ("keep", "a\x00b"),
    ):
        with pytest.raises(Invalid):
            review_hold(north, ref=held, verdict=verdict, reason=reason)
    assert not HoldReview.objects.exists()


def test_what_is_not_held_is_not_reviewed(cast: Cast) -> None:
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), row("gang"), match=True)
    ref = Collision.objects.get().ref
    with pytest.raises(Conflict):
        review_hold(leads(cast)[0], ref=ref, verdict="release", reason="Why not")
    assert hold_for(leads(cast)[0], ref) is None


def say_false(cast: Cast, *institutions: object, days: int = 0) -> Digest:
    digest = Collision.objects.get().digest
    for one in institutions:
        Opinion.objects.update_or_create(
            digest=digest,
            institution=one,
            defaults={
                "verdict": "false",
                "reason": "A complainant",
                "counts": True,
                "given_by": "test",
                "given_at": timezone.now() - timedelta(days=days),
            },
        )
    return digest


@pytest.fixture
def gang(cast: Cast) -> UUID:
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), row("complainant"), match=True)
    return Collision.objects.get().ref


def system() -> Actor:
    return system_actor("test")


def test_two_false_opinions_delist_for_a_year(cast: Cast, gang: UUID) -> None:
    digest = say_false(cast, cast.north)
    assert not consider_delisting(system(), digest.pk)
    say_false(cast, cast.south)
    assert consider_delisting(system(), digest.pk)
    digest.refresh_from_db()
    assert digest.hold == Hold.DELISTED
    assert timedelta(days=364) < digest.held_until - timezone.now() <= timedelta(days=365)
    assert not Collision.objects.exists()
    assert Entry.objects.get(kind="digest.delisted").subject == subject_of("digest.delisted", gang, None)
    file(actor(cast.harbour_bank_analyst), row("complainant"), match=True)
    assert not Collision.objects.exists()
    [stop] = stops_for(actor(cast.north_analyst), Clue.objects.filter(institution=cast.north).get().ref)
    assert (stop.stop.hold, stop.stop.until) == ("delisted", digest.held_until)
    assert violations(pending_limit=timedelta(0)) == []


def test_a_clue_out_of_matching_does_not_find_out_what_is_held(cast: Cast, gang: UUID) -> None:
    consider_delisting(system(), say_false(cast, cast.north, cast.south).pk)
    harbour = actor(cast.harbour_bank_analyst)
    file(harbour, row("complainant", proof="clear"), match=True)
    draft = Clue.objects.get(institution=cast.harbour_bank)
    assert (draft.state, stops_for(harbour, draft.ref)) == ("draft", [])
    file(harbour, row("complainant"), match=True)
    filed = Clue.objects.get(institution=cast.harbour_bank, state="filed")
    assert [stop.stop.hold for stop in stops_for(harbour, filed.ref)] == ["delisted"]


def test_opinions_of_one_owner_or_from_before_do_not_delist(cast: Cast) -> None:
    for who in (cast.harbour_bank_analyst, cast.harbour_leasing_analyst, cast.north_analyst):
        file(actor(who), row("complainant"), match=True)
    digest = say_false(cast, cast.harbour_bank, cast.harbour_leasing)
    assert not consider_delisting(system(), digest.pk)
    say_false(cast, cast.north, days=366)
    assert not consider_delisting(system(), digest.pk)


def test_it_is_free_when_its_term_is_over(cast: Cast, gang: UUID) -> None:
    digest = say_false(cast, cast.north, cast.south)
    consider_delisting(system(), digest.pk)
    assert free_delisted() == 0
    Digest.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    Opinion.objects.update(given_at=timezone.now() - timedelta(days=366))
    assert free_delisted() == 1
    assert Digest.objects.get().hold == Hold.FREE
    assert Collision.objects.count() == 1
    first = Clue.objects.get(institution=cast.north).ref
    assert Entry.objects.get(kind="digest.freed").subject == subject_of("digest.freed", first, None)
    assert violations(pending_limit=timedelta(0)) == []


def test_a_lead_delists_what_two_called_false(cast: Cast, gang: UUID) -> None:
    north, *_ = leads(cast)
    with pytest.raises(Conflict):
        delist(north, ref=gang, reason="We think it is false")
    say_false(cast, cast.north, cast.south)
    with pytest.raises(Forbidden):
        delist(actor(cast.north_analyst), ref=gang, reason="It is")
    with pytest.raises(NotFound):
        delist(actor(lead(cast.outsider)), ref=gang, reason="It is")
    found = hold_for(north, gang)
    assert found is not None
    assert found.may_delist
    delist(north, ref=gang, reason="Both of us were wrong")
    assert not Collision.objects.exists()


def test_a_clue_and_its_submission_say_which_list_stops_them(cast: Cast) -> None:
    put_in_force(cast, exact(HOTLINE, "工商银行"))
    north = actor(cast.north_analyst)
    receipt = file(north, row(HOTLINE, "gang"), row(HOTLINE), row("other"), match=True)
    [stopped] = receipt.stopped
    assert (stopped.kind, stopped.lists, stopped.clues) == ("phone/1", ("公共热线: 工商银行",), 2)
    assert stopped_for(north, receipt.reference) == receipt.stopped
    assert stopped_for(actor(cast.south_analyst), receipt.reference) == ()
    clue = Clue.objects.get(row=2)
    [stop] = stops_for(north, clue.ref)
    assert (stop.stop.hold, stop.stop.lists) == ("warned", ("公共热线: 工商银行",))
    assert stops_for(actor(cast.south_analyst), clue.ref) == []
    browser = people.client_of(cast.north_analyst)
    for view, ref in (("intel:clue-detail", clue.ref), ("intel:submission-detail", receipt.reference)):
        assert "工商银行" in browser.get(reverse(view, args=[ref])).content.decode()


def test_the_pages_show_what_is_held_and_take_a_vote(cast: Cast, held: UUID) -> None:
    browser: Client = people.client_of(cast.north_lead)
    assert str(held)[:8] in browser.get(reverse("intel:holds")).content.decode()
    shown = browser.get(reverse("intel:collision-detail", args=[held])).content.decode()
    assert reverse("intel:hold-review", args=[held]) in shown
    answer = browser.post(
        reverse("intel:hold-review", args=[held]), {"verdict": "keep", "reason": "A law firm's switchboard"}
    )
    assert answer.status_code == 302
    analyst = people.client_of(cast.south_analyst).get(reverse("intel:collision-detail", args=[held]))
    assert reverse("intel:hold-review", args=[held]) not in analyst.content.decode()
    assert "switchboard" in analyst.content.decode()
    assert holds.Hold(Digest.objects.get().hold) == Hold.OVER_COMMON
