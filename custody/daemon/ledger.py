"""A custodian's own books in SQLite: who may ask, how much of each quota is used, what was charged already.

One connection behind one lock: a charge is a few row writes, the evaluation that follows is what takes time. WAL lets
`enrol` and `revoke` work beside a running daemon; FULL makes a charge durable before anything is evaluated under it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from custody.daemon.refused import Refused

# A day is a day of China Standard Time, as on the platform; a fixed offset needs no time-zone tables.
CHINA = timezone(timedelta(hours=8))
KEEP_CHARGES_SECONDS = 2 * 86_400
# A retry asks again with the same elements; more often than this it only burns the custodian's processor.
MAX_SERVED = 8
# Whatever platform and member sign together: with this a colluding pair needs fourteen years for all mobile numbers.
MAX_BUDGET_DAY = 1_000_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS signer (
    name TEXT PRIMARY KEY, public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    approval_key BLOB CHECK (length(approval_key) = 32),
    daily INTEGER NOT NULL CHECK (daily >= 0), burst INTEGER NOT NULL CHECK (burst >= 0),
    enrolled_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS counter (
    signer TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (signer, period)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS charge (
    signer TEXT NOT NULL, request TEXT NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL, served INTEGER NOT NULL,
    PRIMARY KEY (signer, request)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budget (
    budget TEXT PRIMARY KEY, used INTEGER NOT NULL CHECK (used >= 0)) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Signer:
    """A party of the custodian's registry. Keys are raw Ed25519 public keys; `daily` and `burst` count values."""

    name: str
    public_key: bytes
    approval_key: bytes | None
    daily: int
    burst: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What one request wants to be charged: `body` is 32 bytes that stand for the elements and the key asked for."""

    signer: Signer
    request: str
    body: bytes
    count: int
    at: int
    budget: str | None = None
    budget_values: int = 0


class Ledger:
    """The registry and the counters of one custodian."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        path.chmod(0o600)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Checkpoint and close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        # The connection as a context commits at the end and rolls back if anything is raised inside.
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    # the registry

    def enrol(self, signer: Signer, *, at: int, replace: bool = False) -> bool:
        """Write a signer; False if the very same row stood already. An existing one changes only with `replace`.

        Raises ValueError otherwise, so that a registry file from the platform cannot swap a member's key unseen.
        """
        with self._writing() as db:
            known = self._find(db, signer.name)
            if known == signer:
                return False
            if known is not None and not replace:
                raise ValueError(f"{signer.name} is enrolled already with other values; pass --replace to change them")
            db.execute(
                "INSERT OR REPLACE INTO signer VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (signer.name, signer.public_key, signer.approval_key, signer.daily, signer.burst, at),
            )
        return True

    def revoke(self, name: str, *, at: int) -> bool:
        """Refuse everything this signer asks from now on; False if there is no such signer."""
        with self._writing() as db:
            return db.execute("UPDATE signer SET revoked_at = ? WHERE name = ?", (at, name)).rowcount == 1

    def signer(self, name: str) -> Signer | None:
        """The signer of that name, revoked or not."""
        with self._lock:
            return self._find(self._connection, name)

    def signers(self) -> list[Signer]:
        """All signers by name."""
        with self._lock:
            names = [row[0] for row in self._connection.execute("SELECT name FROM signer ORDER BY name")]
            return [found for name in names if (found := self._find(self._connection, name))]

    def used_today(self, at: int) -> dict[str, int]:
        """Values charged to each signer's daily cap today."""
        with self._lock:
            rows = self._connection.execute("SELECT signer, used FROM counter WHERE period = ?", (_day(at),))
            return {str(signer): int(used) for signer, used in rows}

    @staticmethod
    def _find(db: sqlite3.Connection, name: str) -> Signer | None:
        row = db.execute(
            "SELECT name, public_key, approval_key, daily, burst, revoked_at FROM signer WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else Signer(*row)

    # the counters

    def charge(self, claim: Claim) -> bool:
        """Count the claim against its quota or budget, all or nothing; False if this request was charged before.

        Raises Refused 409 if the request id was used for another body, 429 over the cap, 422 over the budget.
        """
        with self._writing() as db:
            seen = db.execute(
                "SELECT body, served FROM charge WHERE signer = ? AND request = ?", (claim.signer.name, claim.request)
            ).fetchone()
            if seen is not None:
                _check_repeat(claim, *seen)
                db.execute(
                    "UPDATE charge SET served = served + 1 WHERE signer = ? AND request = ?",
                    (claim.signer.name, claim.request),
                )
                return False
            if claim.budget is None:
                self._count_standing(db, claim)
            else:
                self._count_budget(db, claim)
            db.execute(
                "INSERT INTO charge VALUES (?, ?, ?, ?, 1)", (claim.signer.name, claim.request, claim.body, claim.at)
            )
        return True

    def _count_standing(self, db: sqlite3.Connection, claim: Claim) -> None:
        day, minute = _day(claim.at), f"m{claim.at // 60}"
        used = _used(db, claim.signer.name, day)
        if used == 0:
            self._forget_old(db, claim.at)
        if used + claim.count > claim.signer.daily:
            raise Refused(
                429,
                "quota",
                f"{claim.count} values asked, {claim.signer.daily - used} of {claim.signer.daily} left today.",
                retry_after=_until_tomorrow(claim.at),
                remaining=claim.signer.daily - used,
            )
        now = _used(db, claim.signer.name, minute)
        if now + claim.count > claim.signer.burst:
            raise Refused(
                429,
                "burst",
                f"At most {claim.signer.burst} values a minute.",
                retry_after=60 - claim.at % 60,
                remaining=claim.signer.burst - now,
            )
        for period in (day, minute):
            _add(db, claim.signer.name, period, claim.count)

    def _count_budget(self, db: sqlite3.Connection, claim: Claim) -> None:
        day = f"b{_day(claim.at)}"
        today = _used(db, claim.signer.name, day)
        if today + claim.count > MAX_BUDGET_DAY:
            raise Refused(
                429,
                "quota",
                f"A member's budgets together allow {MAX_BUDGET_DAY:,} values a day here.",
                retry_after=_until_tomorrow(claim.at),
                remaining=MAX_BUDGET_DAY - today,
            )
        row = db.execute("SELECT used FROM budget WHERE budget = ?", (claim.budget,)).fetchone()
        used = 0 if row is None else int(row[0])
        if used + claim.count > claim.budget_values:
            left = max(0, claim.budget_values - used)
            raise Refused(
                422, "budget_exhausted", f"{claim.count} values asked, {left} left in the budget.", remaining=left
            )
        db.execute(
            "INSERT INTO budget VALUES (?, ?) ON CONFLICT DO UPDATE SET used = used + excluded.used",
            (claim.budget, claim.count),
        )
        _add(db, claim.signer.name, day, claim.count)

    @staticmethod
    def _forget_old(db: sqlite3.Connection, at: int) -> None:
        # A request older than the clock window is refused as stale, so its charge is not needed for that long.
        db.execute("DELETE FROM charge WHERE at < ?", (at - KEEP_CHARGES_SECONDS,))
        db.execute("DELETE FROM counter WHERE period LIKE 'm%' AND period < ?", (f"m{at // 60}",))
        for mark in ("", "b"):
            oldest = f"{mark}{_day(at - 400 * 86_400)}"
            db.execute("DELETE FROM counter WHERE period LIKE ? AND period < ?", (f"{mark}d%", oldest))


def _check_repeat(claim: Claim, body: bytes, served: int) -> None:
    if body != claim.body:
        raise Refused(409, "request_reused", "This request id was used before for other elements.")
    if served >= MAX_SERVED:
        raise Refused(429, "served_often", "This request was answered often enough; begin a new one.", retry_after=60)


def _used(db: sqlite3.Connection, signer: str, period: str) -> int:
    row = db.execute("SELECT used FROM counter WHERE signer = ? AND period = ?", (signer, period)).fetchone()
    return 0 if row is None else int(row[0])


def _add(db: sqlite3.Connection, signer: str, period: str, count: int) -> None:
    db.execute(
        "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET used = used + excluded.used",
        (signer, period, count),
    )


def _day(at: int) -> str:
    return f"d{datetime.fromtimestamp(at, UTC).astimezone(CHINA).date().isoformat()}"


def _until_tomorrow(at: int) -> int:
    return 86_400 - (at + 8 * 3600) % 86_400
