"""Handshakes: both names open at once or neither does, and an offer leaves no trace on the other side."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from intel.models import Clue, Collision, HandshakeOffer, Party
from intel.queries.collisions import collision_for, collisions_for
from intel.queries.crossing import letters
from intel.queries.handshakes import handshakes_for
from intel.services.handshakes import LONGEST_DAYS, offer_handshake, withdraw_handshake
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Institution, Membership
from members.roles import Role
from notices.models import Event
from tests.cast import Cast, actor, api_client, client_of, person, token_of
from tests.intel.clues import file, match_pending, row
from tests.intel.parallel import together
from tests.intel.reading import shown


class Pair:
    """North and South with one collision, and the lead of each."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.north, self.south = cast, actor(cast.north_lead), actor(cast.south_lead)
        for who in (self.north, self.south):
            file(who, row("shared"))
        match_pending()
        self.collision = Collision.objects.get()
        self.ref = self.collision.ref

    def label(self, of: Institution) -> str:
        return letters(Party.objects.get(collision__digest=self.collision.digest_id, institution=of).label)

    def offer(self, who, to: Institution, **fields: object):
        return offer_handshake(who, collision=self.ref, label=self.label(to), **fields)

    def both(self) -> None:
        assert not self.offer(self.north, self.cast.south).is_open
        assert self.offer(self.south, self.cast.north).is_open

    def names(self, who) -> list[str | None]:
        return [other.name and other.name.en for other in collision_for(who, self.ref).collision.others]


@pytest.fixture
def pair(cast: Cast) -> Pair:
    return Pair(cast)


def test_two_offers_open_both_names_at_once(pair: Pair):
    assert pair.names(pair.north) == pair.names(pair.south) == [None]
    pair.both()
    assert (pair.names(pair.north), pair.names(pair.south)) == (["South Bank"], ["North Bank"])
    assert collisions_for(pair.north).rows[0].others[0].name.zh == "南原银行"
    assert len(set(HandshakeOffer.objects.values_list("opened_at", flat=True))) == 1
    told = Event.objects.filter(subject=pair.ref, type="handshake.opened")
    assert {event.institution_id for event in told} == {pair.cast.north.pk, pair.cast.south.pk}


def test_one_side_alone_opens_nothing(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    pair.offer(pair.north, pair.cast.south)
    assert pair.names(pair.north) == pair.names(pair.south) == [None]
    assert not Event.objects.filter(type="handshake.opened").exists()


def test_a_name_is_open_in_that_collision_alone(pair: Pair):
    pair.both()
    for who in (pair.north, pair.south):
        file(who, row("another"), match=True)
    rows = {one.ref: one.others[0].name for one in collisions_for(pair.north).rows}
    assert len(rows) == 2
    assert [ref for ref, name in rows.items() if name is not None] == [pair.ref]


def test_a_third_party_keeps_its_label(pair: Pair):
    file(actor(pair.cast.harbour_bank_analyst), row("shared"), match=True)
    pair.both()
    third = actor(pair.cast.harbour_bank_analyst)
    assert pair.names(third) == [None, None]
    by_label = {one.label: one.name for one in collision_for(pair.north, pair.ref).collision.others}
    assert by_label[pair.label(pair.cast.harbour_bank)] is None
    assert str(by_label[pair.label(pair.cast.south)]) in {"South Bank", "南原银行"}


def test_an_offer_leaves_no_trace_on_the_other_side(pair: Pair):
    browser, system = client_of(pair.cast.south_lead), api_client(token_of(pair.cast.south))
    shown(browser, system, pair.ref)  # what a first look leaves behind
    before = shown(browser, system, pair.ref)
    seen = Event.objects.filter(institution=pair.cast.south)
    counted = seen.count()
    pair.offer(pair.north, pair.cast.south)
    assert shown(browser, system, pair.ref) == before
    assert seen.count() == counted
    withdraw_handshake(pair.north, collision=pair.ref, label=pair.label(pair.cast.south))
    assert shown(browser, system, pair.ref) == before


def test_the_other_side_runs_the_same_statements_with_and_without_an_offer(pair: Pair):
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            collision_for(pair.south, pair.ref)
            handshakes_for(pair.south, pair.ref)
        return [one["sql"] for one in captured]

    before = statements()
    pair.offer(pair.north, pair.cast.south)
    assert statements() == before


def test_only_the_side_that_offers_sees_its_offer(pair: Pair):
    day = timezone.localdate() + timedelta(days=3)
    offered = pair.offer(pair.north, pair.cast.south, until=day)
    assert (offered.until, offered.is_open) == (day, False)
    assert [one.until for one in handshakes_for(pair.north, pair.ref)] == [day]
    assert [one.until for one in handshakes_for(pair.south, pair.ref)] == [None]


def test_an_offer_that_is_over_opens_nothing(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    HandshakeOffer.objects.update(expires_at=timezone.now())
    assert not pair.offer(pair.south, pair.cast.north).is_open
    assert pair.names(pair.north) == pair.names(pair.south) == [None]
    assert [one.until for one in handshakes_for(pair.north, pair.ref)] == [None]
    assert pair.offer(pair.north, pair.cast.south).is_open


def test_an_offer_taken_back_opens_nothing(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    withdraw_handshake(pair.north, collision=pair.ref, label=pair.label(pair.cast.south))
    assert not pair.offer(pair.south, pair.cast.north).is_open
    withdraw_handshake(pair.north, collision=pair.ref, label=pair.label(pair.cast.south))
    assert Entry.objects.filter(kind="handshake.withdrawn").count() == 1


def test_what_is_open_stays_open(pair: Pair):
    pair.both()
    for who, other in ((pair.north, pair.cast.south), (pair.south, pair.cast.north)):
        with pytest.raises(Conflict):
            pair.offer(who, other)
        with pytest.raises(Conflict):
            withdraw_handshake(who, collision=pair.ref, label=pair.label(other))
    HandshakeOffer.objects.update(expires_at=timezone.now())
    assert pair.names(pair.north) == ["South Bank"]


@pytest.mark.parametrize("days", [-1, LONGEST_DAYS + 1])
def test_an_offer_stands_for_thirty_days_at_most(pair: Pair, days: int):
    with pytest.raises(Invalid):
        pair.offer(pair.north, pair.cast.south, until=timezone.localdate() + timedelta(days=days))


def test_there_is_no_handshake_with_oneself_or_an_unknown_label(pair: Pair):
    for label in (pair.label(pair.cast.north), "C", "", "☃"):
        with pytest.raises(Invalid):
            offer_handshake(pair.north, collision=pair.ref, label=label)


def test_an_outsider_finds_no_collision_to_offer_in(pair: Pair):
    outsider = actor(person(pair.cast.outsider, Role.LEAD, "Olof Lead"))
    for act in (offer_handshake, withdraw_handshake):
        with pytest.raises(NotFound):
            act(outsider, collision=pair.ref, label="A")
    with pytest.raises(NotFound):
        handshakes_for(outsider, pair.ref)


def test_an_analyst_offers_nothing(pair: Pair):
    for act in (offer_handshake, withdraw_handshake):
        with pytest.raises(Forbidden):
            act(actor(pair.cast.north_analyst), collision=pair.ref, label="B")


def test_institutions_of_one_owner_never_open_and_never_learn_why(cast: Cast):
    bank, leasing = (
        actor(person(of, Role.LEAD, f"{name} Lead"))
        for of, name in ((cast.harbour_bank, "Berit"), (cast.harbour_leasing, "Lars"))
    )
    for who in (bank, leasing, actor(cast.north_analyst)):
        file(who, row("shared"))
    match_pending()
    ref = Collision.objects.get().ref
    label = {party.institution_id: letters(party.label) for party in Party.objects.all()}
    first = offer_handshake(bank, collision=ref, label=label[cast.harbour_leasing.pk])
    second = offer_handshake(leasing, collision=ref, label=label[cast.harbour_bank.pk])
    other = offer_handshake(bank, collision=ref, label=label[cast.north.pk])
    assert [one.is_open for one in (first, second, other)] == [False] * 3
    assert len({one.until for one in (first, second, other)}) == 1
    assert all(one.name is None for who in (bank, leasing) for one in handshakes_for(who, ref))


def test_who_left_the_circle_opens_no_name(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    Membership.objects.filter(circle=pair.cast.cards, institution=pair.cast.north).update(left_at=timezone.now())
    assert not pair.offer(pair.south, pair.cast.north).is_open


def test_a_suspended_institution_opens_no_name(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    Institution.objects.filter(pk=pair.cast.north.pk).update(status=Institution.Status.SUSPENDED)
    assert not pair.offer(pair.south, pair.cast.north).is_open


def test_a_collision_that_comes_back_has_neither_names_nor_offers(pair: Pair):
    pair.both()
    withdraw_clue(pair.north, ref=Clue.objects.get(institution=pair.cast.north).ref)
    assert not Collision.objects.exists()
    file(pair.north, row("shared", role="victim"), match=True)
    pair.ref = Collision.objects.get().ref
    assert pair.names(pair.north) == pair.names(pair.south) == [None]
    assert not pair.offer(pair.north, pair.cast.south).is_open
    assert pair.offer(pair.south, pair.cast.north).is_open


def test_a_digest_that_nobody_names_any_more_takes_its_offers_along(pair: Pair):
    pair.both()
    for who, of in ((pair.north, pair.cast.north), (pair.south, pair.cast.south)):
        withdraw_clue(who, ref=Clue.objects.get(institution=of).ref)
    assert not HandshakeOffer.objects.exists()


def test_the_log_names_neither_the_collision_nor_the_pair(pair: Pair):
    pair.both()
    entries = Entry.objects.filter(kind__startswith="handshake.").order_by("id")
    assert [entry.kind for entry in entries] == ["handshake.offered", "handshake.offered", "handshake.opened"]
    refs = {str(offer.ref) for offer in HandshakeOffer.objects.all()}
    assert all(entry.subject in refs and entry.facts == {} for entry in entries)
    opened = entries.get(kind="handshake.opened")
    assert opened.institution_id == pair.cast.south.pk


def test_the_api_opens_and_shows_the_same(pair: Pair):
    north, south = (api_client(token_of(one)) for one in (pair.cast.north, pair.cast.south))
    url = reverse("api:handshakes", args=[pair.ref])
    offers = {north: pair.label(pair.cast.south), south: pair.label(pair.cast.north)}
    assert north.get(url).json() == {"results": [{"label": offers[north], "until": None, "name": None}]}
    answer = north.post(url, {"label": offers[north]}, format="json")
    assert (answer.status_code, answer.json()["is_open"]) == (200, False)
    assert north.delete(f"{url}?label={offers[north]}").status_code == 204
    assert [one["until"] for one in north.get(url).json()["results"]] == [None]
    for system, label in offers.items():
        answer = system.post(url, {"label": label}, format="json")
    assert answer.json()["is_open"]
    shown = north.get(reverse("api:collision", args=[pair.ref])).json()["others"]
    assert [other["name"] for other in shown] == [{"zh": "南原银行", "en": "South Bank"}]
    assert north.delete(f"{url}?label={offers[north]}").status_code == 409
    reader = api_client(token_of(pair.cast.north, ["collisions"]))
    assert reader.post(url, {"label": offers[north]}, format="json").status_code == 403


def test_a_lead_offers_and_takes_back_on_the_page(pair: Pair):
    lead, analyst = client_of(pair.cast.north_lead), client_of(pair.cast.north_analyst)
    page, offer = reverse("intel:collision-detail", args=[pair.ref]), reverse("intel:handshake-offer", args=[pair.ref])
    assert offer in lead.get(page).content.decode()
    assert offer not in analyst.get(page).content.decode()
    label = pair.label(pair.cast.south)
    assert lead.post(offer, {"label": label, "until": f"{timezone.localdate():%Y-%m-%d}"}).url == page
    withdraw = reverse("intel:handshake-withdraw", args=[pair.ref])
    assert withdraw in lead.get(page).content.decode()
    lead.post(withdraw, {"label": label})
    assert not HandshakeOffer.objects.exists()
    pair.both()
    assert "南原银行" in analyst.get(page).content.decode()


def test_offering_asks_who_you_are_once_more(pair: Pair):
    lead = client_of(pair.cast.north_lead)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        answer = lead.post(reverse("intel:handshake-offer", args=[pair.ref]), {"label": pair.label(pair.cast.south)})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not HandshakeOffer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_offers_at_the_same_moment_always_open(cast: Cast):
    pair = Pair(cast)
    for n in range(10):
        for who in (pair.north, pair.south):
            file(who, row(f"twice {n}"))
    match_pending()
    for collision in Collision.objects.exclude(pk=pair.collision.pk):
        label = {party.institution_id: letters(party.label) for party in collision.parties.all()}
        north, south = label[cast.north.pk], label[cast.south.pk]
        outcomes = together(
            [
                lambda ref=collision.ref, to=south: offer_handshake(pair.north, collision=ref, label=to).is_open,
                lambda ref=collision.ref, to=north: offer_handshake(pair.south, collision=ref, label=to).is_open,
            ]
        )
        assert sorted(outcomes) == [False, True]
    assert HandshakeOffer.objects.exclude(opened_at=None).count() == 20
    assert Entry.objects.filter(kind="handshake.opened").count() == 10
    assert Event.objects.filter(type="handshake.opened").count() == 20


def test_answers_hold_no_more_than_what_may_be_known(pair: Pair):
    pair.offer(pair.north, pair.cast.south)
    answer = api_client(token_of(pair.cast.south)).get(reverse("api:collision", args=[pair.ref])).json()
    for hidden in (pair.cast.north.name_en, pair.cast.north.name_zh, str(pair.cast.north.ref)):
        assert hidden not in json.dumps(answer, ensure_ascii=False)
