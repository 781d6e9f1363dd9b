"""Recovery files: a private key under a passphrase, to be kept outside the browser. docs/protocol.md, "Cases"."""

import json
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from privacy import encoding, hpke
from privacy.encoding import Malformed, b64, unb64
from privacy.envelope import SealError

FORMAT = "alliance-recovery/1"
KDF = "PBKDF2-HMAC-SHA-256"
ITERATIONS = 1_000_000
MOST_ITERATIONS = 10_000_000
"""More is refused: a file from elsewhere must not keep a reader busy."""
SHORTEST = 12
"""Characters of a passphrase."""
_FIELDS = ("format", "public", "kdf", "iterations", "salt", "nonce", "sealed")


def write(private: bytes, passphrase: str) -> str:
    """The recovery file (JSON) of a 32-byte private key. Raises ValueError for a passphrase under 12 characters."""
    if len(passphrase) < SHORTEST:
        raise ValueError(f"the passphrase needs {SHORTEST} characters")
    salt, nonce, public = os.urandom(16), os.urandom(12), hpke.public_of(private)
    sealed = AESGCM(_key(passphrase, salt, ITERATIONS)).encrypt(nonce, private, public)
    parts = {"salt": b64(salt), "nonce": b64(nonce), "sealed": b64(sealed)}
    return json.dumps({"format": FORMAT, "public": b64(public), "kdf": KDF, "iterations": ITERATIONS, **parts})


def public_in(text: str | bytes) -> bytes:
    """The public key that a recovery file names, unproven until it is read. Raises Malformed."""
    return unb64(_checked(text)["public"], "public", hpke.KEY_SIZE)


def read(text: str | bytes, passphrase: str) -> bytes:
    """The private key in a recovery file. Raises Malformed for another file, SealError for a wrong passphrase."""
    found = _checked(text)
    public = unb64(found["public"], "public", hpke.KEY_SIZE)
    salt, nonce = unb64(found["salt"], "salt", 16), unb64(found["nonce"], "nonce", 12)
    iterations = encoding.whole(found["iterations"], "iterations", ITERATIONS, MOST_ITERATIONS)
    sealed = unb64(found["sealed"], "sealed", hpke.KEY_SIZE + 16)
    try:
        private = AESGCM(_key(passphrase, salt, iterations)).decrypt(nonce, sealed, public)
    except InvalidTag as error:
        raise SealError("the passphrase is wrong, or the file was changed") from error
    if hpke.public_of(private) != public:
        raise SealError("the file holds another key than it names")
    return private


def _checked(text: str | bytes) -> dict[str, object]:
    found = encoding.fields(text, _FIELDS, "the recovery file")
    if (found["format"], found["kdf"]) != (FORMAT, KDF):
        raise Malformed(f"this is not a recovery file of the format {FORMAT}")
    return found


def _key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    # One spelling: keyboards and systems compose the same letters differently (RFC 8265, section 4.2.2).
    spelt = unicodedata.normalize("NFC", passphrase).encode()
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, iterations).derive(spelt)
