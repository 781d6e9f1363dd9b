"""Nobody changes the log: not the application's role, and not by accident anybody else."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from audit.services import record
from kit.actor import Actor
from kit.errors import Forbidden
from members.models import Circle
from members.services.circles import create_circle
from tests.cast import Cast, actor

CHANGES = [
    "UPDATE audit_entry SET facts = '{}'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only",
    "DROP TRIGGER audit_entry_append_only ON audit_entry",
    "DROP TABLE audit_entry",
    "CREATE OR REPLACE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
]


def attempt(sql: str) -> str:
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(refused.value)


@pytest.fixture
def entry(db: None) -> Entry:
    record(Actor(ref="system:test"), "audit.read", "log")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Entry.objects.get()


@pytest.fixture
def as_the_application(entry: Entry):
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_APP_ROLE}")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("sql", CHANGES)
def test_the_applications_role_cannot(as_the_application: None, sql: str) -> None:
    assert "permission denied" in attempt(sql) or "must be owner" in attempt(sql)


def test_the_applications_role_writes_and_reads(as_the_application: None) -> None:
    record(Actor(ref="system:test"), "audit.read", "log")
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("sql", CHANGES[:3])
def test_not_even_the_owner_by_accident(entry: Entry, sql: str) -> None:
    assert "append-only" in attempt(sql)


def test_not_through_the_orm(entry: Entry) -> None:
    for act in (entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(subject="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_an_act_that_cannot_be_recorded_does_not_happen(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    with pytest.raises(DatabaseError), transaction.atomic():
        create_circle(actor(cast.operator_system), code="x", name_zh="x", name_en="x")
    assert not Circle.objects.filter(code="x").exists()


def test_a_refused_act_leaves_no_entry(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        create_circle(actor(cast.north_admin), code="x", name_zh="x", name_en="x")
    assert not Entry.objects.exists()


def test_an_unknown_kind_is_a_bug(db: None) -> None:
    with pytest.raises(KeyError):
        record(Actor(ref="system:test"), "audit.forgotten", "log")
