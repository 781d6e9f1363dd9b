"""Locks of cases: what somebody works on holds up nobody who works on another thing, and two never wait in a ring."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, CaseCollision
from cases.queries.cases import case_to_change
from cases.queries.keys import own_key_to_change
from cases.rights import Right
from cases.services.custody import lock_evidence
from cases.services.dissolved import mark_dissolved
from tests.cases import joint_case
from tests.cases.key_hands import new_pair
from tests.cases.lockers import begin
from tests.cases.test_seized import file, named
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db(transaction=True)
NAMES, CHANGES = "FOR KEY SHARE NOWAIT", "FOR NO KEY UPDATE NOWAIT"


def beside(act: Callable[[], object]) -> None:
    """Do it on a connection of its own, while this one's transaction is open."""

    def once() -> None:
        try:
            with transaction.atomic():
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(once).result()


def lock(table: str, pk: int, how: str) -> Callable[[], None]:
    """What locks this row, as a row that names it does or as its change does; fails if it would have to wait."""

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s {how}", [pk])  # noqa: S608 - names of this file

    return act


def test_what_names_a_case_is_written_while_somebody_changes_the_case(cast: Cast) -> None:
    case = joint_case(cast).case
    with transaction.atomic():
        case_to_change(actor(cast.north_analyst), case.ref, Right.CONTRIBUTE)
        beside(lock("cases_case", case.pk, NAMES))


def test_what_is_sealed_to_a_key_is_written_while_somebody_ends_the_key(cast: Cast) -> None:
    pair = new_pair(actor(cast.north_analyst))
    with transaction.atomic():
        own_key_to_change(actor(cast.north_analyst), pair.key.ref)
        beside(lock("cases_publickey", pair.key.pk, NAMES))


def test_whoever_writes_custody_holds_the_evidence_alone(cast: Cast) -> None:
    story = joint_case(cast)
    evidence = begin(actor(cast.north_analyst), story.case.ref).version.evidence
    with transaction.atomic():
        lock_evidence(evidence.pk)
        beside(lock("cases_case", story.case.pk, CHANGES))
        beside(lock("members_institution", evidence.institution_id, NAMES))


def test_keys_are_locked_before_the_case_of_a_list(cast: Cast) -> None:
    story, pair = joint_case(cast), new_pair(actor(cast.south_analyst))
    with CaptureQueriesContext(connection) as asked:
        ref = uuid4()
        file(cast, story, named(ref, pair.key), ref=ref)
    locks = [one["sql"] for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
    assert [Case._meta.db_table in one for one in locks] == [False, True]


def test_a_collision_that_dissolves_again_while_the_case_is_told_is_told_of_again(cast: Cast) -> None:
    story = joint_case(cast)
    row = CaseCollision.objects.filter(pk=story.item.pk)
    row.update(untold_since=timezone.now())
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            row.update(untold_since=None)  # as the worker does
            again = pool.submit(beside, lambda: mark_dissolved([story.item.digest_id]))
            time.sleep(0.3)
        again.result()
    assert row.get().untold_since is not None
