"""Where the cipher text of evidence lies: one file a part, in EVIDENCE_DIR, named for its version and number.

Nothing here knows a case or a key. A part is written beside its place, flushed to the disk and only then moved there,
so that a part is whole or absent whatever happens; it is compared with its checksum each time it is read.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kit.errors import Invalid, Unavailable
from privacy.envelope import SealError

PIECE = 256 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Readable(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Arriving:
    """A part that was received whole and waits to be moved to its place."""

    path: Path
    size: int
    sha256: bytes

    def keep(self, version: UUID, number: int) -> None:
        """Move it to its place. Raises Unavailable if the disk refuses."""
        place = _place(version, number)
        with _disk():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.replace(place)
            _flush_directory(place.parent)


@contextmanager
def receive(body: Readable, size: int) -> Iterator[Arriving]:
    """Read exactly `size` bytes into a file of their own; what was not kept is gone at the end.

    Raises Invalid for fewer or more bytes, Unavailable for a disk that is full.
    """
    root = _root()
    with _disk():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".arriving-", dir=root)
    path = Path(name)
    try:
        with _disk(), os.fdopen(handle, "wb") as file:
            digest = sha256()
            for piece in _pieces(body, size):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield Arriving(path, size, digest.digest())
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def open_part(version: UUID, number: int, *, size: int, digest: bytes) -> BinaryIO:
    """A part, verified to its last byte and open at its first; the caller closes it.

    Raises SealError if it is absent or not what was kept.
    """
    try:
        file = _place(version, number).open("rb")
    except OSError as error:
        raise SealError("this part is not there") from error
    found = sha256()
    for piece in pieces(file):
        found.update(piece)
    if file.tell() != size or found.digest() != digest:
        file.close()
        raise SealError("this part is not what was kept")
    file.seek(0)
    return file


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, a quarter of a megabyte at a time."""
    return iter(partial(file.read, PIECE), b"")


def erase(version: UUID) -> None:
    """Delete every part of a version. Safe to repeat."""
    with suppress(FileNotFoundError):
        shutil.rmtree(_place(version, 0).parent)


def clear_arriving(older_than: float) -> int:
    """Delete what broken uploads left behind before a Unix time; how many files."""
    count = 0
    for path in _root().glob(".arriving-*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < older_than:
                path.unlink()
                count += 1
    return count


def _root() -> Path:
    return Path(settings.EVIDENCE_DIR)


def _place(version: UUID, number: int) -> Path:
    name = version.hex
    return _root() / name[:2] / name / f"{number:06d}"


def _pieces(body: Readable, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = body.read(min(PIECE, left))
        if not piece:
            raise Invalid(_("The part ends too early. Nothing of it was stored; send it again."), code="part_cut_off")
        left -= len(piece)
        yield piece


@contextmanager
def _disk() -> Iterator[None]:
    """A full disk is nobody's fault who sends: they try again later, and nothing half is left."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        message = _(
            "The evidence store is full. Nothing of this part was stored; the upload goes on once there is room."
        )
        raise Unavailable(message, code="locker_full", retry_after=60) from error


def _flush_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
