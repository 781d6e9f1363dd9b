"""The manifest and its seal: what is signed, and the message that is signed."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cases.package.facts import Facts
from cases.package.records import evidence_entry
from privacy import signing
from privacy.locker import sm3
from privacy.verify_archive import STAMP
from privacy.verify_package import SIGNED, dumps
from privacy.verify_sums import piece_sums, sums_of

FORMAT = "alliance-package/1"
SEAL_FORMAT = "alliance-seal/1"


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest and its Ed25519 signature by the key of this 32-byte public half."""

    manifest: bytes
    signature: bytes
    key: bytes


def fingerprint(public: bytes) -> str:
    """What people compare: the SHA-256 of the signing key's public half, in hex."""
    return sha256(public).hexdigest()


def signed(facts: Facts, documents: Mapping[str, bytes], seed: bytes, *, institution: str, is_stamped: bool) -> Signed:
    """The manifest of these documents and of the case's evidence, signed with the 32-byte seed."""
    public = signing.public_key(seed)
    head = {
        "format": FORMAT,
        "package": str(facts.package),
        "case": str(facts.case.ref),
        "institution": institution,
        "built_at": facts.built_at.isoformat(timespec="seconds"),
        "scope": "police" if facts.of_police else "member",
        "key": fingerprint(public),
        "timestamp": "rfc3161" if is_stamped else "none",
        "log": "not sealed",
    }
    lists: dict[str, Sequence[Mapping[str, Any]]] = {
        "commitments": [
            {"disclosure": str(one.ref), "commitment": bytes(one.commitment or b"").hex()} for one in facts.committed
        ],
        "documents": [_document(path, raw) for path, raw in sorted(documents.items())],
        "evidence": [evidence_entry(file) for file in facts.files],
    }
    manifest = _by_lines(head, lists)
    return Signed(manifest, signing.sign(seed, message(manifest)), public)


def message(manifest: bytes) -> bytes:
    """What the signature is over: a prefix and the SHA-256 of the manifest."""
    return SIGNED + sha256(manifest).digest()


def seal_of(made: Signed, token: bytes | None) -> bytes:
    """seal.json: key, signature and checksums in one line of JSON, and its CRC-32 in a second one."""
    body = dumps(
        {
            "format": SEAL_FORMAT,
            "key": made.key.hex(),
            "manifest": {**sums_of(made.manifest), "pieces": piece_sums("manifest.json", made.manifest)},
            "signature": made.signature.hex(),
            "timestamp": sums_of(token) if token else None,
        }
    )
    return body + b"\n%08x\n" % zlib.crc32(body)


def files_around(made: Signed, token: bytes | None) -> dict[str, bytes]:
    """The files of a package that no manifest lists: the manifest itself, its seal, its time-stamp."""
    found = {"manifest.json": made.manifest, "seal.json": seal_of(made, token)}
    return found | ({STAMP: token} if token else {})


def _document(path: str, raw: bytes) -> dict[str, Any]:
    return {"path": path, **sums_of(raw), "sm3": sm3(raw).hex(), "pieces": piece_sums(path, raw)}


def _by_lines(head: Mapping[str, str], lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """One JSON object with a line for each fact and file, so that people can read it and a wrong line is named."""
    lines = [dumps(name) + b":" + dumps(value) for name, value in head.items()]
    for name, rows in lists.items():
        entries = b",\n".join(dumps(dict(row)) for row in rows)
        lines.append(dumps(name) + b":[" + (b"\n" + entries + b"\n" if rows else b"") + b"]")
    return b"{\n" + b",\n".join(lines) + b"\n}\n"
