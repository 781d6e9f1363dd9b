"""Typed reads of the environment. A production secret has no default anywhere."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from privacy.envelope import KeyRing


def text(name: str, default: str | None = None) -> str:
    """The variable, or the default; raise ImproperlyConfigured if neither is there."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name}; docs/operations.md lists every variable.")
    return value


def integer(name: str, default: int) -> int:
    """A whole number; raise ImproperlyConfigured for anything else."""
    try:
        return int(text(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def numbered(name: str) -> dict[int, str]:
    """`1=http://a,2=http://b` as {1: "http://a", 2: "http://b"}; empty for an unset variable."""
    pairs = (word.partition("=") for word in words(name))
    return {int(number): value for number, _, value in pairs}


def database(url: str) -> dict[str, Any]:
    """Django's database entry for a libpq URL; psycopg's native pool, so CONN_MAX_AGE stays 0."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **parts,
            "connect_timeout": 5,
            "pool": {"min_size": 1, "max_size": integer("ALLIANCE_DATABASE_POOL", 8), "timeout": 5},
        },
    }


def keyring(mode: str) -> KeyRing:
    """The server's keys. Keys that `scripts/up` made for one machine never open a production alliance."""
    path = Path(text("ALLIANCE_KEYS_FILE"))
    try:
        if path.stat().st_mode & 0o077:
            raise ImproperlyConfigured(f"{path.name} must be readable by its owner only: chmod 600.")
        ring = KeyRing.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImproperlyConfigured(f"ALLIANCE_KEYS_FILE cannot be read: {error.strerror}.") from error
    if ring.embedded and mode != "embedded":
        raise ImproperlyConfigured("These keys were made for the one-machine mode; make new ones for production.")
    return ring
