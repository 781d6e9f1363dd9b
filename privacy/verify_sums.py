"""What verify.py computes with: Ed25519, SM3, and which byte of a file is wrong. Part of `privacy.verify_package`.

Standard library only, Python 3.8 or later: each package carries these modules as one file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple  # noqa: UP035 (Python 3.8)

PIECE = 4096
"""Bytes of a piece of a document that is not JSON."""
MOST = 0xFFFFFFFF


# --- Ed25519 (RFC 8032, section 5.1.7) and SM3 (GB/T 32905-2016) ---------------------------------------------
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = Tuple[int, int, int, int]  # noqa: UP006


def add(a: Point, b: Point) -> Point:
    """The sum of two points of the curve in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, z * t % P, y * z % P, x * t % P


def times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def point_of(raw: bytes) -> Optional[Point]:  # noqa: UP045
    """A point from its 32 bytes; None if they are none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds: 32-byte key, 64-byte signature."""
    if len(key) != 32 or len(signature) != 64 or BASE is None:
        return False
    a, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def sm3(message: bytes) -> str:
    """The SM3 of a message in hex, by this file alone."""
    state = list(
        struct.unpack(">8I", bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e"))
    )
    padded = message + b"\x80" + bytes((55 - len(message)) % 64) + (8 * len(message)).to_bytes(8, "big")

    def turn(word: int, by: int) -> int:
        by %= 32
        return ((word << by) | (word >> (32 - by))) & MOST

    for at in range(0, len(padded), 64):
        w = list(struct.unpack(">16I", padded[at : at + 64]))
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            first = turn((turn(a, 12) + e + turn(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & MOST, 7)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & MOST & g)
            one = (ff + d + (first ^ turn(a, 12)) + (w[j] ^ w[j + 4])) & MOST
            two = (gg + h + first + w[j]) & MOST
            a, b, c, d, e, f, g, h = one, a, turn(b, 9), c, two ^ turn(two, 9) ^ turn(two, 17), e, turn(f, 19), g
        state = [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]  # noqa: B905 (Python 3.8)
    return struct.pack(">8I", *state).hex()


# --- Which byte is wrong: CRC-32 tells where a single one was changed, SHA-256 proves it ---------------------------
def _table() -> List[int]:  # noqa: UP006
    found = []
    for start in range(256):
        state = start
        for _ in range(8):
            state = (state >> 1) ^ (0xEDB88320 if state & 1 else 0)
        found.append(state)
    return found


TABLE = _table()
BY_TOP = {entry >> 24: place for place, entry in enumerate(TABLE)}
CHANGES = {entry: place for place, entry in enumerate(TABLE) if place}


def wrong_byte(raw: bytes, crc: int, is_right: Callable[[bytes], bool]) -> Optional[Tuple[int, bytes]]:  # noqa: UP006,UP045
    """Where the one byte stands that was changed, and the bytes as they were; None if there is no such one.

    The difference of the checksums is walked back one byte at a time until it is that of a single changed byte.
    """
    state = zlib.crc32(raw) ^ crc
    for at in range(len(raw) - 1, -1, -1):
        if state in CHANGES:
            was = raw[:at] + bytes([raw[at] ^ CHANGES[state]]) + raw[at + 1 :]
            if is_right(was):
                return at, was
        low = BY_TOP[state >> 24]
        state = ((state ^ TABLE[low]) << 8 | low) & MOST
    return None


def pieces_of(path: str, raw: bytes) -> Iterator[Tuple[int, bytes]]:  # noqa: UP006
    """The pieces of a document, each with its offset: the lines of a JSON document, 4096 bytes of another one."""
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at) + 1 or len(raw) if path.endswith(".json") else at + PIECE
        yield at, raw[at:end]
        at = end


def piece_sums(path: str, raw: bytes) -> str:
    """What finds a wrong piece: the first 4 bytes of the SHA-256 of each, in hex, one after the other."""
    return "".join(hashlib.sha256(piece).hexdigest()[:8] for _at, piece in pieces_of(path, raw))


def sums_of(raw: bytes) -> Dict[str, Any]:  # noqa: UP006
    """What a seal says of a file."""
    return {"crc32": f"{zlib.crc32(raw):08x}", "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}


def seal_of(seal: Dict[str, Any], manifest: Dict[str, Any], raw: bytes) -> Dict[str, Any]:  # noqa: UP006
    """The one seal that this key and signature make of a manifest, parsed and as bytes.

    Whatever else a seal says is signed by nobody. The sums of the time-stamp are compared with its file elsewhere.
    """
    sums = sums_of(raw)
    stated = seal["timestamp"] if isinstance(seal["timestamp"], dict) else {}
    return {
        "format": "alliance-seal/1",
        **{name: bytes.fromhex(seal[name]).hex() for name in ("key", "signature")},
        "manifest": {**sums, "pieces": piece_sums("manifest.json", raw)},
        "timestamp": {name: stated.get(name) for name in sums} if manifest["timestamp"] == "rfc3161" else None,
    }
