"""Looking for plain values where there must be none: in dumps, brokers' files and logs, in any usual encoding.

tests/test_leaks.py shows that each encoding is really found; tests/leaks_of_demo.py scans a whole running demo.
"""

import base64
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from privacy.kinds import message

WINDOW = 8
"""Bytes compared at once; a shorter text (a service line such as 12378) is nobody's secret and is not looked for."""
HASHES = ("md5", "sha1", "sha256", "sm3")


@dataclass(frozen=True, slots=True)
class Leak:
    """A value that stands where it must not; `form` says how it is encoded."""

    where: str
    kind: str
    value: str
    form: str


def spellings(kind: str, value: str) -> tuple[str, ...]:
    """The ways a canonical value is usually written."""
    if kind == "phone/1" and value.startswith("+861"):
        bare = value.removeprefix("+86")
        grouped = (bare[:3], bare[3:7], bare[7:])
        return (value, bare, "86" + bare, " ".join(grouped), "-".join(grouped))
    if kind == "phone/1" and value.startswith("+86"):
        return (value, value.removeprefix("+86"), "0" + value.removeprefix("+86"))
    if kind in {"voice/1", "account/1"}:
        return (value, value.rsplit(":", 1)[1])
    return tuple(dict.fromkeys((value, value.upper(), value.lower())))


def encodings(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves, in hexadecimal, and in base64 at any offset inside a longer text."""
    yield "plain", raw
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for offset in range(3):
        # Whole groups only: the signs at either end depend on the neighbours.
        text = base64.b64encode(bytes(offset) + raw)[-(-offset * 4 // 3) :]
        whole = text[: (len(raw) * 8 - (-offset * 8) % 6) // 6]
        yield "base64", whole
        yield "base64url", whole.translate(bytes.maketrans(b"+/", b"-_"))


def digest(name: str, raw: bytes) -> bytes:
    """A plain hash; SM3 is GB/T 32905."""
    if name == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(raw)
        return sm3.finalize()
    return hashlib.new(name, raw, usedforsecurity=False).digest()


def forms(kind: str, value: str) -> Iterator[tuple[str, bytes]]:
    """Everything that would give the value away: its spellings and their hashes, each in every encoding."""
    for text in spellings(kind, value):
        yield from encodings(text.encode())
        yield "utf-16", text.encode("utf-16-le")
        for name in HASHES:
            for encoding, found in encodings(digest(name, text.encode())):
                yield f"{name} {encoding}", found
    for name in HASHES:  # what is hashed onto the curve, hashed plainly
        for encoding, found in encodings(digest(name, message(kind, value))):
            yield f"{name} of the message, {encoding}", found


class Scanner:
    """Finds any form of many values in many bytes: every window of 8 bytes is looked up in one set.

    `values` are (kind, canonical) pairs; `texts` are free texts (notes, own references) that must not be legible.
    """

    def __init__(self, values: Iterable[tuple[str, str]], texts: Iterable[str] = ()) -> None:
        self._values = sorted(set(values))
        self._texts = sorted({text for text in texts if len(text.encode()) >= WINDOW})
        self._windows = {_window(found) for _, _, _, found in self._all()}
        self.scanned = 0

    def _all(self) -> Iterator[tuple[str, str, str, bytes]]:
        for kind, value in self._values:
            for form, found in forms(kind, value):
                if len(found) >= WINDOW:
                    yield kind, value, form, found
        for text in self._texts:
            for form, found in encodings(text.encode()):
                if len(found) >= WINDOW:
                    yield "text", text, form, found

    def scan(self, where: str, content: bytes) -> list[Leak]:
        """Every leak in these bytes."""
        return self.scan_all({where: lambda: content})

    def scan_tree(self, directory: Path) -> list[Leak]:
        """Every leak in the files below a directory."""
        return self.scan_all({str(path): path.read_bytes for path in sorted(directory.rglob("*")) if path.is_file()})

    def scan_all(self, contents: Mapping[str, Callable[[], bytes]]) -> list[Leak]:
        """Every leak in what these functions read, which is once, and again where a window looks familiar."""
        hits = {where: found for where, read in contents.items() if (found := self._familiar(read()))}
        if not hits:
            return []
        familiar = set().union(*hits.values())
        suspects = [one for one in self._all() if _window(one[3]) in familiar]
        return [
            Leak(where, kind, value, form)
            for where, found in hits.items()
            for content in [contents[where]()]
            for kind, value, form, pattern in suspects
            if _window(pattern) in found and pattern in content
        ]

    def _familiar(self, content: bytes) -> set[int]:
        """The windows of these bytes, at every offset, with which some form of a value begins."""
        self.scanned += len(content)
        hits: set[int] = set()
        for offset in range(WINDOW):
            end = offset + (len(content) - offset) // WINDOW * WINDOW
            if end > offset:
                hits |= self._windows.intersection(memoryview(content)[offset:end].cast("Q"))
        return hits


def _window(found: bytes) -> int:
    return int.from_bytes(found[:WINDOW], sys.byteorder)
