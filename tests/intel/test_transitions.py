"""The database itself refuses every step that the models do not list, also to the application's role."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from psycopg import sql

from intel.models import Clue, Collision, Digest, ScoringRule, Submission, WarningList, WarningVersion
from intel.models.transitions import CLUE, COLLISION, LIVES, SCORING_RULE, WARNING_VERSION, Life
from tests.cast import Cast

CHOICES: dict[str, type[models.TextChoices]] = {
    CLUE.table: Clue.State,
    COLLISION.table: Collision.State,
    WARNING_VERSION.table: WarningVersion.State,
    SCORING_RULE.table: ScoringRule.State,
}


@pytest.fixture
def rows(cast: Cast) -> dict[str, int]:
    """The key of a row of each table, in its first state."""
    now = timezone.now()
    submission = Submission.objects.create(
        institution=cast.north, filed_by="user:x", channel="api", idempotency_key="k", body_sha256=bytes(32), epoch=1,
        received_at=now,
    )  # fmt: skip
    clue = Clue.objects.create(
        submission=submission, row=1, institution=cast.north, circle=cast.cards, typology="anti_collection",
        proof="clear", role="agent", observed_at=now, filed_at=now,
    )  # fmt: skip
    digest = Digest.objects.create(circle=cast.cards, kind=1, suite=1, epoch=1, pepper="k1", sealed=bytes(48))
    collision = Collision.objects.create(digest=digest, circle=cast.cards, kind=1, found_at=now)
    warnings = WarningList.objects.create(code="hotlines", sort="hotline", name_zh="热线", name_en="Hotlines")
    version = WarningVersion.objects.create(
        list=warnings, number=1, state="proposed", reason="x", epoch=1, institution=cast.north, proposed_by="user:x",
        proposed_at=now,
    )  # fmt: skip
    rule = ScoringRule.objects.create(
        number=1000, parameters={}, state="proposed", reason="x", proposed_by="user:x", proposed_at=now
    )
    return {
        CLUE.table: clue.pk,
        COLLISION.table: collision.pk,
        WARNING_VERSION.table: version.pk,
        SCORING_RULE.table: rule.pk,
    }


def _set(table: str, pk: int, state: str) -> None:
    """Put a row into a state, with what its other constraints ask for."""
    extra = ""
    if table == CLUE.table:
        extra = ", withdrawn_at = now()" if state == "withdrawn" else ", withdrawn_at = NULL"
    with connection.cursor() as cursor:
        update = sql.SQL("UPDATE {} SET state = %s{} WHERE id = %s").format(sql.Identifier(table), sql.SQL(extra))
        cursor.execute(update, [state, pk])


def _force(table: str, pk: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _set(table, pk, state)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.table)
def test_every_pair_of_states_is_as_listed(life: Life, rows: dict[str, int]) -> None:
    pk = rows[life.table]
    states = CHOICES[life.table].values
    assert set(life.steps) == set(states)
    for before in states:
        for after in states:
            _force(life.table, pk, before)
            if life.allows(before, after):
                with transaction.atomic():
                    _set(life.table, pk, after)
            else:
                refused = pytest.raises(DatabaseError, match=f"no step leads from state {before} to {after}")
                with refused, transaction.atomic():
                    _set(life.table, pk, after)


def _insert(life: Life, row: dict[str, Any], state: str, place: int) -> str:
    """What the database says to another row in this state; nothing if it takes it."""
    fresh = {**row, "id": 10_000 + place, "state": state}
    fresh |= {name: 10_000 + place for name in ("row", "number") if name in row}
    fresh |= {"withdrawn_at": row["filed_at"]} if state == "withdrawn" else {}
    fresh |= {"ref": f"00000000-0000-4000-8000-{place:012d}"} if "ref" in row else {}
    statement = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, %s::jsonb)")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(sql.Identifier(life.table)), [json.dumps(fresh)])
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.table)
def test_a_row_is_born_only_as_listed(life: Life, rows: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = %s").format(sql.Identifier(life.table)), [rows[life.table]]
        )
        row = json.loads(cursor.fetchone()[0])
    for place, state in enumerate(CHOICES[life.table].values, start=1):
        # What else stands against a second row of its kind is asked after the trigger, which let it pass.
        said = _insert(life, row, state, place)
        assert ("no row begins in state" in said) == (state not in life.born)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.table)
def test_the_applications_role_cannot_switch_it_off(life: Life, db: None) -> None:
    for statement in (
        f"ALTER TABLE {life.table} DISABLE TRIGGER {life.table}_step",
        f"DROP TRIGGER {life.table}_step ON {life.table}",
        "CREATE OR REPLACE FUNCTION intel_refuse_step() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {settings.DATABASE_APP_ROLE}")
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
            cursor.execute("RESET ROLE")
