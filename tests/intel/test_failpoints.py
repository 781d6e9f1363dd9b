"""The database fails at the n-th statement, for every n: the state is as before or as after, never between."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from audit.models import Entry
from intel.models import Clue, Collision, Digest, KeyUse, Party, RowError, Sighting, Submission, VoiceUse
from intel.services.invariants import violations
from intel.services.matching import match_submission
from intel.services.withdrawals import withdraw_clue
from tests import cast as people
from tests.cast import actor
from tests.intel.clues import file, pending, row

TABLES = (Submission, RowError, Clue, Digest, Sighting, VoiceUse, KeyUse, Collision, Party, Entry)


def state() -> dict[str, Any]:
    """How many rows each table has, and what is known of submissions, apart from how often a worker began."""
    counts: dict[str, Any] = {model.__name__: model.objects.count() for model in TABLES}
    counts["submissions"] = sorted(Submission.objects.values_list("pk", "accepted", "matched_at", "failed_at"))
    return counts


def sweep(act: Callable[[], object]) -> int:
    """Run the act with a failure at the first, second, … statement, until it succeeds; return the statements tried."""
    before = state()
    for number in range(1, 200):
        left = number

        def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise OperationalError("the failpoint")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail), suppress(OperationalError):
            act()
        if left > 0:
            assert state() != before
            return number
        assert state() == before, f"statement {number} left something behind"
    raise AssertionError("the act never succeeded")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_act_is_whole_or_nothing() -> None:
    found = people.build()
    north, south = actor(found.north_analyst), actor(found.south_analyst)
    file(south, row("a"), row("b"), match=True)
    assert sweep(lambda: file(north, row("a"), row("b"), {}, key="k")) > 10
    (pk,) = pending()
    assert sweep(lambda: match_submission(pk)) > 8
    assert Collision.objects.count() == 2
    clue = Clue.objects.filter(institution=found.north).first()
    assert clue is not None
    assert sweep(lambda: withdraw_clue(north, ref=clue.ref)) > 8
    assert Collision.objects.count() == 1
    assert violations(pending_limit=timedelta(minutes=1)) == []


@pytest.mark.django_db
def test_without_its_audit_entry_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """If recording fails the act fails."""
    found = people.build()
    north = actor(found.north_analyst)
    before = state()

    def fail(*_args: object, **_facts: object) -> None:
        raise OperationalError("the log cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr("intel.services.submissions.audit.record", fail)
        with pytest.raises(OperationalError), transaction.atomic():
            file(north, row("a"))
    assert state() == before
