"""Typed reads of the environment. A production secret has no default anywhere."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

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


def integers(name: str, default: str) -> tuple[int, ...]:
    """A comma-separated list of whole numbers from 1 on; raise ImproperlyConfigured for anything else."""
    try:
        found = tuple(int(word) for word in words(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be whole numbers with commas between them.") from error
    if not found or min(found) < 1:
        raise ImproperlyConfigured(f"{name} must be whole numbers from 1 on.")
    return found


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves: Django's backend and what it needs."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    ssl: bool = False
    directory: str = ""


def mail(name: str, default: str) -> Mail:
    """`smtp://user:password@host:port` (plain), `smtp+tls://` (STARTTLS), `smtps://` (TLS from the start), or
    `file:///directory`; user and password are percent-encoded. Raises ImproperlyConfigured for anything else."""
    url = urlsplit(text(name, default))
    if url.scheme == "file" and url.path:
        return Mail("django.core.mail.backends.filebased.EmailBackend", directory=unquote(url.path))
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if url.scheme not in ports or not url.hostname:
        raise ImproperlyConfigured(f"{name} must begin with smtp://, smtp+tls://, smtps:// or file:///.")
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=url.hostname,
        port=url.port or ports[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starttls=url.scheme == "smtp+tls",
        ssl=url.scheme == "smtps",
    )


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
