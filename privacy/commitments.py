"""Commitments: they prove a disclosed value later and tell nothing of it before. docs/protocol.md, "Cases"."""

import hmac
from hashlib import sha256

SALT_SIZE = 32


def commitment(ref: str, kind: str, value: str, salt: bytes) -> bytes:
    """SHA-256 over the disclosure's reference, the kind's label, the canonical value and a secret 32-byte salt.

    The salt is random and as secret as the value, so that nobody can try values. Raises ValueError for its length.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"the salt of a commitment has {SALT_SIZE} bytes")
    return sha256("\x1f".join(("alliance/disclosure/1", ref, kind, value, "")).encode() + salt).digest()


def is_committed(claimed: bytes, *, ref: str, kind: str, value: str, salt: bytes) -> bool:
    """Whether a commitment is of this value; False for a salt of another length."""
    return len(salt) == SALT_SIZE and hmac.compare_digest(claimed, commitment(ref, kind, value, salt))


def key_check(case: str, generation: int, case_key: bytes) -> bytes:
    """What all grants of one generation of a case's key have in common: a hash of the key, which has 32 random bytes.

    Who opens a grant compares, so that nobody is given another key than the others. Raises ValueError for a length.
    """
    if len(case_key) != SALT_SIZE:
        raise ValueError("a case key has 32 bytes")
    return sha256("\x1f".join(("alliance/case-key/1", case, str(generation), "")).encode() + case_key).digest()
