"""The cache behind the sign-in walls: rows of PostgreSQL, so that all web processes count together.

Django's own database cache pickles its values, so whoever can write a row could run code in the web process; here they
are JSON. `add` is one atomic statement: of two processes that present the same one-time code exactly one wins.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

_FOREVER = timedelta(days=365)
_ADD = """
INSERT INTO members_mark (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
WHERE members_mark.expires_at <= %s
"""
_SET = """
INSERT INTO members_mark (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""


class MarkCache(BaseCache):
    """Django's cache interface over `members_mark`; values are JSON, keys at most 250 characters."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store the value unless the key lives; True if it was stored."""
        expiry = self._expiry(timeout)
        return self._execute(_ADD, [self._key(key, version), json.dumps(value), expiry, timezone.now()]) == 1

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default once it expired."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT value FROM members_mark WHERE key = %s AND expires_at > %s",
                [self._key(key, version), timezone.now()],
            )
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store the value, replacing what was there."""
        self._execute(_SET, [self._key(key, version), json.dumps(value), self._expiry(timeout)])

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Move the expiry of a living key; True if it was there."""
        sql = "UPDATE members_mark SET expires_at = %s WHERE key = %s AND expires_at > %s"
        return self._execute(sql, [self._expiry(timeout), self._key(key, version), timezone.now()]) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget the key; True if it was there."""
        return self._execute("DELETE FROM members_mark WHERE key = %s", [self._key(key, version)]) == 1

    def clear(self) -> None:
        """Forget everything."""
        self._execute("DELETE FROM members_mark", [])

    def forget_expired(self) -> int:
        """Delete what has expired and return how many."""
        return self._execute("DELETE FROM members_mark WHERE expires_at <= %s", [timezone.now()])

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _expiry(self, timeout: float | None) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return timezone.now() + (_FOREVER if seconds is None else timedelta(seconds=float(seconds)))

    def _execute(self, sql: str, parameters: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return int(cursor.rowcount)
