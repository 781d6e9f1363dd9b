"""The messages of an evaluation: the member's signed request, a declared budget with its two signatures, and a
custodian's part of the answer. Strict both ways: one accepted spelling, and signatures over fixed bytes.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from privacy import ceremony, encoding, oprf, ristretto, shares, signing
from privacy.encoding import Malformed, b64, unb64

MAX_VALUES = 2000
"""Blinded elements of one request."""
MAX_BUDGET = 2**48
PORTAL = "portal"
"""The signer of what the portal relays for its users."""
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SIGNER = re.compile(f"{PORTAL}|{_UUID}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_TIME = 2**40

Side = Literal["institution", "alliance"]


class BadSignature(ValueError):
    """A signature does not hold; `code` says whose: "request_signature", "institution_signature", ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _text(value: str) -> bytes:
    raw = value.encode("ascii")
    return bytes([len(raw)]) + raw


@dataclass(frozen=True, slots=True)
class BudgetGrant:
    """A declared budget: so many values until such a day, signed by the institution and by the alliance."""

    budget: UUID
    institution: UUID
    key: str
    values: int
    until: datetime.date
    """The last day on which it may be used, inclusive, in UTC."""
    institution_signature: bytes = b""
    alliance_signature: bytes = b""

    def signing_bytes(self, side: Side = "institution") -> bytes:
        """What one side signs. The sides differ in one byte, so that one signature never serves for both."""
        return (
            b"alliance/budget/1\x00"
            + (b"\x01" if side == "institution" else b"\x02")
            + self.budget.bytes
            + self.institution.bytes
            + _text(self.key)
            + self.values.to_bytes(8, "big")
            + _text(self.until.isoformat())
        )

    def signed(self, side: Side, seed: bytes) -> "BudgetGrant":
        """The grant with the signature of one side, by its 32-byte Ed25519 seed."""
        signature = signing.sign(seed, self.signing_bytes(side))
        if side == "institution":
            return replace(self, institution_signature=signature)
        return replace(self, alliance_signature=signature)

    def verify_side(self, side: Side, public_key: bytes) -> None:
        """Raises BadSignature ("institution_signature" or "alliance_signature") if that one does not hold."""
        signature = self.institution_signature if side == "institution" else self.alliance_signature
        if not signing.is_signed(public_key, self.signing_bytes(side), signature):
            raise BadSignature(f"{side}_signature", f"the budget is not signed by the {side}")

    def verify(self, institution_key: bytes, alliance_key: bytes) -> None:
        """Raises BadSignature unless both sides signed, each with a key of its own."""
        if institution_key == alliance_key:
            raise BadSignature("one_key", "the institution and the alliance must sign with different keys")
        self.verify_side("institution", institution_key)
        self.verify_side("alliance", alliance_key)

    def digest(self) -> bytes:
        """SHA-256 over what both sides signed and both signatures: what a request's signature covers."""
        both = self.signing_bytes("institution") + self.institution_signature + self.alliance_signature
        return hashlib.sha256(both).digest()

    def to_json(self) -> dict[str, object]:
        """The grant as a JSON object; a signature that is not there yet is null."""
        return {
            "budget": str(self.budget),
            "institution": str(self.institution),
            "key": self.key,
            "values": self.values,
            "until": self.until.isoformat(),
            "institution_signature": _optional(self.institution_signature),
            "alliance_signature": _optional(self.alliance_signature),
        }

    @classmethod
    def from_json(cls, message: object) -> "BudgetGrant":
        """A grant from its JSON text or object. Raises Malformed."""
        names = ("budget", "institution", "key", "values", "until", "institution_signature", "alliance_signature")
        found = encoding.fields(message, names, "the budget")
        until = encoding.text(found["until"], "until", _DATE)
        try:
            day = datetime.date.fromisoformat(until)
        except ValueError as error:
            raise Malformed("until is no date") from error
        return cls(
            budget=encoding.uuid(found["budget"], "budget"),
            institution=encoding.uuid(found["institution"], "institution"),
            key=encoding.text(found["key"], "key", ceremony.KEY_NAME),
            values=encoding.whole(found["values"], "values", 1, MAX_BUDGET),
            until=day,
            institution_signature=_signature(found["institution_signature"], "institution_signature"),
            alliance_signature=_signature(found["alliance_signature"], "alliance_signature"),
        )


def _optional(signature: bytes) -> str | None:
    return b64(signature) if signature else None


def _signature(value: object, field: str) -> bytes:
    return b"" if value is None else unb64(value, field, signing.SIGNATURE_SIZE)


def _quorum(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= shares.MAX_CUSTODIANS:
        raise Malformed("quorum must be a list of custodians")
    quorum = tuple(encoding.whole(index, "quorum", 1, shares.MAX_CUSTODIANS) for index in value)
    if list(quorum) != sorted(set(quorum)):
        raise Malformed("quorum must name each custodian once, in ascending order")
    return quorum


def _elements(value: object, number: int | None = None) -> bytes:
    blob = unb64(value, "elements")
    if not blob or len(blob) % ristretto.SIZE or len(blob) > MAX_VALUES * ristretto.SIZE:
        raise Malformed(f"elements must hold 1 to {MAX_VALUES} encodings of 32 bytes")
    if number is not None and len(blob) != number * ristretto.SIZE:
        raise Malformed("count is not the number of elements")
    return blob


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """Blinded elements for a named quorum, signed by the member (or, for the portal's users, the platform)."""

    request: UUID
    signer: str
    """The institution's reference (a canonical UUID), or "portal"."""
    epoch: int
    generation: int
    key: str
    suite: int
    quorum: tuple[int, ...]
    issued_at: int
    """Seconds since 1970 (UTC)."""
    elements: bytes
    budget: BudgetGrant | None = None
    signature: bytes = b""

    @property
    def count(self) -> int:
        """How many values are to be evaluated: what quotas count."""
        return len(self.elements) // ristretto.SIZE

    def content(self) -> bytes:
        """SHA-256 over what a request id stands for: the key asked for and the elements, not the quorum, which a retry
        changes."""
        head = f"{self.epoch}/{self.generation}/{self.key}/{self.suite}/".encode()
        return hashlib.sha256(head + self.elements).digest()

    def signing_bytes(self) -> bytes:
        """What the signer signs (docs/protocol.md, "The signed request")."""
        return (
            b"alliance/evaluation/1\x00"
            + self.request.bytes
            + _text(self.signer)
            + self.epoch.to_bytes(4, "big")
            + self.generation.to_bytes(4, "big")
            + _text(self.key)
            + bytes([self.suite, len(self.quorum), *self.quorum])
            + self.issued_at.to_bytes(8, "big")
            + self.count.to_bytes(4, "big")
            + hashlib.sha512(self.elements).digest()
            + (b"\x00" if self.budget is None else b"\x01" + self.budget.digest())
        )

    def signed(self, seed: bytes) -> "EvaluationRequest":
        """The request with its signature by a 32-byte Ed25519 seed."""
        return replace(self, signature=signing.sign(seed, self.signing_bytes()))

    def verify(self, public_key: bytes) -> None:
        """Raises BadSignature("request_signature") unless the key's owner signed exactly this request."""
        if not signing.is_signed(public_key, self.signing_bytes(), self.signature):
            raise BadSignature("request_signature", "the request is not signed by its signer")

    def to_json(self) -> dict[str, object]:
        """The request as a JSON object."""
        return {
            "request": str(self.request),
            "signer": self.signer,
            "epoch": self.epoch,
            "generation": self.generation,
            "key": self.key,
            "suite": self.suite,
            "quorum": list(self.quorum),
            "issued_at": self.issued_at,
            "count": self.count,
            "elements": b64(self.elements),
            "budget": None if self.budget is None else self.budget.to_json(),
            "signature": _optional(self.signature),
        }

    @classmethod
    def from_json(cls, message: object) -> "EvaluationRequest":
        """A request from its JSON text or object. Raises Malformed.

        Only the form is judged: whether the elements are valid shows when they are evaluated, and the signature
        when it is verified.
        """
        found = encoding.fields(message, _REQUEST_FIELDS, "the request")
        number = encoding.whole(found["count"], "count", 1, MAX_VALUES)
        budget = found["budget"]
        return cls(
            request=encoding.uuid(found["request"], "request"),
            signer=encoding.text(found["signer"], "signer", _SIGNER),
            epoch=encoding.whole(found["epoch"], "epoch", 1, ceremony.MAX_NUMBER),
            generation=encoding.whole(found["generation"], "generation", 0, ceremony.MAX_NUMBER),
            key=encoding.text(found["key"], "key", ceremony.KEY_NAME),
            suite=encoding.whole(found["suite"], "suite", oprf.SUITE, oprf.SUITE),
            quorum=_quorum(found["quorum"]),
            issued_at=encoding.whole(found["issued_at"], "issued_at", 0, MAX_TIME),
            elements=_elements(found["elements"], number),
            budget=None if budget is None else BudgetGrant.from_json(budget),
            signature=_signature(found["signature"], "signature"),
        )


_REQUEST_FIELDS = (
    "request", "signer", "epoch", "generation", "key", "suite",
    "quorum", "issued_at", "count", "elements", "budget", "signature",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvaluationPart:
    """One custodian's evaluated elements and its batched proof."""

    custodian: int
    elements: bytes
    proof: bytes

    def to_json(self) -> dict[str, object]:
        """The part as a JSON object."""
        return {"custodian": self.custodian, "elements": b64(self.elements), "proof": b64(self.proof)}

    @classmethod
    def from_json(cls, message: object) -> "EvaluationPart":
        """A part from its JSON text or object. Raises Malformed."""
        found = encoding.fields(message, ("custodian", "elements", "proof"), "the part")
        return cls(
            custodian=encoding.whole(found["custodian"], "custodian", 1, shares.MAX_CUSTODIANS),
            elements=_elements(found["elements"]),
            proof=unb64(found["proof"], "proof", oprf.PROOF_SIZE),
        )


@dataclass(frozen=True, slots=True)
class EvaluationAnswer:
    """What comes back for a request: one part of each custodian of the quorum."""

    epoch: int
    generation: int
    quorum: tuple[int, ...]
    parts: tuple[EvaluationPart, ...]
    remaining: int
    """Values left in the budget that was charged."""

    def to_json(self) -> dict[str, object]:
        """The answer as a JSON object."""
        return {
            "epoch": self.epoch,
            "generation": self.generation,
            "quorum": list(self.quorum),
            "parts": [part.to_json() for part in self.parts],
            "remaining": self.remaining,
        }

    @classmethod
    def from_json(cls, message: object) -> "EvaluationAnswer":
        """An answer from its JSON text or object. Raises Malformed."""
        names = ("epoch", "generation", "quorum", "parts", "remaining")
        found = encoding.fields(message, names, "the answer")
        parts = found["parts"]
        if not isinstance(parts, list) or not 1 <= len(parts) <= shares.MAX_CUSTODIANS:
            raise Malformed("parts must be a list")
        return cls(
            epoch=encoding.whole(found["epoch"], "epoch", 1, ceremony.MAX_NUMBER),
            generation=encoding.whole(found["generation"], "generation", 0, ceremony.MAX_NUMBER),
            quorum=_quorum(found["quorum"]),
            parts=tuple(map(EvaluationPart.from_json, parts)),
            remaining=encoding.whole(found["remaining"], "remaining", 0, MAX_BUDGET),
        )


def evaluate_part(
    share: bytes, custodian: int, transcript: ceremony.Transcript, quorum: Sequence[int], elements: bytes
) -> EvaluationPart:
    """The custodian's whole work for one request: its weighted share applied to all elements, and the proof.

    Raises ceremony.CeremonyError("quorum"), ristretto.InvalidElement with the place of an invalid element.
    """
    public = ceremony.share_public_key(transcript, custodian, quorum)
    key = shares.weighted_share(share, custodian, quorum)
    evaluated = oprf.evaluate(key, elements)
    return EvaluationPart(custodian, evaluated, oprf.prove(key, public, elements, evaluated))


def verified_parts(
    transcript: ceremony.Transcript, quorum: Sequence[int], blinded: bytes, answer: EvaluationAnswer
) -> list[bytes]:
    """The evaluated blobs of an answer, in the order of the quorum, once every proof in it holds.

    `transcript` is the pinned, checked one and `quorum` the one that was asked for. Raises ProofError with
    `custodian`: code "generation" (another epoch, generation or quorum), "custodians" (one twice, missing or not
    asked), or what `oprf.verify` raises; ceremony.CeremonyError for the quorum. An unverified value is a leaked value:
    nothing is returned unless everything holds.
    """
    keys: Mapping[int, bytes] = ceremony.check_quorum(transcript, quorum)
    if (answer.epoch, answer.generation) != (transcript.epoch, transcript.generation):
        raise oprf.ProofError("generation", "the answer is of another epoch or generation of the key")
    if answer.quorum != tuple(quorum):
        raise oprf.ProofError("generation", "the answer is for another quorum")
    parts = {part.custodian: part for part in answer.parts}
    if len(parts) != len(answer.parts) or set(parts) != set(quorum):
        raise oprf.ProofError("custodians", "the answer does not hold one part of each custodian asked")
    for index, key in keys.items():
        try:
            oprf.verify(key, blinded, parts[index].elements, parts[index].proof)
        except oprf.ProofError as error:
            raise oprf.ProofError(error.code, f"custodian {index}: {error}", custodian=index) from error
    return [parts[index].elements for index in keys]
