"""The files of a package, from the archive or a folder. Part of `privacy.verify_package`.

The archive is written as client-zip writes it (nothing compressed, no clock), so that every byte of it follows from the
names, sizes and checksums of its files: whatever was changed in it is found by writing it again.
"""

from __future__ import annotations

import collections
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Dict, Iterator, List, Optional, Tuple  # noqa: UP035 (Python 3.8)

from privacy.verify_sums import MOST

MANIFEST, SEAL, STAMP, VALUES = "manifest.json", "seal.json", "timestamp.tst", "values.json"
STEP, LONGEST_ENTRY = 1 << 20, 46 + 2 * 0xFFFF
"""Bytes of a read, and of what is looked at of an entry of the directory."""
DAY = struct.pack("<HH", 0, 0x0021)
"""The time of every file of the archive: 1980-01-01."""


def local_header(name: bytes) -> bytes:
    """What stands before a file: its size and checksum come behind it."""
    return struct.pack("<IHHH4sIIIHH", 0x04034B50, 45, 0x0808, 0, DAY, 0, 0, 0, len(name), 0) + name


def descriptor(crc: int, size: int) -> bytes:
    """What stands behind a file."""
    return struct.pack("<IIQQ" if size >= MOST else "<IIII", 0x08074B50, crc, size, size)


def central(name: bytes, crc: int, size: int, offset: int) -> bytes:
    """A file's entry in the directory at the end."""
    extra = struct.pack("<QQQ", size, size, offset) if size >= MOST else struct.pack("<Q", offset) * (offset >= MOST)
    extra = struct.pack("<HH", 1, len(extra)) + extra if extra else b""
    packed, where, sizes = min(size, MOST), min(offset, MOST), (len(name), len(extra), 0, 0, 0, 0o100664 << 16)
    head = struct.pack("<IHHHH4sIII", 0x02014B50, 0x032D, 45, 0x0808, 0, DAY, crc, packed, packed)
    return head + struct.pack("<HHHHHII", *sizes, where) + name + extra


def ending(count: int, size: int, offset: int, *, is_long: bool) -> bytes:
    """What stands behind the directory of so many files, so many bytes, from that offset on."""
    end = offset + size
    wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 0x032D, 45, 0, 0, count, count, size, offset)
    wide += struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    few = min(count, 0xFFFF)
    last = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, few, few, min(size, MOST), min(offset, MOST), 0)
    return (wide if is_long or offset >= MOST else b"") + last


class Wrong(Exception):
    """There is no package to be checked."""


class Package:
    """The files of an archive or folder, what is wrong with it, and what could not be looked at."""

    def __init__(self, path: Path) -> None:
        self.files: Dict[str, Tuple[Path, int, int]] = {}  # noqa: UP006
        self.crcs: Dict[str, int] = {}  # noqa: UP006
        self.problems: List[Dict[str, Any]] = []  # noqa: UP006
        self.absent: List[str] = []  # noqa: UP006
        self.facts: Dict[str, Any] = {}  # noqa: UP006
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                name = one.relative_to(path).as_posix()
                if one.is_file() and not one.is_symlink():
                    self.files[name] = (one, 0, one.stat().st_size)
                elif one.is_symlink() or not one.is_dir() or not any(one.iterdir()):
                    self.say("link", name)  # what it leads to may be another thing once this is done
        elif path.is_file() and path.stat().st_size > 22:
            with path.open("rb") as raw:
                self._read_archive(path, raw)
        if MANIFEST not in self.files or SEAL not in self.files:
            raise Wrong(f"{path}: {MANIFEST} / {SEAL}")

    def say(self, code: str, file: str, offset: Optional[int] = None, **facts: Any) -> None:  # noqa: UP045
        """Name what is wrong, and where."""
        found = {"file": file, "code": code, "offset": offset, **facts}
        if offset is not None and file in self.files and file.endswith(".json"):
            found["record"] = self.read(file)[:offset].count(b"\n")
        self.problems.append(found)

    def read(self, path: str) -> bytes:
        """A whole file."""
        return b"".join(self.stream(path))

    def stream(self, path: str) -> Iterator[bytes]:
        """A file in stretches."""
        where, offset, size = self.files[path]
        with where.open("rb") as raw:
            raw.seek(offset)
            while size > 0:
                some = raw.read(min(STEP, size))
                if not some:
                    return
                size -= len(some)
                yield some

    def _compare(self, path: Path, raw: BinaryIO, offset: int, expected: bytes) -> None:
        raw.seek(offset)
        actual = raw.read(len(expected))
        if actual != expected:
            pairs = zip(actual + b"\0" * len(expected), expected)  # noqa: B905 (Python 3.8)
            differs = next((at for at, (is_, was) in enumerate(pairs) if is_ != was), len(actual))
            self.say("archive", path.name, offset + min(differs, len(actual)))

    def _read_archive(self, path: Path, raw: BinaryIO) -> None:
        start, entries, is_long = self._directory(path, raw)
        at, expected = 0, b""
        for place, (entry, stated, sizes, offset) in enumerate(entries):
            following = entries[place + 1][3] if place + 1 < len(entries) else start
            head = len(local_header(entry))
            gap = following - offset - head - (24 if following - offset > MOST else 16)
            size = min(collections.Counter([*sizes, gap]).most_common(1)[0][0], max(0, start - at - head))
            raw.seek(at + 30)
            name = self._known(entry, raw.read(len(entry)))
            text = name.decode("utf-8", "replace")
            if text in self.files:
                self.say("twice", text)
            self.files[text] = (path, at + head, size)
            computed = 0
            for some in self.stream(text):
                computed = zlib.crc32(some, computed)
            raw.seek(at + head + size + 4)
            behind = int.from_bytes(raw.read(4), "little")
            self.crcs[text] = crc = collections.Counter([stated, behind, computed]).most_common(1)[0][0]
            self._compare(path, raw, at, local_header(name))
            self._compare(path, raw, at + head + size, descriptor(crc, size))
            expected += central(name, crc, size, at)
            at += head + size + len(descriptor(crc, size))
        end = expected + ending(len(entries), len(expected), at, is_long=is_long)
        self._compare(path, raw, at, end)
        if path.stat().st_size != at + len(end):
            self.say("archive", path.name, min(path.stat().st_size, at + len(end)))

    def _known(self, listed: bytes, local: bytes) -> bytes:
        # Where directory and header disagree about a name, the one that the manifest has is right.
        known = {MANIFEST.encode(), SEAL.encode(), STAMP.encode(), VALUES.encode()}
        if listed == local or listed in known:
            return listed
        quoted = self.read(MANIFEST) if MANIFEST in self.files else b""
        is_local = local in known or b'"' + local + b'"' in quoted
        return local if is_local and b'"' + listed + b'"' not in quoted else listed

    def _directory(self, path: Path, raw: BinaryIO) -> Any:
        """Where the directory begins, its entries (name, CRC-32, sizes, offset), whether the archive is a long one."""
        length = path.stat().st_size
        raw.seek(max(0, length - 98))
        tail = raw.read()
        is_long = len(tail) == 98 and tail[:3] == b"PK\x06" and tail[56:59] == b"PK\x06"
        end = length - (98 if is_long else 22)
        size, offset = struct.unpack("<QQ", tail[40:56]) if is_long else struct.unpack("<II", tail[-10:-2])
        reached = min(offset, length)
        for start in (offset, end - size):
            if not 0 <= start < end:
                continue
            entries, at = [], start
            raw.seek(start)
            block = raw.read(end - start)
            while 0 <= at - start <= len(block) - 46:
                head = block[at - start : at - start + LONGEST_ENTRY]
                reached = at if head[:4] == b"PK\x01\x02" else reached
                crc, packed, full, name, extra = struct.unpack("<IIIHH", head[16:32])
                where = int.from_bytes(head[42:46], "little")
                wide = head[50 + name : 46 + name + extra]
                if len(wide) >= 24:
                    packed, full, where = struct.unpack("<QQQ", wide[:24])
                elif len(wide) >= 8:
                    where = int.from_bytes(wide[:8], "little")
                entries.append((head[46 : 46 + name], crc, (packed, full), where))
                at += 46 + name + extra
            if entries and at == end:
                return start, entries, is_long
        raise Wrong(f"{path.name}: the directory of the archive (目录), from byte {reached} on")
