"""Shamir shares of a scalar with Feldman commitments (Feldman 1987; the sum of n dealings is Pedersen 1991).

A *dealing* is a random polynomial f of degree t-1. Custodian i of 1 ... n holds f(i); the commitments to the
coefficients, C_0 ... C_{t-1}, are public and make every share checkable. Quorums and indices are public, secret
scalars go through libsodium's constant-time arithmetic only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from privacy import ristretto

MAX_CUSTODIANS = 255


class ShareError(ValueError):
    """A share, its commitments or a quorum are not what they should be; `code` names which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Dealing:
    """One dealer's polynomial, to be forgotten once its shares are delivered."""

    coefficients: bytes = field(repr=False)
    """Blob of t secret scalars, the constant term first."""
    commitments: bytes
    """Blob of t elements: each coefficient times the generator."""
    shares: tuple[bytes, ...] = field(repr=False)
    """f(1) ... f(n), secret scalars; each for its own custodian only."""


def check_threshold(t: int, n: int) -> None:
    """Raises ShareError unless 1 <= t <= n <= 255."""
    if not 1 <= t <= n <= MAX_CUSTODIANS:
        raise ShareError("threshold", f"a threshold of {t} of {n} custodians is impossible")


def deal(t: int, n: int) -> Dealing:
    """A fresh random dealing, t of n. Raises ShareError."""
    check_threshold(t, n)
    return deal_with(ristretto.random_scalars(t), n)


def deal_with(coefficients: bytes, n: int) -> Dealing:
    """`deal` with given coefficients, the constant term first. For test vectors."""
    t, size = ristretto.count(coefficients), ristretto.SIZE
    check_threshold(t, n)
    terms = [coefficients[at : at + size] for at in range(0, len(coefficients), size)]
    commitments = b"".join(ristretto.multiply_base(term) for term in terms)
    return Dealing(coefficients, commitments, tuple(_polynomial(terms, index) for index in range(1, n + 1)))


def _polynomial(terms: Sequence[bytes], index: int) -> bytes:
    """f(index) by Horner's rule."""
    at, value = ristretto.scalar_of(index), ristretto.ZERO
    for term in reversed(terms):
        value = ristretto.scalar_add(ristretto.scalar_mul(value, at), term)
    return value


def public_share(commitments: bytes, index: int) -> bytes:
    """f(index) times the generator, from the commitments alone: PK_i of custodian `index`.

    Raises ShareError if the index is outside 1 ... 255 or the commitments are no elements.
    """
    if not 1 <= index <= MAX_CUSTODIANS:
        raise ShareError("index", f"{index} is no custodian")
    at, value, size = ristretto.scalar_of(index), ristretto.IDENTITY, ristretto.SIZE
    try:
        for start in range(len(commitments) - size, -1, -size):
            raised = value if value == ristretto.IDENTITY else ristretto.multiply(at, value)
            value = ristretto.add(raised, commitments[start : start + size])
    except ristretto.InvalidElement as error:
        raise ShareError("commitment", "a commitment is not a valid element") from error
    return value


def verify_share(share: bytes, index: int, commitments: bytes) -> None:
    """Check a received share against its dealer's commitments. Raises ShareError("share") if it is wrong."""
    try:
        public = ristretto.multiply_base(ristretto.check_scalar(share))
    except ristretto.InvalidScalar as error:
        raise ShareError("share", "a share is not a scalar") from error
    # Both sides are public: a custodian that fails here names its dealer, so timing tells nothing new.
    if public != public_share(commitments, index):
        raise ShareError("share", f"the share of custodian {index} does not fit its commitments")


def combine_shares(shares: Sequence[bytes]) -> bytes:
    """A custodian's share of the joint key: the sum of what every dealer gave it. Secret."""
    value = ristretto.ZERO
    for share in shares:
        value = ristretto.scalar_add(value, share)
    return ristretto.check_scalar(value)


def combine_commitments(commitments: Sequence[bytes]) -> bytes:
    """The commitments of the joint polynomial: the term-wise sum of the dealers' blobs. Raises ShareError."""
    whole = commitments[0]
    try:
        for blob in commitments[1:]:
            whole = ristretto.add(whole, blob)
    except (ristretto.InvalidElement, ValueError) as error:
        raise ShareError("commitment", "a commitment is not a valid element") from error
    return whole


def check_quorum_numbers(quorum: Sequence[int], t: int, n: int) -> None:
    """Raises ShareError("quorum") unless the quorum names at least t distinct custodians of 1 ... n, ascending.

    The order is fixed so that a quorum has one spelling in bytes.
    """
    if any(type(index) is not int or not 1 <= index <= n for index in quorum):
        raise ShareError("quorum", "a quorum names a custodian that does not exist")
    if list(quorum) != sorted(set(quorum)):
        raise ShareError("quorum", "a quorum names each custodian once, in ascending order")
    if len(quorum) < t:
        raise ShareError("quorum", f"a quorum needs {t} custodians and names {len(quorum)}")


def lagrange(index: int, quorum: Sequence[int]) -> bytes:
    """λ_i: the public factor of custodian `index` for the secret at zero, within `quorum`; a scalar.

    λ_i = Π j / (j - i) over the other members j. Raises ShareError if the index is not in the quorum or the
    quorum repeats one.
    """
    if index not in quorum or len(set(quorum)) != len(quorum) or not all(j > 0 for j in quorum):
        raise ShareError("quorum", f"custodian {index} has no factor in the quorum {list(quorum)}")
    above, below = 1, 1
    for other in quorum:
        if other != index:
            above = above * other % ristretto.ORDER
            below = below * (other - index) % ristretto.ORDER
    return ristretto.scalar_of(above * pow(below, -1, ristretto.ORDER))


def weighted_share(share: bytes, index: int, quorum: Sequence[int]) -> bytes:
    """λ_i · s_i: the key with which custodian `index` evaluates for this quorum. Secret, constant time."""
    return ristretto.scalar_mul(lagrange(index, quorum), ristretto.check_scalar(share))
