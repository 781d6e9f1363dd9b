"""The time-stamp of a package (RFC 3161, RFC 5652): its imprint, and its signature if it is RSA.

Part of `privacy.verify_package`: standard library only, Python 3.8 or later.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Tuple  # noqa: UP035 (Python 3.8)

HASHES = {b"\x01": "sha256", b"\x02": "sha384", b"\x03": "sha512"}
"""By the last byte of their object identifier, 2.16.840.1.101.3.4.2.*."""
RSA = bytes.fromhex("06092a864886f70d010101")
RSA_SIGNED = {bytes.fromhex("2a864886f70d0101") + last for last in (b"\x01", b"\x0b", b"\x0c", b"\x0d")}
"""Object identifiers of PKCS #1 v1.5 signatures: rsaEncryption, and with SHA-256, -384, -512 (RFC 8017, A.2.4)."""
DIGEST_ATTRIBUTE = bytes.fromhex("06092a864886f70d010904")
SHA_2 = bytes.fromhex("06096086480165030402")
LARGEST_RSA, EXPONENT = 2048, 64
"""Bytes of the longest modulus that is computed with, and bits of the longest exponent."""
Node = Tuple[int, int, int, int]  # noqa: UP006


def nodes(raw: bytes, start: int, end: int) -> List[Node]:  # noqa: UP006
    """The DER values between two offsets: tag, where it begins, where its content begins and ends."""
    found = []
    while start < end:
        at, tag, length, inner = start, raw[start], raw[start + 1], start + 2
        if length & 0x80:
            inner += length & 0x7F
            length = int.from_bytes(raw[start + 2 : inner], "big")
        start = inner + length
        found.append((tag, at, inner, start))
    return found


def inside(raw: bytes, node: Node) -> List[Node]:  # noqa: UP006
    """The values in a value."""
    return nodes(raw, node[2], node[3])


def content(raw: bytes, node: Node) -> bytes:
    """The bytes of a value's content."""
    return raw[node[2] : node[3]]


def read_stamp(token: bytes, signature: bytes) -> Dict[str, Any]:  # noqa: UP006
    """When the authority saw the signature, and who it says it is. Raises ValueError if the token is not of it.

    `is_signed` is None, and `certificate` empty, where no certificate in it is of the RSA key that signed it (PKCS #1
    v1.5): then only the imprint is checked, and whoever made the token may have written any time into it.
    """
    signed = inside(token, inside(token, inside(token, nodes(token, 0, len(token))[0])[1])[0])
    info = content(token, inside(token, inside(token, signed[2])[1])[0])
    stated = inside(info, nodes(info, 0, len(info))[0])
    signer = inside(token, inside(token, signed[-1])[0])
    attributes = b"\x31" + token[signer[3][1] + 1 : signer[3][3]]
    name = HASHES[content(token, inside(token, signer[2])[0])[-1:]]
    at = attributes.index(DIGEST_ATTRIBUTE) + len(DIGEST_ATTRIBUTE) + 4
    digest = hashlib.new(name, info).digest()
    if content(info, inside(info, stated[2])[1]) != hashlib.sha256(signature).digest():
        raise ValueError("the imprint is another one")
    if attributes[at : at + len(digest)] != digest:
        raise ValueError("the authority signed something else")
    # What a certificate beside the signature says proves nothing: a name is told only of one whose key made it.
    by = [token[one[1] : one[3]] for one in (inside(token, signed[3]) if signed[3][0] == 0xA0 else [])]
    is_rsa = content(token, inside(token, signer[4])[0]) in RSA_SIGNED
    signers = [one for one in by if is_rsa and rsa_holds(one, name, attributes, content(token, signer[5]))]
    if is_rsa and by and not signers:
        raise ValueError("the authority's signature does not hold")
    whose = hashlib.sha256(signers[0]).hexdigest() if signers else ""
    return {"at": content(info, stated[4]).decode("ascii"), "is_signed": bool(signers) or None, "certificate": whose}


def rsa_holds(certificate: bytes, name: str, message: bytes, signature: bytes) -> bool:
    """Whether the key of an X.509 certificate is RSA and signed the message (RFC 8017, 8.2.2)."""
    body = inside(certificate, nodes(certificate, 0, len(certificate))[0])[0]
    for field in inside(certificate, body):
        if field[0] == 0x30 and content(certificate, field)[2 : 2 + len(RSA)] == RSA:
            key = content(certificate, inside(certificate, field)[1])[1:]
            modulus, exponent = (
                int.from_bytes(content(key, one), "big") for one in inside(key, nodes(key, 0, len(key))[0])
            )
            size = (modulus.bit_length() + 7) // 8
            if not 0 < size <= LARGEST_RSA or exponent.bit_length() > EXPONENT:
                return False
            digest = hashlib.new(name, message).digest()
            oid = SHA_2 + next(last for last, one in HASHES.items() if one == name)
            algorithm = b"\x30" + bytes([len(oid) + 2]) + oid + b"\x05\x00"
            inner = algorithm + b"\x04" + bytes([len(digest)]) + digest
            inner = b"\x30" + bytes([len(inner)]) + inner
            padded = b"\x00\x01" + b"\xff" * (size - len(inner) - 3) + b"\x00" + inner
            return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == padded
    return False
