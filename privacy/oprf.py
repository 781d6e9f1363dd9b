"""RFC 9497, suite ristretto255-SHA512, mode 0x01 (VOPRF), over blobs of n concatenated 32-byte encodings.

The member blinds, each custodian evaluates and proves, the member verifies *every* proof and only then
finalises. A custodian of a shared key calls `evaluate` and `prove` with its weighted share λ·s and the weighted
public key λ·PK (privacy.shares, privacy.ceremony); the results then simply add up.

The digest of this protocol is the element N = k·H(x), not the RFC's final hash of it: docs/protocol.md says why.
`output` is that hash, so that the RFC's own test vectors reach the end.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from privacy import ristretto

SUITE = 1
"""The number stored with every digest: 1 is ristretto255-SHA512."""
PROOF_SIZE = 64
CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"
"""RFC 9497, section 3.1: "OPRFV1-" ‖ mode ‖ "-" ‖ suite identifier."""
_SCALAR = b"HashToScalar-" + CONTEXT
_GROUP = b"HashToGroup-" + CONTEXT
_SEED = b"Seed-" + CONTEXT
MAX_INPUT = 2**16 - 1


class ProofError(ValueError):
    """A proof does not show what it should. `custodian` is whose it is, where the caller knows."""

    def __init__(self, code: str, message: str, *, custodian: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.custodian = custodian


@dataclass(frozen=True, slots=True)
class Blinded:
    """What goes to the custodians (`elements`) and what stays with the member (`blinds`); two blobs."""

    elements: bytes
    blinds: bytes = field(repr=False)


class _Expander:
    """expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512, to 64 bytes: two hashes a message."""

    def __init__(self, tag: bytes) -> None:
        self._prime = tag + bytes([len(tag)])
        self._tail = (64).to_bytes(2, "big") + b"\x00" + self._prime
        self._start = hashlib.sha512(bytes(128))

    def __call__(self, message: bytes) -> bytes:
        state = self._start.copy()
        state.update(message + self._tail)
        return hashlib.sha512(state.digest() + b"\x01" + self._prime).digest()


_to_group = _Expander(_GROUP)
_to_scalar = _Expander(_SCALAR)


def _prefixed(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def hash_to_group(message: bytes) -> bytes:
    """H(x): the input to its 32-byte element (RFC 9497, section 4.1)."""
    return ristretto.from_hash(_to_group(message))


def hash_to_scalar(message: bytes) -> bytes:
    """Bytes to a uniform 32-byte scalar (RFC 9497, section 4.1)."""
    return ristretto.scalar_reduce(_to_scalar(message))


def blind(messages: Sequence[bytes]) -> Blinded:
    """Hide each OPRF input (privacy.kinds.message) behind a random scalar of its own.

    Raises ValueError if a message is longer than 65,535 bytes.
    """
    return blind_with(messages, ristretto.random_scalars(len(messages)))


def blind_with(messages: Sequence[bytes], blinds: bytes) -> Blinded:
    """`blind` with given blinds. For test vectors: a blind that is used twice links two values."""
    for message in messages:
        if len(message) > MAX_INPUT:
            raise ValueError("an OPRF input has at most 65,535 bytes")
    hashed = ristretto.from_hashes(b"".join(map(_to_group, messages)))
    return Blinded(ristretto.multiply_each(blinds, hashed), blinds)


def evaluate(key: bytes, elements: bytes) -> bytes:
    """key · each element. Raises ristretto.InvalidElement with the place of an element that is invalid."""
    return ristretto.multiply_all(ristretto.check_scalar(key), elements)


def _weights(public_key: bytes, blinded: bytes, evaluated: bytes) -> bytes:
    """The blob of weights d_i of the batch (RFC 9497, section 2.2.1, ComputeComposites)."""
    number = ristretto.count(blinded)
    if number == 0 or len(evaluated) != len(blinded):
        raise ProofError("length", "a proof covers as many evaluated as blinded elements, and at least one")
    if number > MAX_INPUT:
        raise ProofError("length", "a proof covers at most 65,535 elements")
    seed = hashlib.sha512(_prefixed(public_key) + _prefixed(_SEED)).digest()
    head, size = _prefixed(seed), ristretto.SIZE
    wide = []
    for index in range(number):
        at = index * size
        wide.append(
            _to_scalar(
                head
                + index.to_bytes(2, "big")
                + b"\x00\x20"
                + blinded[at : at + size]
                + b"\x00\x20"
                + evaluated[at : at + size]
                + b"Composite"
            )
        )
    return ristretto.reduce_all(b"".join(wide))


def _challenge(public_key: bytes, *elements: bytes) -> bytes:
    """c of the proof: over the public key, both composites and both commitments, in this order."""
    transcript = b"".join(map(_prefixed, (public_key, *elements)))
    return hash_to_scalar(transcript + b"Challenge")


def prove(key: bytes, public_key: bytes, blinded: bytes, evaluated: bytes) -> bytes:
    """A batched DLEQ proof that one key made `public_key` and all of `evaluated` (RFC 9497, section 2.2.1).

    Returns 64 bytes, c ‖ s. Raises ProofError for lengths that do not fit.
    """
    return prove_with(key, public_key, blinded, evaluated, ristretto.random_scalars(1))


def prove_with(key: bytes, public_key: bytes, blinded: bytes, evaluated: bytes, nonce: bytes) -> bytes:
    """`prove` with a given nonce. For test vectors: a nonce that is used twice gives the key away."""
    weights = _weights(public_key, blinded, evaluated)
    composite = ristretto.weighted_total(weights, blinded)
    evaluated_composite = ristretto.multiply(ristretto.check_scalar(key), composite)
    challenge = _challenge(
        public_key,
        composite,
        evaluated_composite,
        ristretto.multiply_base(nonce),
        ristretto.multiply(nonce, composite),
    )
    return challenge + ristretto.scalar_sub(nonce, ristretto.scalar_mul(challenge, key))


def verify(public_key: bytes, blinded: bytes, evaluated: bytes, proof: bytes) -> None:
    """Check a batched DLEQ proof against the weighted public key of the custodian that made it.

    Raises ProofError: code "length", "element" (an encoding is invalid), "scalar" (c or s is not canonical) or
    "proof" (it does not hold).
    """
    if len(proof) != PROOF_SIZE:
        raise ProofError("length", "a proof has 64 bytes")
    challenge, response = proof[: ristretto.SIZE], proof[ristretto.SIZE :]
    weights = _weights(public_key, blinded, evaluated)
    try:
        composite = ristretto.weighted_total(weights, blinded)
        evaluated_composite = ristretto.weighted_total(weights, evaluated)
        pair = ristretto.check_scalar(challenge), ristretto.check_scalar(response)
        first = ristretto.add(ristretto.multiply_base(pair[1]), ristretto.multiply(pair[0], public_key))
        second = ristretto.weighted_total(pair[1] + pair[0], composite + evaluated_composite)
    except ristretto.InvalidElement as error:
        raise ProofError("element", "an element of the proof's batch is invalid") from error
    except ristretto.InvalidScalar as error:
        raise ProofError("scalar", "the proof's scalars are not canonical") from error
    expected = _challenge(public_key, composite, evaluated_composite, first, second)
    if not hmac.compare_digest(expected, challenge):
        raise ProofError("proof", "the proof does not hold: these values were not made with the pinned key")


def finalise(blinds: bytes, parts: Sequence[bytes]) -> bytes:
    """N = r⁻¹ · Σ E_i for each value: the blob of digests, from the blinds and one blob of each custodian.

    Every part must have been verified before. Raises ristretto.InvalidElement, ValueError for lengths.
    """
    if not parts:
        raise ValueError("no part was given")
    whole = parts[0]
    for part in parts[1:]:
        whole = ristretto.add(whole, part)
    return ristretto.multiply_each(ristretto.inverses(blinds), whole)


def output(message: bytes, digest: bytes) -> bytes:
    """The RFC's own 64-byte output of one input and its unblinded element (section 3.3.1, Finalize)."""
    return hashlib.sha512(_prefixed(message) + _prefixed(digest) + b"Finalize").digest()
