"""A member's machine uploads 2 GB of evidence, is killed twice on the way, goes on, and fetches it again.

Everything is real and on one machine: the client, web, worker, PostgreSQL, the disk. The client is killed with SIGKILL
after a third and after two thirds of the parts, and once while it fetches. Peak memory of every process, bytes a second
beside the same work done by bare library calls, and whether what came back is what was sent.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from alliance.embedded.live import Live, alliance
from alliance.embedded.state import ROOT
from alliance_client.config import Config, make_home, write_private
from demo.places import Places
from privacy import locker
from tests.bench.measure import Row
from tests.bench.upload import Peaks

SIZE = 2 * 1024**3
OWNER = "jianglan-bank"
FEW = 12 * locker.PART_CHUNKS * locker.CHUNK
"""Bytes of the file whose memory is compared."""
TURNS = 12
"""How often it is fetched: a thread that has once sent a part keeps room for it, and there are eight."""
MOST_MORE = 48.0
"""Megabytes that a process may need more than for that one: some parts in flight, and what an allocator keeps."""
_MEGABYTE = 1024 * 1024
_CASE = """
from uuid import uuid4
from cases.models import Case, Participant
from cases.rights import OF_LEAD
from cases.sealing import seal
from cases.services.rights import grant_rights
from members.models import Credential
own = Credential.objects.get(prefix="{PREFIX}").institution
ref = uuid4()
title = seal("Bench", "case/title", ref)
case = Case.objects.create(ref=ref, title=title, typology="other", lead=own)
Participant.objects.create(case=case, institution=own)
grant_rights(case, own.pk, OF_LEAD)
print(ref)
"""


def rows(scale: float) -> Iterator[Row]:
    """`scale` shrinks the file: 1 is 2 GB."""
    size = max(2 * FEW, round(SIZE * scale))
    directory = tempfile.TemporaryDirectory(prefix="alliance-", ignore_cleanup_errors=True)
    with directory as path, alliance(Path(path)) as live:
        desk = _Desk(live, Path(path))
        file = _write(Path(path) / "call.wav", size)
        floor = _bare(file, Path(path) / "floor")
        with Peaks(live) as few:
            desk.whole(_write(Path(path) / "short.wav", FEW), few)
        with Peaks(live) as peaks:
            arrived, seconds = desk.upload(file, peaks)
            fetched = desk.fetch(file.stat().st_size, peaks)
        same = _sum(fetched) == _sum(file)
    parts = locker.part_count(size)
    yield Row.plain("size", size / _MEGABYTE, "MB")
    yield Row.plain("parts", parts, "")
    yield Row.plain("of them kept when the client was killed first", arrived[0], "")
    yield Row.plain("of them kept when the client was killed again", arrived[1], "")
    yield Row.rate("came back with the checksums of the source", float(same), 1.0, "file", 1)
    yield Row.plain("from the first start to the end of the platform's check", seconds, "s")
    yield Row.plain("bytes a second of it, with three starts of the client", size / seconds, "B/s")
    yield Row.plain("by bare calls: two checksums, encryption, two checksums, a write", size / floor, "B/s")
    for name, most in sorted(peaks.most.items()):
        yield Row.plain(f"peak memory, {name}", most / _MEGABYTE, "MB")
    for name in ("client", "web", "worker"):
        more = max(0, peaks.most[name] - few.most[name]) / _MEGABYTE
        yield Row.bound(f"of it, more than for a file of 12 parts: {name}", more, "MB", MOST_MORE)


class _Desk:
    """A member's machine, and what the alliance has of its upload."""

    def __init__(self, live: Live, path: Path) -> None:
        self._live = live
        live.manage("load_demo", "--world-only")
        token = Places(live.state).credential(OWNER).read_text(encoding="utf-8").strip()
        self._home = path / "home"
        make_home(self._home)
        write_private(self._home / "credential", token + "\n")
        Config(self._home, live.base_url, "institution", "0" * 64).save_settings()
        self._case = live.manage("shell", "-v", "0", "-c", _CASE.format(PREFIX=token.split("_")[1])).split()[-1]
        if self._run("keys", "make", "bench", "-o", str(path / "recovery.json")).wait():
            raise RuntimeError("no key was made")

    def whole(self, file: Path, peaks: Peaks) -> None:
        """Put a file and get it often without a break, until every thread of the web processes has had its parts."""
        self._finished(peaks, *self._put(file))
        for turn in range(TURNS):
            self._finished(peaks, *self._get(file.stat().st_size, self._home / f"short-{turn}.wav"))

    def upload(self, file: Path, peaks: Peaks) -> tuple[list[int], float]:
        """Put the file, killed twice; how many parts were there each time, and the seconds for all of it."""
        whole, began = locker.part_count(file.stat().st_size), time.perf_counter()
        arrived, before, put = [], self._parts(), self._put(file)
        for share in (1 / 3, 2 / 3):
            self._killed_when(lambda share=share: self._parts() - before >= share * whole, peaks, *put)
            arrived.append(self._parts() - before)
        self._finished(peaks, *put)
        return arrived, time.perf_counter() - began

    def fetch(self, size: int, peaks: Peaks) -> Path:
        """Get the file of this size, killed once in the middle."""
        target = self._home / "got.wav"
        partial, get = target.with_name("got.wav.part"), self._get(size, target)
        self._killed_when(lambda: partial.exists() and partial.stat().st_size > size / 2, peaks, *get)
        self._finished(peaks, *get)
        return target

    def _put(self, file: Path) -> tuple[str, ...]:
        return ("evidence", "put", self._case, str(file), "--kind", "recording", "--title", "Bench")

    def _get(self, size: int, target: Path) -> tuple[str, ...]:
        with psycopg.connect(self._live.superuser_url) as database:
            asked = "SELECT ref FROM cases_evidenceversion WHERE state = 'kept' AND size = %s"
            found = database.execute(asked, [size]).fetchone()
        if found is None:
            raise RuntimeError("nothing was kept")
        return ("evidence", "get", self._case, str(found[0]), "-o", str(target), "--reason", "bench")

    def _parts(self) -> int:
        with psycopg.connect(self._live.superuser_url) as database:
            row = database.execute("SELECT count(*) FROM cases_evidencepart").fetchone()
        return int(row[0]) if row else 0

    def _killed_when(self, true: Callable[[], bool], peaks: Peaks, *arguments: str) -> None:
        client = self._run(*arguments)
        peaks.watch("client", client.pid)
        while client.poll() is None and not true():
            time.sleep(0.05)
        client.kill()
        client.wait()

    def _finished(self, peaks: Peaks, *arguments: str) -> None:
        client = self._run(*arguments)
        peaks.watch("client", client.pid)
        if client.wait():
            raise RuntimeError("the client was refused")

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "ALLIANCE_HOME": str(self._home), "PYTHONPATH": str(ROOT)}
        environment["ALLIANCE_PASSPHRASE"] = "correct horse battery"
        command = [sys.executable, "-m", "alliance_client", *arguments, "--json"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _write(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        for first in range(0, size, locker.CHUNK):
            file.write(os.urandom(min(locker.CHUNK, size - first)))
    return path


def _bare(source: Path, target: Path) -> float:
    """Seconds of the same work by bare calls: two checksums of the file, encryption, two of the cipher text, a disk."""
    cipher, began = AESGCM(bytes(32)), time.perf_counter()
    sums = [sha256(), hashes.Hash(hashes.SM3()), sha256(), hashes.Hash(hashes.SM3())]
    with source.open("rb") as plain, target.open("wb") as kept:
        for number in range(locker.chunk_count(source.stat().st_size)):
            chunk = plain.read(locker.CHUNK)
            sealed = cipher.encrypt(number.to_bytes(12, "big"), chunk, None)
            for sum_, some in zip(sums, (chunk, chunk, sealed, sealed), strict=True):
                sum_.update(some)
            kept.write(sealed)
        kept.flush()
        os.fsync(kept.fileno())
    target.unlink()
    return time.perf_counter() - began


def _sum(path: Path) -> bytes:
    with path.open("rb") as file:
        return locker.sums_of(file).sha256()
