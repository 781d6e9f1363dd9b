"""What the platform encrypts at rest: sealed digests (AES-SIV, equality survives) and texts (AES-256-GCM).

Keys come from the key file, each with an id. A stored value says which key made it: a text in its own header, a
sealed digest in the column beside it. Nonces are random, 96 bits: one key may seal 2^32 texts before it is rotated.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from privacy import encoding, ristretto
from privacy.encoding import Malformed

FORMAT = "alliance-keys/1"
SIZES = {"pepper": 64, "note": 32, "mfa": 32, "portal": 32, "alliance": 32, "case": 32, "package": 32}
"""Bytes of each key; docs/operations.md says what each is for."""
SEALED_SIZE = 48
"""Bytes of a sealed digest: 16 of synthetic nonce and tag, 32 of cipher text."""
ALGORITHM_GCM = 1
"""First byte of a sealed text: 1 is AES-256-GCM."""
_NONCE = 12
_TAG = 16
_KEY_ID = re.compile("[a-z0-9]{1,16}")
_NAME = re.compile("[a-z]{1,16}")
_SHORTEST = 32


class KeyFileError(ValueError):
    """The key file cannot be used; the text says why and never shows a key."""


class SealError(ValueError):
    """A sealed value does not open: changed, moved to another place, or sealed with another key."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The server's keys by name, each with its ids; new values are sealed with the current one."""

    embedded: bool
    """Made by the one-machine mode, and refused outside it."""
    _current: Mapping[str, str]
    _keys: Mapping[str, Mapping[str, bytes]] = field(repr=False)

    @classmethod
    def parse(cls, text: str | bytes) -> "KeyRing":
        """A ring from the text of a key file (docs/protocol.md). Raises KeyFileError."""
        try:
            found = encoding.fields(text, ("format", "embedded", "keys"), "the key file")
            if found["format"] != FORMAT or type(found["embedded"]) is not bool:
                raise Malformed(f"format must be {FORMAT} and embedded true or false")
            if not isinstance(found["keys"], Mapping):
                raise Malformed("keys is not an object")
            current: dict[str, str] = {}
            keys: dict[str, dict[str, bytes]] = {}
            for name, value in found["keys"].items():
                encoding.text(name, "the name of a key", _NAME)
                current[name], keys[name] = cls._parse_one(name, value)
        except Malformed as error:
            raise KeyFileError(str(error)) from error
        return cls(bool(found["embedded"]), current, keys)

    @staticmethod
    def _parse_one(name: str, value: object) -> tuple[str, dict[str, bytes]]:
        found = encoding.fields(value, ("current", "k"), f"key {name}")
        if not isinstance(found["k"], Mapping):
            raise Malformed(f"key {name} has no ids")
        keys = {}
        for key_id, secret in found["k"].items():
            encoding.text(key_id, f"an id of key {name}", _KEY_ID)
            keys[key_id] = encoding.unb64(secret, f"key {name} {key_id}", SIZES.get(name))
            if len(keys[key_id]) < _SHORTEST:
                raise Malformed(f"key {name} {key_id} is shorter than {_SHORTEST} bytes")
        current = encoding.text(found["current"], f"the current id of key {name}", _KEY_ID)
        if current not in keys:
            raise Malformed(f"the current id of key {name} is not among its ids")
        return current, keys

    def current(self, name: str) -> tuple[str, bytes]:
        """Id and bytes of the key that seals new values. Raises KeyFileError if the name is unknown."""
        if name not in self._current:
            raise KeyFileError(f"the key file has no key {name}")
        return self._current[name], self._keys[name][self._current[name]]

    def get(self, name: str, key_id: str) -> bytes:
        """One key. Raises KeyFileError if the file does not have it (or no longer)."""
        try:
            return self._keys[name][key_id]
        except KeyError:
            raise KeyFileError(f"the key file has no key {name} {key_id}") from None

    def ids(self, name: str) -> tuple[str, ...]:
        """All ids of a key, the current one first. Raises KeyFileError if the name is unknown."""
        current, _ = self.current(name)
        return current, *sorted(key_id for key_id in self._keys[name] if key_id != current)


def _digest_context(pepper_id: str, suite: int, epoch: int, kind: int) -> bytes:
    """The associated data of a sealed digest: suite, epoch of the key, kind, pepper id."""
    name = pepper_id.encode("ascii")
    numbers = bytes([suite]) + epoch.to_bytes(4, "big") + kind.to_bytes(2, "big")
    return b"alliance/digest/1\x00" + numbers + bytes([len(name)]) + name


def seal_digest(pepper: bytes, pepper_id: str, digest: bytes, *, suite: int, epoch: int, kind: int) -> bytes:
    """A 32-byte digest to its 48-byte sealed form: AES-SIV (RFC 5297), so equal digests stay equal.

    `pepper` has 64 bytes; `kind` is the kind's number. Raises ValueError for another length of the digest.
    """
    if len(digest) != ristretto.SIZE:
        raise ValueError("a digest has 32 bytes")
    return AESSIV(pepper).encrypt(digest, [_digest_context(pepper_id, suite, epoch, kind)])


def seal_digests(
    pepper: bytes, pepper_id: str, digests: bytes, *, suite: int, epoch: int, kinds: Sequence[int]
) -> bytes:
    """A blob of n digests to a blob of n sealed digests of 48 bytes; `kinds` has one kind number for each."""
    if ristretto.count(digests) != len(kinds):
        raise ValueError("one kind is needed for each digest")
    contexts = {kind: [_digest_context(pepper_id, suite, epoch, kind)] for kind in set(kinds)}
    encrypt, view, size = AESSIV(pepper).encrypt, memoryview(digests), ristretto.SIZE
    return b"".join(
        [
            encrypt(view[at : at + size], contexts[kind])
            for at, kind in zip(range(0, len(view), size), kinds, strict=True)
        ]
    )


def open_digest(pepper: bytes, pepper_id: str, sealed: bytes, *, suite: int, epoch: int, kind: int) -> bytes:
    """The 32-byte digest of a sealed one. Raises SealError if it was sealed otherwise or changed."""
    if len(sealed) != SEALED_SIZE:
        raise SealError("a sealed digest has 48 bytes")
    try:
        return AESSIV(pepper).decrypt(sealed, [_digest_context(pepper_id, suite, epoch, kind)])
    except InvalidTag as error:
        raise SealError("the sealed digest does not open") from error


def seal_text(key: bytes, key_id: str, text: str, *, context: bytes) -> bytes:
    """A text to: algorithm byte, length and bytes of the key id, nonce, AES-256-GCM cipher text with tag.

    `context` says where the value lives (table, column, row): it opens nowhere else. `key` has 32 bytes.
    """
    name = key_id.encode("ascii")
    header = bytes([ALGORITHM_GCM, len(name)]) + name
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, text.encode(), header + context)


def sealed_key_id(sealed: bytes) -> str:
    """The id of the key that sealed a text. Raises SealError if the header is not one."""
    if len(sealed) < 2 or sealed[0] != ALGORITHM_GCM or len(sealed) < 2 + sealed[1] + _NONCE + _TAG:
        raise SealError("this is not a sealed text")
    name = sealed[2 : 2 + sealed[1]].decode("ascii", "replace")
    if not _KEY_ID.fullmatch(name):
        raise SealError("this is not a sealed text")
    return name


def open_text(ring: KeyRing, name: str, sealed: bytes, *, context: bytes) -> str:
    """The text that `seal_text` sealed with key `name` of the ring, whichever id it has.

    Raises SealError if it was changed or belongs elsewhere, KeyFileError if its key is gone from the ring.
    """
    key_id = sealed_key_id(sealed)
    split = 2 + len(key_id)
    header, nonce, body = sealed[:split], sealed[split : split + _NONCE], sealed[split + _NONCE :]
    try:
        return AESGCM(ring.get(name, key_id)).decrypt(nonce, body, header + context).decode()
    except InvalidTag as error:
        raise SealError("the sealed text does not open") from error
