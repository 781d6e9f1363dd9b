"""Ed25519 (RFC 8032) over raw keys: a 32-byte seed signs, a 32-byte public key verifies."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privacy.encoding import b64, unb64

PREFIX = "ed25519:"
"""Before a public key that a person reads or types: a bare one may begin with a hyphen, as an option does."""
KEY_SIZE = 32
SIGNATURE_SIZE = 64


def public_key(seed: bytes) -> bytes:
    """The public key of a 32-byte seed. Raises ValueError for another length."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def text_of(key: bytes) -> str:
    """A public key as it is shown: the prefix and base64url."""
    return f"{PREFIX}{b64(key)}"


def key_of(text: str, field: str) -> bytes:
    """The 32 bytes of a public key in base64url, with or without its prefix. Raises Malformed."""
    return unb64(text.removeprefix(PREFIX), field, KEY_SIZE)


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte signature of a message. Raises ValueError if the seed is not 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds; false too for keys and signatures that are malformed."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
