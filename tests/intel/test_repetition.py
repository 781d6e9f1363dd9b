"""Repetitions and rivals at the same moment: one row, one answer, no deadlock."""

import random
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import Entry
from intel.models import Clue, Digest, Sighting, Submission
from intel.services.invariants import violations
from intel.services.withdrawals import withdraw_clue
from kit.errors import Unprocessable
from tests import cast as people
from tests.cast import actor
from tests.intel.clues import file, match_pending, row
from tests.intel.parallel import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_hundred_repetitions_at_once_are_one_submission():
    north = actor(people.build().north_analyst)
    rows = [row(f"v{n}") for n in range(50)]

    def four_times():
        return [file(north, *rows, key="k") for _ in range(4)]

    receipts = [receipt for four in together([four_times] * 25) for receipt in four]
    assert len(receipts) == 100
    assert all(receipt == receipts[0] for receipt in receipts)
    assert (Submission.objects.count(), Clue.objects.count()) == (1, 50)
    assert Entry.objects.filter(kind="submission.received").count() == 1


def test_of_two_bodies_under_one_key_the_first_wins_and_the_other_is_refused():
    north = actor(people.build().north_analyst)

    def attempt(n):
        try:
            return file(north, row(f"v{n}"), key="k")
        except Unprocessable:
            return None

    answers = together([lambda n=n: attempt(n) for n in range(12)])
    assert sum(answer is not None for answer in answers) == 1
    assert Clue.objects.count() == 1


def test_of_one_content_under_many_keys_at_once_one_is_stored():
    north = actor(people.build().north_analyst)
    rows = [row(f"v{n}") for n in range(20)]
    receipts = together([lambda: file(north, *rows)] * 12)
    assert sorted(receipt.accepted for receipt in receipts) == [0] * 11 + [20]
    (first,) = [receipt.reference for receipt in receipts if receipt.accepted]
    assert {receipt.repeats for receipt in receipts if not receipt.accepted} == {first}
    assert Clue.objects.count() == 20


def test_rivals_with_the_same_digests_in_other_orders_do_not_block_each_other():
    found = people.build()
    values = [f"v{n}" for n in range(400)]
    persons = (found.north_analyst, found.south_analyst, found.harbour_bank_analyst, found.harbour_leasing_analyst)

    def shuffled(person, seed):
        mine = random.Random(seed).sample(values, len(values))
        return file(actor(person), *[row(*mine[at : at + 4]) for at in range(0, len(mine), 4)])

    together(
        [lambda p=p, s=s: shuffled(p, s) for s, p in enumerate(persons * 2)],
        beside=[match_pending] * 2,
    )
    match_pending()
    assert Digest.objects.count() == len(values)
    assert Sighting.objects.count() == len(values) * len(persons) * 2


def test_a_digest_that_is_forgotten_during_an_upload_is_stored_again():
    found = people.build()
    north, south = actor(found.north_analyst), actor(found.south_analyst)
    file(north, row("a"))
    clue, withdrawn = Clue.objects.get(), []

    def withdraw_first(execute, sql, params, many, context):
        if "INSERT INTO intel_sighting" in sql and not withdrawn:
            withdrawn.append(together([lambda: withdraw_clue(north, ref=clue.ref)]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(withdraw_first):
        assert file(south, row("a", "b")).accepted == 1
    assert withdrawn
    assert (Digest.objects.count(), Sighting.objects.count()) == (2, 2)
    match_pending()
    assert violations(pending_limit=timedelta(minutes=1)) == []
