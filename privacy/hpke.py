"""Sealing to a public key: HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

Single shot, no associated data: what is sealed is the 32-byte encapsulated key and the cipher text behind it. The info
string names the place, the row and the recipient's key, so that cipher text which is moved to another row, or handed
to another key, does not open. Specified in docs/protocol.md, section "Cases"; frontend/hpke.js does the same.
"""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from privacy.encoding import Malformed
from privacy.envelope import SealError

KEY_SIZE = 32
ENCAPSULATED_SIZE = 32
OVERHEAD = ENCAPSULATED_SIZE + 16
"""Bytes that sealing adds: the encapsulated key and the tag."""
PLACES = frozenset({"case-key", "disclosure", "paper", "seized"})
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def generate() -> tuple[bytes, bytes]:
    """A new key pair: the private and the public half, 32 bytes each (RFC 7748)."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_of(private: bytes) -> bytes:
    """The public half of a 32-byte private key. Raises ValueError for another length."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """The SHA-256 of a public key's 32 bytes, in lower-case hex: what people compare."""
    return sha256(public).hexdigest()


def checked_public(public: bytes) -> bytes:
    """The same bytes, if something can be sealed to them. Raises Malformed for another length or a point of low order.

    To a point of low order everybody can open what is sealed (RFC 7748, section 6.1).
    """
    if len(public) != KEY_SIZE:
        raise Malformed(f"a public key has {KEY_SIZE} bytes and this has {len(public)}")
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise Malformed("this is no public key: its point has a low order") from error
    return public


def info(place: str, ref: str, recipient: str) -> bytes:
    """The info string of a seal: format, place, row, the recipient's fingerprint. Raises ValueError for a place."""
    if place not in PLACES:
        raise ValueError(f"nothing is sealed in the place {place}")
    return "\x1f".join(("alliance/seal/1", place, ref, recipient)).encode()


def seal_to(public: bytes, plaintext: bytes, *, place: str, ref: str) -> bytes:
    """Seal bytes to a public key: 32 bytes of encapsulated key, then the cipher text and its tag.

    `ref` is the row's reference, for a case key "<case ref>/<generation>", for a seized row "<list ref>/<row number>".
    Raises Malformed for a key that will not do.
    """
    recipient = X25519PublicKey.from_public_bytes(checked_public(public))
    return bytes(_SUITE.encrypt(plaintext, recipient, info(place, ref, fingerprint(public))))


def open_sealed(private: bytes, sealed: bytes, *, place: str, ref: str) -> bytes:
    """What `seal_to` sealed to the public half of this key for this place and row.

    Raises SealError if it was changed, belongs to another row, or was sealed to another key.
    """
    if len(sealed) < OVERHEAD:
        raise SealError("this is not a sealed value")
    context = info(place, ref, fingerprint(public_of(private)))
    try:
        return bytes(_SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), context))
    except (InvalidTag, ValueError) as error:
        raise SealError("the sealed value does not open with this key in this place") from error
