"""Evidence under a case key: the key of one file, its encryption by chunks, and the sums of what was read.

The construction is STREAM as in age: chunks of 1 MiB, AES-256-GCM, a nonce that counts them and marks the last, so that
nothing can be dropped, repeated, moved or cut off unnoticed. The key of a file follows from the case key, the file's
own random salt and its checksum, so no two files and no two versions share one. It is deterministic: an interrupted
upload goes on where it stopped, and its client must check that it is still the same file.
Specified in docs/protocol.md, section "Cases"; frontend/locker.js does the same.
"""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privacy.envelope import SealError

KEY_SIZE = 32
SALT_SIZE = 32
CHUNK = 1 << 20
"""Bytes of plain text in a chunk; the last one has what is left."""
TAG = 16
PART_CHUNKS = 8
"""Chunks of one part of an upload."""
PART_SIZE = PART_CHUNKS * (CHUNK + TAG)
"""Bytes of a full part of cipher text; the last one is shorter."""


class Reader(Protocol):
    """What has `read`: a file opened for bytes."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Sums:
    """SHA-256 and SM3 (GB/T 32905-2016) of what was fed so far."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3 = hashes.Hash(hashes.SM3())
        self.size = 0
        """Bytes fed."""

    def update(self, some: bytes) -> None:
        """Feed more bytes."""
        self._sha256.update(some)
        self._sm3.update(some)
        self.size += len(some)

    def sha256(self) -> bytes:
        """The SHA-256 of all that was fed, 32 bytes."""
        return self._sha256.digest()

    def sm3(self) -> bytes:
        """The SM3 of all that was fed, 32 bytes."""
        return self._sm3.copy().finalize()


def sums_of(reader: Reader) -> Sums:
    """The sums of everything a reader has left, read by chunks."""
    sums = Sums()
    while some := reader.read(CHUNK):
        sums.update(some)
    return sums


def sm3(message: bytes) -> bytes:
    """The SM3 of a message, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(message)
    return digest.finalize()


def chunk_count(size: int) -> int:
    """Chunks of a file of `size` bytes; an empty one has one empty chunk."""
    return max(1, -(-size // CHUNK))


def cipher_size(size: int) -> int:
    """Bytes of the cipher text of a file of `size` bytes."""
    return size + TAG * chunk_count(size)


def part_count(size: int) -> int:
    """Parts in which a file of `size` bytes (plain) is uploaded."""
    return -(-chunk_count(size) // PART_CHUNKS)


def part_size(size: int, number: int) -> int:
    """Bytes of cipher text in part `number` (from 0) of a file of `size` bytes (plain). Raises ValueError."""
    if not 0 <= number < part_count(size):
        raise ValueError(f"a file of {size} bytes has no part {number}")
    return min(PART_SIZE, cipher_size(size) - number * PART_SIZE)


def file_key(case_key: bytes, *, salt: bytes, case: str, evidence: str, version: int, source_sha256: bytes) -> bytes:
    """The 32-byte key of one version of a piece of evidence: HKDF-SHA256 (RFC 5869) of the case key.

    `salt` is the version's 32 random bytes, `case` and `evidence` are references, `source_sha256` the 32-byte SHA-256
    of the plain file. Raises ValueError for another length.
    """
    if (len(case_key), len(salt), len(source_sha256)) != (KEY_SIZE, SALT_SIZE, 32):
        raise ValueError("the case key, the salt and the checksum have 32 bytes each")
    parts = ("alliance/evidence/1", case, evidence, str(version), source_sha256.hex())
    return HKDF(hashes.SHA256(), KEY_SIZE, salt, "\x1f".join(parts).encode()).derive(case_key)


def nonce(number: int, *, is_last: bool) -> bytes:
    """The nonce of chunk `number` (from 0): 11 bytes big-endian, then 1 for the last chunk and 0 for the others."""
    return number.to_bytes(11, "big") + bytes([is_last])


def encrypt_chunks(key: bytes, reader: Reader, size: int, first_chunk: int = 0) -> Iterator[bytes]:
    """The chunks of cipher text of a file of `size` bytes from chunk `first_chunk` on.

    `reader` stands at byte first_chunk * CHUNK. Raises ValueError if the file is shorter or longer than `size`.
    """
    cipher, last = AESGCM(key), chunk_count(size) - 1
    for number in range(first_chunk, last + 1):
        wanted = CHUNK if number < last else size - last * CHUNK
        plain = _read(reader, wanted)
        if len(plain) != wanted or (number == last and reader.read(1)):
            raise ValueError("the file is not as long as it was")
        yield cipher.encrypt(nonce(number, is_last=number == last), plain, None)


def decrypt_chunks(key: bytes, reader: Reader, first_chunk: int = 0) -> Iterator[bytes]:
    """The chunks of plain text of a file's cipher text from chunk `first_chunk` on, each as soon as it is verified.

    Raises SealError where a chunk was changed, moved, repeated or dropped; what came before it is genuine but is not
    the whole file.
    """
    cipher, number, held = AESGCM(key), first_chunk, _read(reader, CHUNK + TAG)
    while True:
        following = _read(reader, CHUNK + TAG) if len(held) == CHUNK + TAG else b""
        is_last = not following
        try:
            plain = cipher.decrypt(nonce(number, is_last=is_last), held, None)
        except (InvalidTag, ValueError) as error:
            raise SealError(f"chunk {number} is not what was encrypted") from error
        if not plain and number:
            raise SealError("the file ends with an empty chunk")
        yield plain
        if is_last:
            return
        held, number = following, number + 1


def _read(reader: Reader, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end: a reader may give less than it was asked for."""
    some = reader.read(size)
    while len(some) < size and (more := reader.read(size - len(some))):
        some += more
    return some
