"""Real PostgreSQL for every test that touches a database, from one migrated template.

The template's name holds a hash of the migrations and locks: the first run migrates it (some seconds), every later run
and every xdist worker copies it (a fraction of a second).
"""

import hashlib
import json
import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from alliance.embedded.live import Live, alliance
from alliance.embedded.testing import run_directory
from privacy.envelope import SIZES

# Settings read the environment, so it stands before they are loaded: pytest-django would load settings named in
# pyproject.toml before any conftest, therefore they are named here.
_STATE = Path(tempfile.mkdtemp(prefix="alliance-test-"))


def _key(size: int) -> dict[str, object]:
    encoded = urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
    return {"current": "k1", "k": {"k1": encoded}}


def _write_keys(path: Path) -> Path:
    sizes = {"django": 48, **SIZES}
    keys = {"format": "alliance-keys/1", "embedded": True, "keys": {name: _key(size) for name, size in sizes.items()}}
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys))
    return path


def _environment() -> dict[str, str]:
    database = os.environ.get("TEST_DATABASE_URL", "")
    if not database:
        raise SystemExit("TEST_DATABASE_URL is not set: run the tests through scripts/test.")
    return {
        "ALLIANCE_MODE": "embedded",
        "ALLIANCE_KEYS_FILE": str(_write_keys(_STATE / "keys.json")),
        "ALLIANCE_EVIDENCE_DIR": str(_STATE / "evidence"),
        "ALLIANCE_BASE_URL": "http://localhost:8000",
        "ALLIANCE_EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "DJANGO_SETTINGS_MODULE": "alliance.settings",
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": database,
        "BROKER_URL": "memory://",
    }


os.environ.update(_environment())
django.setup()
# The same hasher as everywhere, at the least it can cost: tests sign in hundreds of times.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

ROOT = Path(__file__).resolve().parent.parent
APP_ROLE = "alliance_app"
_LOCK = 0x616C6C69
_TEMPLATE = "alliance_template_"
_COPY = "alliance_test_"


def _template_name() -> str:
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in files))
    return _TEMPLATE + digest.hexdigest()[:16]


def _use(name: str) -> None:
    """Point Django at another database of the test cluster, without the pool, which would hold it open."""
    connections.close_all()
    entry = connections["default"].settings_dict
    entry["NAME"] = name
    entry["OPTIONS"].pop("pool", None)


def _databases(cluster: psycopg.Connection[Any], prefix: str) -> list[str]:
    return [name for (name,) in cluster.execute("SELECT datname FROM pg_database") if name.startswith(prefix)]


def _drop(cluster: psycopg.Connection[Any], name: str) -> None:
    cluster.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _clear_leftovers(cluster: psycopg.Connection[Any]) -> None:
    """Drop the copies of runs that were killed: the process id in the name runs no more."""
    for name in _databases(cluster, _COPY):
        pid = int(name.removeprefix(_COPY).split("_")[0])
        if not Path(f"/proc/{pid}").exists():
            _drop(cluster, name)


def _build_template(cluster: psycopg.Connection[Any], template: str) -> None:
    for old in _databases(cluster, _TEMPLATE):
        with suppress(psycopg.errors.ObjectInUse):
            _drop(cluster, old)
    if not cluster.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
        cluster.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(APP_ROLE)))
    building = template + "_building"
    cluster.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    _use(building)
    with connection.cursor() as cursor:
        # What alliance/embedded/roles.sql gives the application's role on the owner's tables.
        for grant in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {grant} TO {APP_ROLE}")
    call_command("migrate", verbosity=0, interactive=False)
    _use("")
    cluster.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """One database a worker, copied from the template; dropped at the end."""
    template, copy = _template_name(), f"{_COPY}{os.getpid()}_{worker_id}"
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as cluster, django_db_blocker.unblock():
        cluster.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _clear_leftovers(cluster)
        if template not in _databases(cluster, _TEMPLATE):
            _build_template(cluster, template)
        cluster.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(template))
        )
        cluster.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        _use(copy)
        _let_flush_pass_the_audit_trigger()
        yield
        connections.close_all()
        _drop(cluster, copy)


def _let_flush_pass_the_audit_trigger() -> None:
    """A transactional test empties all tables at its end; the audit's trigger refuses that to everyone.

    On the class: a browser keeps a loop in the thread, and what runs beside a loop has a connection of its own.
    """
    operations = type(connection.ops)
    execute = operations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> None:
        execute(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    operations.execute_sql_flush = flush


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """A whole private alliance, without the demo, shared by the live and browser tests of a run; its logs stay."""
    with alliance(run_directory("alliance")) as it:
        yield it


@pytest.fixture
def cast(db: None) -> Any:
    """The whole cast of tests/cast.py, in the database."""
    from tests.cast import build  # noqa: PLC0415 - reads models, which need Django set up

    return build()
