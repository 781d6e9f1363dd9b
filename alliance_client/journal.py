"""The memory of one upload, in a directory beside its file: which row holds which digest, and how far it came.

It holds no plain value: an indicator is known by a keyed hash whose key is derived from the institution's signing key.
With it an upload that broke off goes on where it was, evaluates no value twice and sends no clue twice; and a member
finds the row behind a clue again, which the platform cannot tell.
"""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from alliance_client.config import make_home
from alliance_client.errors import ConfigError
from alliance_client.evaluation import Batch
from alliance_client.rows import Problem
from privacy.oprf import Blinded

KEY_SIZE = 16
DIGEST_SIZE = 32
OPEN, CLOSED, SENT = "open", "closed", "sent"

SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS value (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, digest BLOB NOT NULL CHECK (length(digest) = 32)) STRICT;
CREATE TABLE IF NOT EXISTS holding (value INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (value, row))
    STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clue (part INTEGER NOT NULL, line INTEGER NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY (part, line)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS problem (
    row INTEGER NOT NULL, head TEXT NOT NULL, code TEXT NOT NULL, is_warning INTEGER NOT NULL,
    detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS problem_row ON problem (row);
CREATE TABLE IF NOT EXISTS part (
    part INTEGER PRIMARY KEY, state TEXT NOT NULL, clues INTEGER NOT NULL, last_row INTEGER NOT NULL,
    receipt TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pending (
    request TEXT PRIMARY KEY, keys BLOB NOT NULL, blinds BLOB NOT NULL, elements BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Up to 100,000 clues of the file that travel as one submission."""

    part: int
    state: str
    clues: int
    last_row: int
    receipt: Mapping[str, Any] = field(default_factory=dict)
    """The platform's answer: reference, accepted, rejected, repeats, voices."""


class Journal:
    """The state of one upload. One process at a time; its threads may share it."""

    def __init__(self, directory: Path, *, secret: bytes) -> None:
        self.directory = directory
        self._secret = hashlib.blake2b(secret, person=b"alliance-journal", digest_size=32).digest()
        self._lock = threading.RLock()
        make_home(directory)
        path = directory / "journal.sqlite"
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        try:
            # An exclusive lock for as long as the journal is open: a second upload of the file is refused.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA cache_size = -16384")
            self._db.executescript("BEGIN IMMEDIATE;" + SCHEMA + "COMMIT;")
        except sqlite3.OperationalError as error:
            self._db.close()
            if "locked" in str(error):
                raise ConfigError("busy", path=directory) from error
            raise ConfigError("state", path=directory, reason=error) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise ConfigError("state", path=directory, reason=error) from error

    def close(self) -> None:
        """Write everything out and let go of the lock."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    # what it is about

    def fact(self, name: str) -> str | None:
        """A fact about the upload."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def begin(self, about: Mapping[str, str], *, again: bool) -> None:
        """Go on with the upload that these facts describe, or begin a new one if they differ or `again` is wanted.

        Digests are kept as long as the key that made them is the same.
        """
        same = all(self.fact(name) == value for name, value in about.items())
        if same and not again:
            return
        with self.writing():
            if self.fact("ceremony") != about["ceremony"]:
                self._db.execute("DELETE FROM value")
                self._db.execute("DELETE FROM pending")
            for table in ("holding", "clue", "problem", "part", "fact"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 (a fixed name)
            facts = {**about, "upload": uuid4().hex, "tag": self._tag(about["file"])}
            self._db.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
        for spool in self.directory.glob("part-*.ndjson.gz"):
            spool.unlink()

    def _tag(self, file: str) -> str:
        """Six letters for the file, the same each time: with the row they are the reference of a clue without one."""
        mark = hashlib.blake2b(file.encode(), key=self._secret, digest_size=6).digest()
        return "".join("abcdefghjkmnpqrstuvwxyz"[byte % 23] for byte in mark)

    def rewind(self) -> int:
        """Forget what was under way after the last closed part; the number of the last row that is done."""
        with self.writing():
            last = self._db.execute("SELECT coalesce(max(last_row), 0) FROM part WHERE state <> 'open'").fetchone()[0]
            self._db.execute("DELETE FROM clue WHERE part IN (SELECT part FROM part WHERE state = 'open')")
            self._db.execute("DELETE FROM part WHERE state = 'open'")
            self._db.execute("DELETE FROM holding WHERE row > ?", (last,))
            self._db.execute("DELETE FROM problem WHERE row > ?", (last,))
        return int(last)

    # values

    def key(self, message: bytes) -> bytes:
        """What stands for an OPRF input here: 16 bytes that say nothing without the signing key."""
        return hashlib.blake2b(message, key=self._secret, digest_size=KEY_SIZE).digest()

    def knows(self, key: bytes) -> bool:
        """Whether the value has its digest already."""
        with self._lock:
            return self._db.execute("SELECT 1 FROM value WHERE key = ?", (key,)).fetchone() is not None

    def value(self, key: bytes) -> tuple[int, bytes]:
        """Number and digest of a value that is known."""
        with self._lock:
            row = self._db.execute("SELECT id, digest FROM value WHERE key = ?", (key,)).fetchone()
        return int(row[0]), bytes(row[1])

    def keep_values(self, keys: Sequence[bytes], digests: bytes) -> None:
        """Keep digests (one blob) with their keys. Inside `writing`."""
        rows = ((key, digests[at * DIGEST_SIZE : (at + 1) * DIGEST_SIZE]) for at, key in enumerate(keys))
        self._db.executemany("INSERT OR IGNORE INTO value (key, digest) VALUES (?, ?)", rows)

    # batches that are on their way to the custodians

    def keep_pending(self, batch: Batch, keys: Sequence[bytes]) -> None:
        """Remember a batch before it is sent: after a break it is asked again under its id and not charged again."""
        with self.writing():
            self._db.execute(
                "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?)",
                (str(batch.request), b"".join(keys), batch.blinded.blinds, batch.blinded.elements),
            )

    def drop_pending(self, batch: Batch) -> None:
        """Its digests are kept. Inside `writing`."""
        self._db.execute("DELETE FROM pending WHERE request = ?", (str(batch.request),))

    def pending(self) -> list[tuple[Batch, list[bytes]]]:
        """Batches of an earlier run whose answers never came."""
        rows = self._db.execute("SELECT request, keys, blinds, elements FROM pending").fetchall()
        return [
            (
                Batch(UUID(request), Blinded(elements, blinds)),
                [keys[at : at + KEY_SIZE] for at in range(0, len(keys), KEY_SIZE)],
            )
            for request, keys, blinds, elements in rows
        ]

    # clues and parts

    def spool(self, part: int) -> Path:
        """Where a part's lines are kept until the platform has them."""
        return self.directory / f"part-{part:04d}.ndjson.gz"

    def idempotency_key(self, part: int) -> str:
        """The same for every attempt at a part, another for every part and every upload."""
        return f"{self.fact('upload')}-{part:04d}"

    def parts(self) -> list[Part]:
        """All parts in order."""
        rows = self._db.execute("SELECT part, state, clues, last_row, receipt FROM part ORDER BY part")
        return [Part(part, state, clues, last, json.loads(receipt)) for part, state, clues, last, receipt in rows]

    def put_part(self, part: Part) -> None:
        """Write a part's state. Inside `writing`."""
        self._db.execute(
            "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?)",
            (part.part, part.state, part.clues, part.last_row, json.dumps(dict(part.receipt))),
        )

    def keep_clues(self, part: int, clues: Iterable[tuple[int, int, Sequence[int]]]) -> None:
        """(line in the part, row of the file, numbers of its values) of each clue. Inside `writing`."""
        kept = list(clues)
        self._db.executemany("INSERT INTO clue VALUES (?, ?, ?)", ((part, line, row) for line, row, _ in kept))
        self._db.executemany(
            "INSERT OR IGNORE INTO holding VALUES (?, ?)", ((value, row) for _, row, values in kept for value in values)
        )

    def row_of(self, part: int, line: int) -> int | None:
        """The file's row of a line that was sent."""
        found = self._db.execute("SELECT row FROM clue WHERE part = ? AND line = ?", (part, line)).fetchone()
        return None if found is None else int(found[0])

    def rows_holding(self, key: bytes) -> list[int]:
        """The rows of the file that hold a value."""
        query = "SELECT row FROM holding JOIN value ON value.id = holding.value WHERE key = ? ORDER BY row"
        return [int(row[0]) for row in self._db.execute(query, (key,))]

    # what was wrong

    def keep_problems(self, problems: Iterable[Problem]) -> None:
        """Note problems and warnings. Inside `writing`."""
        self._db.executemany(
            "INSERT INTO problem VALUES (?, ?, ?, ?, ?)",
            ((one.row, one.head, one.code, one.is_warning, one.detail) for one in problems),
        )

    def problems(self, *, warnings: bool, limit: int = -1) -> Iterator[Problem]:
        """Problems, or warnings, in the order of the rows; all of them by default."""
        rows = self._db.execute(
            "SELECT row, head, code, detail FROM problem WHERE is_warning = ? ORDER BY row, rowid LIMIT ?",
            (warnings, limit),
        )
        for row, head, code, detail in rows:
            yield Problem(row, head, code, warnings, detail)

    def count_coded(self, code: str) -> int:
        """How often a problem of this code was noted."""
        (found,) = self._db.execute("SELECT count(*) FROM problem WHERE code = ?", (code,)).fetchone()
        return int(found)

    def count_problems(self) -> tuple[int, int]:
        """How many rows were refused, and how many have a warning."""
        query = "SELECT count(DISTINCT row) FROM problem WHERE is_warning = ?"
        refused, warned = (int(self._db.execute(query, (flag,)).fetchone()[0]) for flag in (False, True))
        return refused, warned


def default_directory(path: Path) -> Path:
    """Beside the file: `clues.xlsx` -> `clues.xlsx.alliance`."""
    return path.with_name(path.name + ".alliance")


def check_writable(directory: Path) -> None:
    """Raises ConfigError if the directory's parent takes no new entries and it does not exist yet."""
    if not directory.exists() and not os.access(directory.parent, os.W_OK):
        raise ConfigError("state", path=directory, reason="the directory is not writable; pass --state")
