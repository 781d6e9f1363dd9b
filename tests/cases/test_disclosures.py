"""A plain value is asked for, proposed by one person, approved by another, shown for a time, and over."""

import uuid
from datetime import timedelta

import orjson
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Disclosure, DisclosureSeal, PublicKey, Unmasking
from cases.queries.cases import case_for
from cases.queries.disclosures import askable_in, detail_of, disclosures_of
from cases.services.disclosures import (
    approve_disclosure,
    end_disclosures_of,
    expire_disclosures,
    propose_disclosure,
    refuse_disclosure,
    withdraw_disclosure,
)
from cases.services.unmasking import check_disclosure, unmasked_again
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.roles import Role
from notices.models import Event
from privacy import hpke
from privacy.commitments import is_committed
from privacy.encoding import unb64
from tests.cases import Story, remove, take_part
from tests.cases.disclosing import WHY, Pair, ask, day, given, look, propose, publish, sealed
from tests.cast import Cast, actor, person, system_of
from tests.intel import clues

pytestmark = pytest.mark.django_db


def state(one: Disclosure) -> str:
    return Disclosure.objects.get(pk=one.pk).state


def decide(story: Story, one: Disclosure, who) -> None:
    approve_disclosure(actor(who), case=story.case.ref, ref=one.ref)


def test_the_recipient_opens_the_value_and_finds_it_true(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    south = actor(cast.south_analyst)
    found = look(story, cast.south_analyst, one, pair)
    plain = orjson.loads(hpke.open_sealed(pair.private, found.sealed, place="disclosure", ref=str(one.ref)))
    assert (plain["kind"], plain["value"], found.kind) == ("phone/1", "shared", "phone/1")
    salt = unb64(plain["salt"], "salt", 32)
    assert is_committed(found.commitment, ref=str(one.ref), kind="phone/1", value="shared", salt=salt)
    digest = unb64(clues.digest("shared"), "digest", 32)
    where = {"case": story.case.ref, "ref": one.ref, "fingerprint": pair.key.fingerprint}
    assert check_disclosure(south, **where, digest=digest, epoch=clues.EPOCH)
    (kept,) = detail_of(actor(cast.north_lead), story.case, one.ref).unmaskings
    assert (kept.reason, kept.by) == (WHY, "")
    assert detail_of(south, story.case, one.ref).unmaskings[0].by == cast.south_analyst.name


def test_another_value_than_the_one_behind_the_collision_is_not_taken(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    with pytest.raises(Invalid) as refused:
        propose(story, one, cast.north_analyst, pair, value="another")
    assert refused.value.code == "digest_differs"
    assert (state(one), DisclosureSeal.objects.count()) == ("asked", 0)


def test_a_value_that_does_not_give_the_digest_is_found_out_by_who_opens_it(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    # A client that lies: the right digest beside the cipher text of something else.
    lie = sealed(one, pair, value="another")
    digest = unb64(clues.digest("shared"), "digest", 32)
    propose(story, one, cast.north_analyst, pair, digest=digest, seals=lie.seals, commitment=lie.commitment)
    decide(story, one, cast.north_lead)
    south, where = actor(cast.south_analyst), {"case": story.case.ref, "ref": one.ref}
    where["fingerprint"] = pair.key.fingerprint
    opened = unb64(clues.digest("another"), "digest", 32)
    with pytest.raises(Conflict):
        check_disclosure(south, **where, digest=opened, epoch=clues.EPOCH)
    look(story, cast.south_analyst, one, pair)
    assert not check_disclosure(south, **where, digest=opened, epoch=clues.EPOCH)
    assert detail_of(actor(cast.north_lead), story.case, one.ref).seals[0].matches is False
    assert Entry.objects.get(kind="disclosure.checked").facts == {"matches": False}


def test_who_proposed_does_not_approve(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_lead, pair)
    assert "approve" not in detail_of(actor(cast.north_lead), story.case, one.ref).may
    with pytest.raises(Forbidden) as refused:
        decide(story, one, cast.north_lead)
    assert refused.value.code == "same_person"
    with pytest.raises(Forbidden):
        decide(story, one, cast.north_analyst)
    decide(story, one, person(cast.north, Role.LEAD, "Nadia Lead"))
    assert state(one) == "approved"


def test_who_made_the_credential_that_proposed_does_not_approve(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    system = system_of(cast.north)
    made = sealed(one, pair)
    fields = {"digest": made.digest, "epoch": made.epoch, "commitment": made.commitment, "seals": made.seals}
    propose_disclosure(system, case=story.case.ref, ref=one.ref, **fields)
    maker = cast.north_admin
    maker.roles = [Role.INSTITUTION_ADMIN, Role.LEAD]
    maker.save()
    with pytest.raises(Forbidden) as refused:
        decide(story, one, maker)
    assert refused.value.code == "same_person"
    decide(story, one, cast.north_lead)


def test_the_database_itself_refuses_one_person_as_both(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_lead, pair)
    with transaction.atomic(), pytest.raises(DatabaseError):
        Disclosure.objects.filter(pk=one.pk).update(state="approved", decided_by=cast.north_lead)


def test_only_a_party_of_the_collision_can_be_asked(cast: Cast, story: Story) -> None:
    take_part(story.case, cast.harbour_bank)
    assert {one.holder.institution for one in askable_in(actor(cast.north_analyst), story.case)} == {cast.south}
    holders = {one.holder.institution for one in askable_in(actor(cast.police_officer), story.case)}
    assert holders == {cast.north, cast.south}
    answers = []
    for holder in (cast.harbour_bank, cast.police, cast.north):
        with pytest.raises(Invalid) as refused:
            ask(story, cast.north_analyst, holder)
        answers.append((refused.value.code, refused.value.detail, refused.value.extras))
    with pytest.raises(Invalid) as refused:
        ask(story, cast.north_analyst, cast.south, item=uuid.uuid4())
    answers.append((refused.value.code, refused.value.detail, refused.value.extras))
    assert all(answer == answers[0] for answer in answers)


def test_a_collision_that_came_later_does_not_tell_who_else_holds_it(cast: Cast, story: Story) -> None:
    later = timezone.now() + timedelta(seconds=1)
    type(story.item).objects.filter(pk=story.item.pk).update(added_at=later)
    assert askable_in(actor(cast.north_analyst), story.case) == []
    # South sees North: North brought it in.
    assert {one.holder.institution for one in askable_in(actor(cast.south_analyst), story.case)} == {cast.north}


def test_the_police_ask_under_an_instrument_and_nobody_else_does(cast: Cast, story: Story) -> None:
    pair = publish(cast.police)
    for who, holder, basis in (
        (cast.police_officer, cast.north, "duty"),
        (cast.north_analyst, cast.south, "instrument"),
    ):
        with pytest.raises(Invalid):
            ask(story, who, holder, basis=basis)
    one = ask(story, cast.police_officer, cast.north)
    propose(story, one, cast.north_analyst, pair)
    decide(story, one, cast.north_lead)
    found = look(story, cast.police_officer, one, pair)
    assert hpke.open_sealed(pair.private, found.sealed, place="disclosure", ref=str(one.ref))


@pytest.mark.parametrize(
    "fields",
    [
        {"until": day(-1)},
        {"until": day(91)},
        {"reference": ""},
        {"reference": "13912345678"},
        {"reference": "x" * 81},
        {"purpose": " "},
        {"purpose": "打电话到13912345678核对"},
        {"basis": "curiosity"},
    ],
)
def test_what_is_asked_without_a_ground_or_names_a_value_is_refused(cast: Cast, story: Story, fields) -> None:
    with pytest.raises(Invalid):
        ask(story, cast.south_analyst, cast.north, **fields)
    assert not Disclosure.objects.exists()


def test_the_same_is_asked_once(cast: Cast, story: Story) -> None:
    first = ask(story, cast.south_analyst, cast.north)
    with pytest.raises(Conflict):
        ask(story, cast.south_lead, cast.north)
    withdraw_disclosure(actor(cast.south_lead), case=story.case.ref, ref=first.ref)
    ask(story, cast.south_lead, cast.north)


def test_others_in_the_case_and_outsiders_see_nothing_of_it(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    take_part(story.case, cast.harbour_bank)
    for who in (cast.police_officer, cast.harbour_bank_analyst, cast.outsider_analyst, cast.county_officer):
        with pytest.raises(NotFound):
            look(story, who, one, pair)
    for who in (cast.police_officer, cast.harbour_bank_analyst):
        case = case_for(actor(who), story.case.ref)
        assert disclosures_of(actor(who), case) == []
        with pytest.raises(NotFound):
            detail_of(actor(who), case, one.ref)


def test_the_holder_itself_is_not_given_the_cipher_text(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    with pytest.raises(NotFound):
        look(story, cast.north_lead, one, pair)


def test_a_colleagues_own_key_is_served_to_nobody_else(cast: Cast, story: Story) -> None:
    publish(cast.south)
    own = publish(cast.south, cast.south_lead)
    one = ask(story, cast.south_analyst, cast.north)
    pairs = [own, *(Pair(b"", key) for key in PublicKey.objects.exclude(pk=own.key.pk))]
    propose(story, one, cast.north_analyst, *pairs)
    decide(story, one, cast.north_lead)
    with pytest.raises(NotFound):
        look(story, cast.south_analyst, one, own)
    assert look(story, cast.south_lead, one, own).sealed


def test_it_is_encrypted_to_every_live_key_of_the_asker_and_to_no_other(cast: Cast, story: Story) -> None:
    pair, other, stray = publish(cast.south), publish(cast.south, cast.south_lead), publish(cast.harbour_bank)
    one = ask(story, cast.south_analyst, cast.north)
    for pairs in ((pair,), (pair, other, stray), (stray,), ()):
        with pytest.raises(Conflict) as refused:
            propose(story, one, cast.north_analyst, *pairs)
        assert refused.value.code == "keys_changed"
    propose(story, one, cast.north_analyst, pair, other)
    assert DisclosureSeal.objects.count() == 2


def test_without_a_key_of_the_asker_nothing_can_be_proposed(cast: Cast, story: Story) -> None:
    one = ask(story, cast.south_analyst, cast.north)
    with pytest.raises(Conflict) as refused:
        propose(story, one, cast.north_analyst)
    assert refused.value.code == "no_keys"


def test_a_key_revoked_before_the_approval_is_given_nothing(cast: Cast, story: Story) -> None:
    pair, other = publish(cast.south), publish(cast.south, cast.south_lead)
    one = ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_analyst, pair, other)
    PublicKey.objects.filter(pk=other.key.pk).update(revoked_at=timezone.now(), end="lost")
    decide(story, one, cast.north_lead)
    assert {seal.sealed is None for seal in DisclosureSeal.objects.filter(key=other.key)} == {True}
    PublicKey.objects.filter(pk=pair.key.pk).update(revoked_at=timezone.now(), end="compromised")
    with pytest.raises(Conflict):
        look(story, cast.south_analyst, one, pair)


@pytest.mark.parametrize("who", ["north_analyst", "south_analyst"])
def test_either_side_withdraws_and_the_cipher_text_is_gone(cast: Cast, story: Story, who: str) -> None:
    one, pair = given(cast, story)
    Case.objects.filter(pk=story.case.pk).update(state="closed", closed_at=timezone.now(), close_reason="decided")
    withdraw_disclosure(actor(getattr(cast, who)), case=story.case.ref, ref=one.ref)
    (kept,) = DisclosureSeal.objects.all()
    assert (kept.sealed, kept.mac, state(one)) == (None, None, "withdrawn")
    with pytest.raises(Conflict):
        look(story, cast.south_analyst, one, pair)
    with pytest.raises(Conflict):
        withdraw_disclosure(actor(getattr(cast, who)), case=story.case.ref, ref=one.ref)


def test_after_its_last_day_it_is_shown_to_nobody_and_the_worker_empties_it(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    asked = ask(story, cast.north_analyst, cast.south)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        with pytest.raises(Conflict):
            look(story, cast.south_analyst, one, pair)
        assert DisclosureSeal.objects.exclude(sealed=None).exists()
        assert expire_disclosures() == 2
        assert expire_disclosures() == 0
    assert not DisclosureSeal.objects.exclude(sealed=None).exists()
    assert {state(one), state(asked)} == {"expired"}


def test_a_refusal_says_why_and_ends_it(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_analyst, pair)
    refuse_disclosure(actor(cast.north_lead), case=story.case.ref, ref=one.ref, reason="与本案无关")
    assert detail_of(actor(cast.south_analyst), story.case, one.ref).decision == "与本案无关"
    assert not DisclosureSeal.objects.exclude(sealed=None).exists()
    with pytest.raises(Conflict):
        decide(story, one, cast.north_lead)


def test_the_asker_cannot_decide_for_the_holder(cast: Cast, story: Story) -> None:
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    with pytest.raises(NotFound):
        propose(story, one, cast.south_analyst, pair)
    propose(story, one, cast.north_analyst, pair)
    with pytest.raises(NotFound):
        decide(story, one, cast.south_lead)


def test_who_is_removed_has_it_no_more_and_gives_no_more(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    asked = ask(story, cast.north_analyst, cast.south)
    with transaction.atomic():
        remove(story.case, cast.south)
        end_disclosures_of(actor(cast.north_lead), story.case, cast.south.pk)
    assert {state(one), state(asked)} == {"withdrawn"}
    assert not DisclosureSeal.objects.exclude(sealed=None).exists()
    with pytest.raises(NotFound):
        look(story, cast.south_analyst, one, pair)


@pytest.mark.parametrize("what", ["sealed", "mac", "exchanged", "commitment"])
def test_cipher_text_that_was_exchanged_is_refused_and_recorded(cast: Cast, story: Story, what: str) -> None:
    one, pair = given(cast, story)
    (kept,) = DisclosureSeal.objects.all()
    if what == "exchanged":
        asked = ask(story, cast.police_officer, cast.north)
        officer = publish(cast.police)
        propose(story, asked, cast.north_analyst, officer)
        other = DisclosureSeal.objects.get(disclosure=asked)
        kept.sealed, kept.mac = other.sealed, other.mac
    elif what == "commitment":
        with clues.past_the_triggers():
            Disclosure.objects.filter(pk=one.pk).update(commitment=b"x" * 32)
    else:
        setattr(kept, what, bytes(getattr(kept, what))[:-1] + b"\x00\x01")
    kept.save()
    with pytest.raises(Conflict) as refused:
        look(story, cast.south_analyst, one, pair)
    assert refused.value.code == "not_what_was_kept"
    assert not Unmasking.objects.exists()
    assert Entry.objects.filter(kind="disclosure.altered").count() == 1


def test_the_page_shows_it_to_who_unmasked_for_ten_minutes(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    south = actor(cast.south_analyst)
    where = {"case": story.case.ref, "ref": one.ref}
    found = look(story, cast.south_analyst, one, pair)
    assert unmasked_again(south, **where, unmasking=found.unmasking).sealed == found.sealed
    with pytest.raises(NotFound):
        unmasked_again(actor(cast.south_lead), **where, unmasking=found.unmasking)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(NotFound):
        unmasked_again(south, **where, unmasking=found.unmasking)


def test_the_record_can_neither_be_changed_nor_deleted(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    look(story, cast.south_analyst, one, pair)
    for statement in (
        "DELETE FROM cases_unmasking",
        "DELETE FROM cases_disclosure",
        "UPDATE cases_disclosure SET until = until + 1",
        "UPDATE cases_disclosure SET state = 'asked'",
        "UPDATE cases_disclosure SET commitment = '\\x00'",
        "UPDATE cases_disclosure SET asker_id = asker_id + 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_each_is_told_of_what_concerns_it(cast: Cast, story: Story) -> None:
    one, _pair = given(cast, story)
    told = [(event.type, event.institution_id) for event in Event.objects.filter(type__startswith="disclosure.")]
    north, south = cast.north.pk, cast.south.pk
    assert sorted(told) == [
        ("disclosure.asked", north),
        ("disclosure.decided", south),
        ("disclosure.proposed", north),
    ]
    assert set(Event.objects.filter(type__startswith="disclosure.").values_list("subject", flat=True)) == {
        story.case.ref
    }
    assert one.state == "approved"
