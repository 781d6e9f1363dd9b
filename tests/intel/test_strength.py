"""Strength on collisions: gathered, stored with its inputs, copied to parties; what is over-common; who is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Opinion, Party, ScoringRule
from intel.queries.strength import strength_for
from intel.scoring import ENGINE, RULE_1, Inputs, score
from intel.services.invariants import violations
from intel.services.matching import refresh_collisions
from intel.services.scoring import active_rule, gathered_inputs, rescore, score_digests
from intel.services.withdrawals import withdraw_clue
from intel.strength_screens import REASONS
from kit.actor import Actor
from kit.errors import NotFound
from members.actors import system_actor
from members.models import Institution, User
from members.roles import CAPABILITIES, Role
from notices.models import Event
from tests.cast import Cast, actor, client_of
from tests.intel.clues import file, one, row

PHONE, CARD, WECHAT, IP = 1, 5, 6, 10


def analyst(bank: Institution) -> Actor:
    rights = CAPABILITIES[Role.ANALYST]
    return Actor(ref=f"user:{bank.ref}", institution=bank.pk, institution_ref=bank.ref, capabilities=rights)


@pytest.fixture
def banks(cast: Cast) -> list[Actor]:
    """Seven institutions of the circle `cards`, where nobody asks a lead first; the last two have one owner."""
    Institution.objects.update(four_eyes_from="never")
    return [
        analyst(bank)
        for bank in (cast.north, cast.south, cast.east, cast.west, cast.mid, cast.harbour_bank, cast.harbour_leasing)
    ]


def at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def ago(days: float) -> str:
    return at(datetime.now(UTC) - timedelta(days=days))


def told(kind: int = PHONE) -> Inputs:
    return Inputs.from_json(Collision.objects.get(kind=kind).inputs)


def refresh(*digests: int) -> None:
    refresh_collisions(system_actor("test"), digests or list(Digest.objects.values_list("pk", flat=True)), cause="test")


def events(kind: str) -> set[int]:
    return set(Event.objects.filter(type=kind).values_list("institution_id", flat=True))


# --- Gathered and stored ----------------------------------------------------------------------------------


def test_a_collision_is_stored_with_what_its_score_was_computed_from(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    found = Collision.objects.get()
    assert (found.engine, found.rule, found.as_of) == (ENGINE, 1, timezone.localdate())
    assert found.score == score(Inputs.from_json(found.inputs), RULE_1).points > 0
    assert set(Party.objects.values_list("score", "state")) == {(found.score, "open")}
    assert violations(pending_limit=timedelta(minutes=1)) == []


def test_institutions_of_one_owner_are_one_witness(banks):
    for bank in (banks[0], banks[5], banks[6]):
        file(bank, row("a"), row("a"), match=True)
    assert (told().groups, told().institutions, told().clues, told().seen) == (2, 3, 9, 3)


def test_a_pair_of_clues_says_which_kinds_it_shares(banks):
    tools = [one("p"), one("w", "wechat/1"), one("i", "ip/1")]
    file(banks[0], row(digests=[*tools, one("card", "card/1")]), match=True)
    file(banks[1], row(digests=tools), row(digests=[one("p"), one("card", "card/1")]), match=True)
    assert told(PHONE).shared == 1 << PHONE | 1 << WECHAT
    assert told(CARD).shared == 1 << PHONE | 1 << CARD
    # An IP address is weak: it counts for nobody, not even for itself.
    assert told(IP).shared == 1 << PHONE | 1 << WECHAT
    assert told(WECHAT).shared == 1 << PHONE | 1 << WECHAT


def test_kinds_in_different_clues_are_no_pair(banks):
    file(banks[0], row(digests=[one("p"), one("w", "wechat/1")]), match=True)
    file(banks[1], row("p"), row(digests=[one("w", "wechat/1")]), match=True)
    assert told(PHONE).shared == 1 << PHONE


def test_a_pair_of_one_owner_is_none(banks):
    for bank in banks[5:]:
        file(bank, row(digests=[one("p"), one("w", "wechat/1")]), match=True)
    file(banks[0], row("p"), match=True)
    assert told(PHONE).shared == 1 << PHONE


def test_what_is_held_back_makes_no_pair(banks):
    for bank in banks[:2]:
        file(bank, row(digests=[one("p"), one("w", "wechat/1")]), match=True)
    Digest.objects.filter(kind=WECHAT).update(hold=Digest.Hold.WARNED, held_at=timezone.now())
    refresh()
    assert told(PHONE).shared == 1 << PHONE
    assert not Collision.objects.filter(kind=WECHAT).exists()


def test_proof_and_role_are_those_of_the_second_best_side(banks):
    file(banks[0], row("a", proof="clear"), match=True)
    file(banks[1], row("a", proof="reasonable", role="unknown"), row("a", proof="suspicion"), match=True)
    assert (told().proof, told().agents, told().victim) == (1, 75, 0)


def test_everybodys_victim_is_said_to_be_one(banks):
    for bank in banks[:2]:
        file(bank, row("a", role="victim"), match=True)
    assert told().victim == 1


def test_a_number_seen_again_after_a_long_rest_scores_less(banks):
    file(banks[0], row("a", observed_at=ago(320)), match=True)
    file(banks[1], row("a", observed_at=ago(20)), match=True)
    assert told().gap == 300
    assert Collision.objects.get().score < score(replace(told(), gap=0), RULE_1).points


def test_service_levels_follow_the_score(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    assert all(party.due_at - party.joined_at == timedelta(days=7) for party in Party.objects.all())


# --- Time, rules, runs ------------------------------------------------------------------------------------


def test_a_night_moves_scores_and_their_parties_and_tells_nobody(banks):
    for bank in banks[:2]:
        file(bank, row("a", observed_at=ago(1)), match=True)
    before, count = Collision.objects.get().score, Event.objects.count()
    digest = Digest.objects.get().pk
    score_digests([digest], as_of=timezone.localdate() + timedelta(days=100))
    later = Collision.objects.get()
    assert 0 < later.score < before
    assert set(Party.objects.values_list("score", flat=True)) == {later.score}
    assert rescore() == 1
    assert Collision.objects.get().score == before
    assert Event.objects.count() == count


def test_a_day_that_moves_no_score_writes_nothing(banks):
    for bank in banks[:2]:
        file(bank, row("a", observed_at=ago(300)), match=True)
    found = Collision.objects.get()
    assert found.score == 0
    score_digests([found.digest_id], as_of=timezone.localdate() + timedelta(days=3))
    assert Collision.objects.get().as_of == found.as_of


def test_the_first_rule_comes_with_the_code_and_is_written_once(db):
    assert active_rule() == (1, RULE_1) == active_rule()
    assert ScoringRule.objects.count() == 1


def test_inputs_of_the_past_know_nothing_of_what_came_later(banks):
    for bank in banks[:3]:
        file(bank, row("a"), match=True)
    third = Clue.objects.get(institution=banks[2].institution).filed_at
    now = [found for *_, found in gathered_inputs(None, timezone.now())]
    then = [found for *_, found in gathered_inputs(None, third - timedelta(microseconds=1))]
    assert [found.groups for found in now + then] == [3, 2]
    assert list(gathered_inputs(None, Clue.objects.order_by("pk")[0].filed_at)) == []


# --- Over-common ------------------------------------------------------------------------------------------


def test_more_than_fifty_clues_are_over_common_and_wait_for_review(banks):
    file(banks[0], *[row("a") for _ in range(50)], match=True)
    file(banks[1], row("a"), match=True)
    found = Collision.objects.get()
    assert (found.state, found.digest.hold) == ("quarantined", Digest.Hold.OVER_COMMON)
    assert found.score <= RULE_1.common_cap
    assert set(Party.objects.values_list("state", flat=True)) == {"quarantined"}
    assert events("collision.quarantined") == {banks[0].institution, banks[1].institution}
    assert violations(pending_limit=timedelta(minutes=1)) == []


def test_one_that_is_disputed_stays_so_and_is_held_and_recorded_all_the_same(banks):
    file(banks[0], *[row("a") for _ in range(49)], match=True)
    file(banks[1], row("a"), match=True)
    found = Collision.objects.get()
    reasons = {"reason": "it is a courier", "counts": True, "given_by": "test", "given_at": timezone.now()}
    Opinion.objects.create(
        digest_id=found.digest_id, institution_id=banks[1].institution, verdict="disputed", **reasons
    )
    file(banks[2], row("a"), match=True)
    found.refresh_from_db()
    assert (found.state, found.digest.hold) == ("disputed", Digest.Hold.OVER_COMMON)
    assert Entry.objects.filter(kind="collision.quarantined").count() == 1
    Opinion.objects.all().delete()
    refresh()
    assert Collision.objects.get().state == "disputed"
    Digest.objects.update(hold=Digest.Hold.RELEASED)
    refresh()
    assert Collision.objects.get().state == "open"


def test_fifty_are_not(banks):
    file(banks[0], *[row("a") for _ in range(49)], match=True)
    file(banks[1], row("a"), match=True)
    assert Collision.objects.get().state == "open"


def test_many_members_within_one_day_are_over_common(banks):
    for hours, bank in enumerate(banks[:5]):
        file(bank, row("a", observed_at=ago(30 + hours / 24)), match=True)
    assert Collision.objects.get().state == "quarantined"


def test_as_many_over_several_days_are_not(banks):
    for days, bank in enumerate(banks[:5]):
        file(bank, row("a", observed_at=ago(30 + days)), match=True)
    assert Collision.objects.get().state == "open"


def test_a_released_digest_is_not_held_again(banks):
    test_more_than_fifty_clues_are_over_common_and_wait_for_review(banks)
    Digest.objects.update(hold=Digest.Hold.RELEASED)
    refresh()
    assert Collision.objects.get().state == "open"
    assert events("collision.released") == {banks[0].institution, banks[1].institution}
    file(banks[2], row("a"), match=True)
    assert Collision.objects.get().state == "open"


# --- Holds ------------------------------------------------------------------------------------------------


def test_a_warned_digest_collides_with_nothing_and_comes_back_when_free(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    Digest.objects.update(hold=Digest.Hold.WARNED, held_at=timezone.now())
    refresh()
    assert not Collision.objects.exists()
    file(banks[2], row("a"), match=True)
    assert not Collision.objects.exists()
    # Only that no list names it: this test held it by hand.
    assert {one.promise[:2] for one in violations(pending_limit=timedelta(minutes=1))} == {"g:"}
    Digest.objects.update(hold=Digest.Hold.FREE, held_at=None)
    refresh()
    assert Party.objects.count() == 3


def test_a_delisted_digest_needs_new_and_clear_evidence_of_two(banks):
    file(banks[0], row("a", observed_at=ago(60)), match=True)
    file(banks[1], row("a", observed_at=ago(60)), match=True)
    held = timezone.now() - timedelta(days=30)
    Digest.objects.update(hold=Digest.Hold.DELISTED, held_at=held, held_until=held + timedelta(days=365))
    refresh()
    assert not Collision.objects.exists()
    file(banks[0], row("a", observed_at=ago(2), proof="clear"), match=True)
    file(banks[1], row("a", observed_at=ago(40), proof="clear"), row("a", observed_at=ago(2)), match=True)
    assert not Collision.objects.exists()
    file(banks[1], row("a", observed_at=ago(1), proof="clear"), match=True)
    assert dict(Party.objects.values_list("institution_id", "clues")) == {
        banks[0].institution: 1,
        banks[1].institution: 1,
    }
    assert violations(pending_limit=timedelta(minutes=1)) == []


def test_a_sighting_that_is_not_live_matches_nobody(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    clue = Clue.objects.get(institution=banks[1].institution)
    clue.sightings.update(is_live=False)
    refresh()
    assert not Collision.objects.exists()


# --- Told -------------------------------------------------------------------------------------------------


def test_each_party_is_told_what_became_of_its_collision(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    first, second, third = (bank.institution for bank in banks[:3])
    assert events("collision.found") == {first, second}
    file(banks[2], row("a"), match=True)
    assert events("collision.found") == {first, second, third}
    assert events("collision.widened") == {first, second}
    withdraw_clue(banks[2], ref=Clue.objects.get(institution=third).ref)
    assert events("collision.narrowed") == {first, second}
    assert events("collision.dissolved") == {third}
    withdraw_clue(banks[1], ref=Clue.objects.get(institution=second).ref)
    assert events("collision.dissolved") == {first, second, third}


def test_an_event_names_the_partys_own_clues_alone(banks):
    for bank in banks[:2]:
        file(bank, row("a"), match=True)
    for event in Event.objects.filter(type="collision.found"):
        own = Clue.objects.get(institution=event.institution)
        assert event.facts["clues"] == [str(own.ref)]
        assert (event.facts["kind"], event.facts["score"]) == ("phone/1", Collision.objects.get().score)


# --- Shown ------------------------------------------------------------------------------------------------


def test_a_party_reads_the_reasons_and_an_outsider_nothing(cast, banks):
    for bank in banks[:2]:
        file(bank, row("a", observed_at=ago(1)), match=True)
    found = Collision.objects.get()
    shown = strength_for(actor(cast.north_analyst), found.ref)
    assert shown is not None
    assert sum(points for _code, points in shown.parts) == shown.score == found.score
    assert shown.as_of < shown.half_on < shown.gone_on
    # Counted from the end of a month, the days say no more than the month that the page shows anyway.
    newest = Party.objects.latest("last_seen_at").last_seen_at
    assert (shown.gone_on - timedelta(days=200)) < _end(timezone.localdate(newest))
    with pytest.raises(NotFound):
        strength_for(actor(cast.outsider_analyst), found.ref)


def _end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def test_the_page_says_each_reason_with_its_points(cast, banks):
    for bank in banks[:2]:
        file(bank, row("a", observed_at=ago(1)), match=True)
    found = Collision.objects.get()
    User.objects.filter(pk=cast.north_analyst.pk).update(locale="en")
    page = client_of(cast.north_analyst).get(reverse("intel:collision-detail", args=[found.ref])).content.decode()
    assert "Fades to half" in page
    assert "rule 1 and scoring engine 1" in page
    for part in score(Inputs.from_json(found.inputs), RULE_1).parts:
        with translation.override("en"):
            assert str(REASONS[part.code][0]) in page
    assert f"{found.score / 100:.1f}" in page
