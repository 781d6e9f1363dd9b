"""Matching: what two independent ownership groups of a circle hold becomes one collision, and stops being one."""

import pytest

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Party, Submission
from intel.queries.crossing import letters, shown_count
from intel.services.matching import MAX_ATTEMPTS, MAX_STARTS, match_submission, retry_submission
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, NotFound
from tests.cast import Cast, actor, join
from tests.intel.clues import file, match_pending, pending, row


@pytest.fixture
def north(cast: Cast):
    return actor(cast.north_analyst)


@pytest.fixture
def south(cast: Cast):
    return actor(cast.south_analyst)


@pytest.fixture
def harbour(cast: Cast):
    return actor(cast.harbour_bank_analyst)


def parties() -> set[tuple[int, int]]:
    return set(Party.objects.values_list("institution_id", "clues"))


def kinds(kind: str) -> list[str]:
    return [entry.kind for entry in Entry.objects.filter(kind__startswith=kind).order_by("id")]


def test_two_independent_banks_collide(north, south):
    file(north, row("a", "mine"), match=True)
    assert not Collision.objects.exists()
    file(south, row("a", "theirs"), match=True)
    assert parties() == {(north.institution, 1), (south.institution, 1)}
    assert kinds("collision.") == ["collision.found"]


def test_one_institution_never_collides_with_itself(north):
    file(north, row("a"), row("a", role="victim"), match=True)
    file(north, row("a", proof="clear"), match=True)
    assert not Collision.objects.exists()


def test_institutions_of_one_owner_never_corroborate_each_other(cast, harbour):
    file(harbour, row("a"), match=True)
    file(actor(cast.harbour_leasing_analyst), row("a"), match=True)
    assert not Collision.objects.exists()


def test_both_institutions_of_one_owner_are_parties_once_a_third_corroborates(cast, north, harbour):
    leasing = actor(cast.harbour_leasing_analyst)
    file(harbour, row("a"), match=True)
    file(leasing, row("a"), match=True)
    file(north, row("a"), match=True)
    assert {institution for institution, _ in parties()} == {
        north.institution,
        harbour.institution,
        leasing.institution,
    }


def test_circles_do_not_mix(cast, north):
    join(cast.loans, cast.north)
    file(north, row("a"), match=True)
    file(actor(cast.outsider_analyst), row("a", circle="loans"), match=True)
    assert not Collision.objects.exists()
    file(north, row("a", circle="loans"), match=True)
    assert Collision.objects.get().circle == cast.loans


def test_a_new_members_first_upload_matches_what_was_there(cast, north):
    file(north, row("a"), match=True)
    join(cast.cards, cast.outsider)
    file(actor(cast.outsider_analyst), row("a"), match=True)
    assert Collision.objects.count() == 1


def test_a_third_institution_widens_the_collision(north, south, harbour):
    for one in (north, south, harbour):
        file(one, row("a"), match=True)
    assert Party.objects.count() == 3
    assert kinds("collision.") == ["collision.found", "collision.widened"]
    assert sorted(Party.objects.values_list("label", flat=True)) == [1, 2, 3]


def test_another_clue_of_a_party_is_counted_and_changes_nothing_else(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"), match=True)
    before = Collision.objects.get().ref
    file(south, row("a", typology="impersonation", role="victim"), match=True)
    assert parties() == {(north.institution, 1), (south.institution, 2)}
    assert Collision.objects.get().ref == before
    mine = Party.objects.get(institution=south.institution)
    assert (mine.typologies, mine.roles) == (["anti_collection", "impersonation"], ["agent", "victim"])
    assert kinds("collision.") == ["collision.found"]


def test_matching_twice_changes_nothing(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"))
    (pk,) = pending()
    match_submission(pk)
    match_submission(pk)
    assert (Collision.objects.count(), Party.objects.count()) == (1, 2)
    assert Entry.objects.filter(kind="submission.matched").count() == 2
    assert Submission.objects.get(pk=pk).collisions == 1


def test_labels_are_drawn_afresh_for_each_collision(north, south):
    values = [f"v{n}" for n in range(40)]
    file(north, *[row(value) for value in values], match=True)
    file(south, *[row(value) for value in values], match=True)
    assert set(Party.objects.filter(institution=north.institution).values_list("label", flat=True)) == {1, 2}


def withdraw_all(who) -> None:
    for clue in Clue.objects.filter(institution=who.institution, withdrawn_at=None):
        withdraw_clue(who, ref=clue.ref)


def test_withdrawal_dissolves_a_collision_that_loses_its_second_side(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"), match=True)
    withdraw_all(south)
    assert not Collision.objects.exists()
    assert kinds("collision.") == ["collision.found", "collision.dissolved"]
    assert Clue.objects.get(institution=south.institution).withdrawn_at is not None


def test_withdrawal_narrows_a_collision_that_keeps_two_sides(north, south, harbour):
    for one in (north, south, harbour):
        file(one, row("a"), match=True)
    withdraw_all(south)
    assert {institution for institution, _ in parties()} == {north.institution, harbour.institution}
    assert kinds("collision.") == ["collision.found", "collision.widened", "collision.narrowed"]


def test_withdrawal_of_one_of_two_clues_only_lowers_the_count(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"), row("a"), match=True)
    withdraw_clue(south, ref=Clue.objects.filter(institution=south.institution).first().ref)
    assert parties() == {(north.institution, 1), (south.institution, 1)}


def test_withdrawal_before_matching_leaves_nothing_to_match(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"))
    withdraw_all(south)
    match_pending()
    assert not Collision.objects.exists()


def test_a_withdrawn_value_can_be_filed_again(north, south):
    file(north, row("a"), match=True)
    file(south, row("a"), match=True)
    withdraw_all(south)
    assert file(south, row("a"), match=True).repeats is None
    assert Collision.objects.count() == 1


def test_a_digest_is_forgotten_with_the_last_clue_that_names_it(north, south):
    file(north, row("a", "b"), match=True)
    file(south, row("a"), match=True)
    withdraw_all(north)
    assert Digest.objects.count() == 1
    withdraw_all(south)
    assert Digest.objects.count() == 0


def test_withdrawing_twice_is_one_withdrawal(north):
    file(north, row("a"), match=True)
    ref = Clue.objects.get().ref
    withdraw_clue(north, ref=ref)
    withdraw_clue(north, ref=ref)
    assert Entry.objects.filter(kind="clue.withdrawn").count() == 1


def test_nobody_withdraws_the_clue_of_another(cast, north, south):
    file(north, row("a"))
    ref = Clue.objects.get().ref
    with pytest.raises(NotFound):
        withdraw_clue(south, ref=ref)
    with pytest.raises(Forbidden):
        withdraw_clue(actor(cast.north_admin), ref=ref)


def test_a_poison_submission_fails_visibly_and_can_be_retried(cast, north, monkeypatch):
    file(north, row("a"))
    (pk,) = pending()
    with monkeypatch.context() as patch:
        patch.setattr("intel.services.matching.crossing.independent_digests", lambda *_: 1 / 0)
        for _ in range(MAX_ATTEMPTS):
            match_submission(pk)
    submission = Submission.objects.get(pk=pk)
    assert (submission.status, submission.attempts) == ("failed", MAX_ATTEMPTS)
    assert Entry.objects.filter(kind="submission.failed").count() == 1
    match_submission(pk)
    assert Submission.objects.get(pk=pk).status == "failed"
    operator = actor(cast.operator_system)
    retry_submission(operator, ref=submission.ref)
    match_submission(pk)
    assert Submission.objects.get(pk=pk).status == "matched"
    with pytest.raises(Conflict):
        retry_submission(operator, ref=submission.ref)
    with pytest.raises(Forbidden):
        retry_submission(north, ref=submission.ref)


def test_a_submission_that_kills_its_worker_each_time_fails_too(north):
    file(north, row("a"))
    (pk,) = pending()
    Submission.objects.filter(pk=pk).update(starts=MAX_STARTS)
    match_submission(pk)
    assert Submission.objects.get(pk=pk).status == "failed"


def test_a_submission_without_a_row_is_matched_by_nobody(db):
    match_submission(12345)


@pytest.mark.parametrize(("number", "text"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA")])
def test_labels_count_in_letters(number, text):
    assert letters(number) == text


@pytest.mark.parametrize(("number", "text"), [(0, "<3"), (1, "<3"), (2, "<3"), (3, "3"), (1200, "1200")])
def test_counts_below_three_are_hidden(number, text):
    assert shown_count(number) == text
