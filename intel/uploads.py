"""The body of an upload: unpacked within bounds, hashed, and put aside until it can be stored in one go.

A slow sender must not hold a database transaction open, and the hash of the whole body decides whether it is a
repetition before a row is read. So the body is set aside first: in memory while it is small, else in an unnamed file,
enciphered under a key that only this request knows, because a digest must not lie unsealed on a disk.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.conf import settings
from django.utils.translation import gettext as _

from kit.errors import Invalid, TooLarge, UnsupportedMedia

_PIECE = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_LONGEST_LINE = 32 * 1024
"""Bytes of a row: 20 digests and the longest note and reference fit four times."""
_MOST_MEMBERS = 10_000
"""Members of a gzip stream. Tools write one, or one for each 64 kB; empty ones by the million only burn time."""


class Readable(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Upload:
    """A body set aside, with its SHA-256 after unpacking."""

    def __init__(self, sha256: bytes, file: IO[bytes], secret: bytes) -> None:
        self.sha256 = sha256
        self._file = file
        self._secret = secret

    def rows(self) -> Iterator[object]:
        """Each line as the JSON value it is, in bounded memory; read it once.

        Raises Invalid, with the number of the line, at the first that is not JSON: a body that is cut off or is not
        ndjson at all must not be stored in half.
        """
        number = 0
        for number, line in enumerate(self._lines(), start=1):
            if len(line) > _LONGEST_LINE:
                raise _malformed(number, _("Line %(row)d is longer than a row can be. Nothing was stored."))
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                raise _malformed(number, _("Line %(row)d is not JSON. Nothing was stored.")) from None

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        for piece in self._pieces():
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
            if len(rest) > _LONGEST_LINE:
                break
        if rest:
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        decipher = _cipher(self._secret).decryptor()
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield decipher.update(piece)


@contextmanager
def set_aside(body: Readable, *, encoding: str = "", most: int | None = None) -> Iterator[Upload]:
    """Read a whole body, unpacking it if `encoding` (of the Content-Encoding header) is gzip.

    Raises TooLarge as soon as `most` bytes (by default SUBMISSION_MAX_BYTES) are passed, before or after unpacking;
    UnsupportedMedia for another encoding; Invalid for a broken gzip stream.
    """
    most = settings.SUBMISSION_MAX_BYTES if most is None else most
    if encoding not in {"", "identity", "gzip"}:
        raise UnsupportedMedia(_("Send the body as it is or with Content-Encoding: gzip."))
    sha256, size, secret = hashlib.sha256(), 0, os.urandom(48)
    cipher = _cipher(secret).encryptor()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        for piece in _unpacked(body, most) if encoding == "gzip" else _raw(body, most):
            size += len(piece)
            if size > most:
                raise _too_large(most)
            sha256.update(piece)
            file.write(cipher.update(piece))
        yield Upload(sha256.digest(), file, secret)


def _cipher(secret: bytes) -> Cipher[CTR]:
    return Cipher(AES256(secret[:32]), CTR(secret[32:]))


def _raw(body: Readable, most: int) -> Iterator[bytes]:
    read = 0
    while piece := body.read(_PIECE):
        read += len(piece)
        if read > most:
            raise _too_large(most)
        yield piece


def _unpacked(body: Readable, most: int) -> Iterator[bytes]:
    """The members of a gzip stream (RFC 1952), in pieces of bounded size whatever the ratio is."""
    unpack, members = zlib.decompressobj(wbits=31), 1
    try:
        for piece in _raw(body, most):
            packed, unpacked = piece, b""
            # A full piece may leave more output behind even when all input is taken.
            while packed or len(unpacked) == _PIECE:
                if unpack.eof:
                    unpack, members = zlib.decompressobj(wbits=31), members + 1
                if members > _MOST_MEMBERS:
                    raise zlib.error("too many members")
                unpacked = unpack.decompress(packed, _PIECE)
                packed = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
                yield unpacked
    except zlib.error:
        raise Invalid(_("The gzip stream is damaged. Nothing was stored."), code="damaged_gzip") from None
    if not unpack.eof:
        raise Invalid(_("The gzip stream ends too early. Nothing was stored."), code="damaged_gzip")


def _malformed(row: int, sentence: str) -> Invalid:
    return Invalid(sentence % {"row": row}, code="malformed", row=row)


def _too_large(most: int) -> TooLarge:
    megabytes = most // (1024 * 1024)
    return TooLarge(
        _("A submission holds at most %(size)d MB; split the file.") % {"size": megabytes}, code="too_many_bytes"
    )
