"""The transcript that a key ceremony leaves: the trust anchor whose fingerprint members pin out of band.

The ceremony itself, round by round, is privacy.rounds. Bytes and checks are specified in docs/protocol.md.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privacy import encoding, oprf, ristretto, shares, signing
from privacy.encoding import Malformed, b64, unb64

FORMAT = "alliance-ceremony/1"
KEY_NAME = re.compile(r"[a-z]{1,16}")
_FIELDS = ("format", "suite", "key", "epoch", "generation", "t", "n")
_PUBLIC = ("commitments", "public_key", "public_keys", "identities", "signatures")
MAX_NUMBER = 2**32 - 1


class CeremonyError(ValueError):
    """A ceremony, its transcript or a quorum is not acceptable; `code` names why, `custodian` who if known."""

    def __init__(self, code: str, message: str, *, custodian: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.custodian = custodian


@dataclass(frozen=True, slots=True)
class Transcript:
    """The public result of a ceremony. `check` it before use; compare its `fingerprint` with the pinned one."""

    epoch: int
    generation: int
    key: str
    """Which of the alliance's keys: "id" for identifiers."""
    t: int
    n: int
    commitments: bytes
    """Blob of t elements: the joint polynomial's coefficients times the generator."""
    public_key: bytes
    public_keys: Mapping[int, bytes]
    """PK_i of each custodian 1 ... n."""
    identities: Mapping[int, bytes]
    """The Ed25519 public key with which each custodian signs."""
    signatures: Mapping[int, bytes]
    suite: int = oprf.SUITE

    def canonical(self) -> bytes:
        """The bytes that are signed and whose SHA-256 is the fingerprint; everything but the signatures."""
        key = self.key.encode("ascii")
        head = FORMAT.encode("ascii") + bytes([0, self.suite, len(key)]) + key
        numbers = self.epoch.to_bytes(4, "big") + self.generation.to_bytes(4, "big") + bytes([self.t, self.n])
        custodians = b"".join(self.public_keys[i] + self.identities[i] for i in range(1, self.n + 1))
        return head + numbers + self.commitments + self.public_key + custodians

    def fingerprint(self) -> str:
        """SHA-256 of the canonical bytes as 16 groups of four hexadecimal digits, joined by hyphens."""
        digest = hashlib.sha256(self.canonical()).hexdigest()
        return "-".join(digest[at : at + 4] for at in range(0, 64, 4))

    def check(self) -> None:
        """Raises CeremonyError unless all keys follow from the commitments and every custodian signed.

        Codes: "threshold", "custodians", "commitment", "public_key", "custodian_key", "identity", "signature".
        """
        everyone = set(range(1, self.n + 1))
        try:
            shares.check_threshold(self.t, self.n)
            if any(set(part) != everyone for part in (self.public_keys, self.identities, self.signatures)):
                raise CeremonyError("custodians", "the transcript does not name every custodian exactly once")
            if ristretto.count(self.commitments) != self.t:
                raise CeremonyError("commitment", "there must be as many commitments as the threshold")
            if not all(ristretto.valid_points(self.commitments)):
                raise CeremonyError("commitment", "a commitment is not a valid element")
            if self.public_key != self.commitments[: ristretto.SIZE]:
                raise CeremonyError("public_key", "the public key is not the first commitment")
            for index in sorted(everyone):
                if self.public_keys[index] != shares.public_share(self.commitments, index):
                    message = f"the key of custodian {index} does not follow from the commitments"
                    raise CeremonyError("custodian_key", message, custodian=index)
        except shares.ShareError as error:
            raise CeremonyError(error.code, str(error)) from error
        if len(set(self.identities.values())) != self.n:
            raise CeremonyError("identity", "two custodians have one identity key")
        for index in sorted(everyone):
            if not signing.is_signed(self.identities[index], self.canonical(), self.signatures[index]):
                message = f"the signature of custodian {index} does not hold"
                raise CeremonyError("signature", message, custodian=index)

    def to_json(self) -> dict[str, object]:
        """The transcript as a JSON object; bytes as base64url without padding, lists in custodian order."""

        def ordered(part: Mapping[int, bytes]) -> list[str]:
            return [b64(part[index]) for index in sorted(part)]

        return {
            "format": FORMAT,
            "suite": self.suite,
            "key": self.key,
            "epoch": self.epoch,
            "generation": self.generation,
            "t": self.t,
            "n": self.n,
            "commitments": b64(self.commitments),
            "public_key": b64(self.public_key),
            "public_keys": ordered(self.public_keys),
            "identities": ordered(self.identities),
            "signatures": ordered(self.signatures),
        }

    @classmethod
    def from_json(cls, message: object) -> "Transcript":
        """A transcript from its JSON text or object, strictly. Raises CeremonyError("malformed").

        Only its form is judged here: call `check` too, and compare the fingerprint.
        """
        try:
            return cls._read(encoding.fields(message, (*_FIELDS, *_PUBLIC), "the transcript"))
        except Malformed as error:
            raise CeremonyError("malformed", str(error)) from error

    @classmethod
    def _read(cls, found: dict[str, object]) -> "Transcript":
        if found["format"] != FORMAT:
            raise Malformed(f"format must be {FORMAT}")
        t = encoding.whole(found["t"], "t", 1, shares.MAX_CUSTODIANS)
        n = encoding.whole(found["n"], "n", t, shares.MAX_CUSTODIANS)

        def ordered(name: str, size: int) -> dict[int, bytes]:
            values = found[name]
            if not isinstance(values, list) or len(values) != n:
                raise Malformed(f"{name} must be a list of {n}")
            return {index: unb64(value, name, size) for index, value in enumerate(values, 1)}

        return cls(
            suite=encoding.whole(found["suite"], "suite", oprf.SUITE, oprf.SUITE),
            key=encoding.text(found["key"], "key", KEY_NAME),
            epoch=encoding.whole(found["epoch"], "epoch", 1, MAX_NUMBER),
            generation=encoding.whole(found["generation"], "generation", 0, MAX_NUMBER),
            t=t,
            n=n,
            commitments=unb64(found["commitments"], "commitments", t * ristretto.SIZE),
            public_key=unb64(found["public_key"], "public_key", ristretto.SIZE),
            public_keys=ordered("public_keys", ristretto.SIZE),
            identities=ordered("identities", signing.KEY_SIZE),
            signatures=ordered("signatures", signing.SIGNATURE_SIZE),
        )


def is_fingerprint_of(pinned: str, transcript: Transcript) -> bool:
    """Whether a fingerprint as a person keeps it (any case, hyphens, spaces or colons) is this transcript's."""
    bare = re.sub(r"[\s:-]", "", pinned).lower()
    return bare == transcript.fingerprint().replace("-", "")


def share_public_key(transcript: Transcript, index: int, quorum: Sequence[int]) -> bytes:
    """λ_i · PK_i: the key against which the proof of custodian `index` holds in this quorum.

    Raises CeremonyError("quorum").
    """
    try:
        shares.check_quorum_numbers(quorum, transcript.t, transcript.n)
        return ristretto.multiply(shares.lagrange(index, quorum), transcript.public_keys[index])
    except shares.ShareError as error:
        raise CeremonyError(error.code, str(error)) from error


def check_quorum(transcript: Transcript, quorum: Sequence[int]) -> dict[int, bytes]:
    """The weighted keys λ_i · PK_i of a quorum, having checked that they add up to the public key.

    Raises CeremonyError: "quorum" (too few, repeated, unknown, not ascending), "sum" (they do not add up).
    """
    weighted = {index: share_public_key(transcript, index, quorum) for index in quorum}
    if not weighted:
        raise CeremonyError("quorum", "a quorum is not empty")
    if ristretto.total(b"".join(weighted.values())) != transcript.public_key:
        raise CeremonyError("sum", "the custodians' keys do not add up to the public key")
    return weighted
