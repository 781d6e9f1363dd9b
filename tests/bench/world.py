"""A database of its own for the benchmarks, on the server of TEST_DATABASE_URL, dropped at the end."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from privacy.rounds import run_here
from tests import cast

__all__ = ["cast", "ceremony", "database", "execute"]


@contextmanager
def database() -> Iterator[None]:
    """A migrated, empty database while the context lasts."""
    name = f"alliance_bench_{os.getpid()}"
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            connections.close_all()
            entry = connections["default"].settings_dict
            entry["NAME"] = name
            entry["OPTIONS"].pop("pool", None)
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections.close_all()
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def ceremony() -> Iterator[None]:
    """A transcript of epoch 1, which uploads are checked against."""
    transcript, _ = run_here("id", 1, 2, {number: bytes([number]) * 32 for number in (1, 2, 3)})
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "transcript.json"
        path.write_text(json.dumps(transcript.to_json()))
        settings.TRANSCRIPT_FILE = str(path)
        yield


def execute(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    """One statement; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []
