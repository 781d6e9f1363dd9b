"""The key ceremony: Joint-Feldman generation of a t-of-n key in four rounds (Pedersen 1991, with the proof of
knowledge of FROST, RFC 9591 appendix and Komlo-Goldberg 2020, and a commitment round before it).

Each round is a pure function from what a custodian holds and received to what it sends next. Every message is
public and signed by the custodian's identity key, so it may travel through any hands:

1. `announce`: the custodian deals, commits to its dealing by a hash, so that nobody chooses a dealing after
   seeing another's, and names the key that shares for it are sealed to.
2. `open_dealing`: it shows its commitments, with a proof that it knows the constant term.
3. `seal_shares`: it checks all openings and seals f(j) to each custodian j (HPKE).
4. `conclude`: it opens and checks its shares, sums them up and signs the transcript.

`assemble` then joins the signatures. From round 2 each signature covers the hash of all messages of the round
before, so custodians that were shown different messages cannot both continue. Anything wrong stops the ceremony
with a CeremonyError that names the custodian at fault; it is then begun again, nothing is repaired.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from privacy import encoding, oprf, ristretto, shares, signing
from privacy.ceremony import FORMAT, CeremonyError, Transcript
from privacy.encoding import Malformed, b64, unb64

_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
SEALED_SIZE = 32 + ristretto.SIZE + 16
"""Encapsulated key, encrypted share, tag."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the custodians agree on before they begin."""

    key: str
    epoch: int
    generation: int
    t: int
    identities: Mapping[int, bytes]
    """The Ed25519 public key of each custodian 1 ... n."""

    @property
    def n(self) -> int:
        """How many custodians take part."""
        return len(self.identities)

    def hash(self) -> bytes:
        """SHA-256 over the setup; raises CeremonyError unless custodians are 1 ... n and t is possible."""
        try:
            shares.check_threshold(self.t, self.n)
        except shares.ShareError as error:
            raise CeremonyError(error.code, str(error)) from error
        if sorted(self.identities) != list(range(1, self.n + 1)):
            raise CeremonyError("custodians", "custodians are numbered 1 to n")
        key = self.key.encode("ascii")
        numbers = self.epoch.to_bytes(4, "big") + self.generation.to_bytes(4, "big") + bytes([self.t, self.n])
        identities = b"".join(self.identities[index] for index in range(1, self.n + 1))
        return _hash("setup", bytes([oprf.SUITE, len(key)]) + key + numbers + identities)


def _label(name: str) -> bytes:
    return f"{FORMAT} {name}".encode("ascii") + b"\x00"


def _hash(name: str, *parts: bytes) -> bytes:
    return hashlib.sha256(_label(name) + b"".join(parts)).digest()


@dataclass(frozen=True, slots=True)
class State:
    """A custodian's own secrets between the rounds. Deleted when the ceremony is concluded or given up."""

    custodian: int
    coefficients: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)
    """X25519 private key of this ceremony."""

    def to_json(self) -> dict[str, object]:
        """For the custodian's own protected file."""
        return {
            "custodian": self.custodian,
            "coefficients": b64(self.coefficients),
            "sealing_key": b64(self.sealing_key),
        }

    @classmethod
    def from_json(cls, message: object) -> "State":
        """Raises CeremonyError("malformed")."""
        try:
            found = encoding.fields(message, ("custodian", "coefficients", "sealing_key"), "the state")
            return cls(
                custodian=encoding.whole(found["custodian"], "custodian", 1, shares.MAX_CUSTODIANS),
                coefficients=unb64(found["coefficients"], "coefficients"),
                sealing_key=unb64(found["sealing_key"], "sealing_key", 32),
            )
        except Malformed as error:
            raise CeremonyError("malformed", str(error)) from error


@dataclass(frozen=True, slots=True)
class Message:
    """One custodian's signed message of one round, whose function below says what the body holds."""

    round: str
    """One of "announce", "open", "seal"."""
    custodian: int
    body: bytes
    signature: bytes

    def to_json(self) -> dict[str, object]:
        """The message as a JSON object."""
        return {
            "format": FORMAT,
            "round": self.round,
            "custodian": self.custodian,
            "body": b64(self.body),
            "signature": b64(self.signature),
        }

    @classmethod
    def from_json(cls, message: object) -> "Message":
        """Raises CeremonyError("malformed")."""
        names = ("format", "round", "custodian", "body", "signature")
        try:
            found = encoding.fields(message, names, "the message")
            if found["format"] != FORMAT or found["round"] not in ("announce", "open", "seal"):
                raise Malformed("the message is of no known round")
            return cls(
                round=str(found["round"]),
                custodian=encoding.whole(found["custodian"], "custodian", 1, shares.MAX_CUSTODIANS),
                body=unb64(found["body"], "body"),
                signature=unb64(found["signature"], "signature", signing.SIGNATURE_SIZE),
            )
        except Malformed as error:
            raise CeremonyError("malformed", str(error)) from error

    def signing_bytes(self, context: bytes) -> bytes:
        """What the custodian signs: the round, the hash of what came before, its number and the body."""
        return _label(self.round) + context + bytes([self.custodian]) + self.body


def _signed(name: str, custodian: int, body: bytes, context: bytes, seed: bytes) -> Message:
    unsigned = Message(name, custodian, body, b"")
    return replace(unsigned, signature=signing.sign(seed, unsigned.signing_bytes(context)))


def _gather(
    setup: Setup, name: str, size: int, messages: Iterable[Message], context: bytes
) -> tuple[dict[int, bytes], bytes]:
    """The body of every custodian's message of one round, checked, and the hash that the next round signs."""
    bodies: dict[int, bytes] = {}
    for message in messages:
        who = message.custodian
        if message.round != name or who not in setup.identities or who in bodies or len(message.body) != size:
            text = f"the {name} message of custodian {who} is not one of this ceremony's"
            raise CeremonyError("message", text, custodian=who)
        if not signing.is_signed(setup.identities[who], message.signing_bytes(context), message.signature):
            text = f"the {name} message of custodian {who} is not signed by it for this ceremony"
            raise CeremonyError("signature", text, custodian=who)
        bodies[who] = message.body
    if missing := sorted(set(setup.identities) - set(bodies)):
        text = f"the {name} message of custodian {missing[0]} is missing"
        raise CeremonyError("missing", text, custodian=missing[0])
    return bodies, _hash(name, context, *(bodies[index] for index in sorted(bodies)))


def _dealing_hash(session: bytes, custodian: int, commitments: bytes) -> bytes:
    return _hash("dealing", session, bytes([custodian]), commitments)


def announce(setup: Setup, custodian: int, *, seed: bytes) -> tuple[State, Message]:
    """Round 1: deal. `seed` is the custodian's identity key. Body: 32-byte hash, 32-byte sealing key."""
    session = setup.hash()
    if setup.identities.get(custodian) != signing.public_key(seed):
        raise CeremonyError("identity", "this identity key is not the one of the setup", custodian=custodian)
    dealing = shares.deal(setup.t, setup.n)
    sealing = X25519PrivateKey.generate()
    state = State(custodian, dealing.coefficients, sealing.private_bytes_raw())
    body = _dealing_hash(session, custodian, dealing.commitments) + sealing.public_key().public_bytes_raw()
    return state, _signed("announce", custodian, body, session, seed)


def _challenge(session: bytes, custodian: int, constant: bytes, nonce: bytes) -> bytes:
    parts = session + bytes([custodian]) + constant + nonce
    return ristretto.scalar_reduce(hashlib.sha512(_label("knowledge") + parts).digest())


def open_dealing(setup: Setup, state: State, announcements: Sequence[Message], *, seed: bytes) -> Message:
    """Round 2: show the commitments and that the constant term is known. Body: t elements, 64-byte proof."""
    _, context = _gather(setup, "announce", 64, announcements, setup.hash())
    commitments = shares.deal_with(state.coefficients, setup.n).commitments
    nonce = ristretto.random_scalars(1)
    constant, secret = commitments[: ristretto.SIZE], state.coefficients[: ristretto.SIZE]
    challenge = _challenge(setup.hash(), state.custodian, constant, ristretto.multiply_base(nonce))
    proof = challenge + ristretto.scalar_sub(nonce, ristretto.scalar_mul(challenge, secret))
    return _signed("open", state.custodian, commitments + proof, context, seed)


def _check_opening(setup: Setup, custodian: int, announced: bytes, opened: bytes) -> bytes:
    """The commitments of an opening that keeps its announcement. Raises CeremonyError("opening")."""
    commitments, proof = opened[: -oprf.PROOF_SIZE], opened[-oprf.PROOF_SIZE :]
    session, constant = setup.hash(), commitments[: ristretto.SIZE]
    challenge, response = proof[: ristretto.SIZE], proof[ristretto.SIZE :]
    fault = CeremonyError("opening", f"custodian {custodian} did not open what it announced", custodian=custodian)
    if not hmac.compare_digest(announced[:32], _dealing_hash(session, custodian, commitments)):
        raise fault
    try:
        pair = ristretto.check_scalar(challenge), ristretto.check_scalar(response)
        nonce = ristretto.add(ristretto.multiply_base(pair[1]), ristretto.multiply(pair[0], constant))
    except (ristretto.InvalidElement, ristretto.InvalidScalar) as error:
        raise fault from error
    if not all(ristretto.valid_points(commitments)):
        raise fault
    if not hmac.compare_digest(challenge, _challenge(session, custodian, constant, nonce)):
        raise fault
    return commitments


def _openings(
    setup: Setup, announcements: Sequence[Message], openings: Sequence[Message]
) -> tuple[dict[int, bytes], dict[int, bytes], bytes]:
    """Announced bodies, checked commitments of every custodian, and the hash that round 3 signs."""
    announced, context = _gather(setup, "announce", 64, announcements, setup.hash())
    size = setup.t * ristretto.SIZE + oprf.PROOF_SIZE
    opened, context = _gather(setup, "open", size, openings, context)
    commitments = {who: _check_opening(setup, who, announced[who], opened[who]) for who in sorted(opened)}
    return announced, commitments, context


def _info(context: bytes, dealer: int, receiver: int) -> bytes:
    return _label("share") + context + bytes([dealer, receiver])


def seal_shares(
    setup: Setup, state: State, announcements: Sequence[Message], openings: Sequence[Message], *, seed: bytes
) -> Message:
    """Round 3: seal f(j) to every custodian j, its own too. Body: n sealed shares of 80 bytes in order."""
    announced, _, context = _openings(setup, announcements, openings)
    dealt = shares.deal_with(state.coefficients, setup.n).shares
    try:
        body = b"".join(
            _HPKE.encrypt(
                share,
                X25519PublicKey.from_public_bytes(announced[receiver][32:]),
                _info(context, state.custodian, receiver),
            )
            for receiver, share in enumerate(dealt, 1)
        )
    except ValueError as error:  # a sealing key of low order
        raise CeremonyError("sealing_key", "a custodian announced an unusable sealing key") from error
    return _signed("seal", state.custodian, body, context, seed)


def conclude(
    setup: Setup,
    state: State,
    announcements: Sequence[Message],
    openings: Sequence[Message],
    sealings: Sequence[Message],
    *,
    seed: bytes,
) -> tuple[bytes, Transcript]:
    """Round 4: this custodian's secret 32-byte share of the joint key, and the transcript with its signature.

    Raises CeremonyError("share") naming the dealer whose share does not open or does not fit.
    """
    _, commitments, context = _openings(setup, announcements, openings)
    sealed, _ = _gather(setup, "seal", setup.n * SEALED_SIZE, sealings, context)
    private = X25519PrivateKey.from_private_bytes(state.sealing_key)
    at, received = (state.custodian - 1) * SEALED_SIZE, []
    for dealer in sorted(sealed):
        try:
            share = _HPKE.decrypt(
                sealed[dealer][at : at + SEALED_SIZE], private, _info(context, dealer, state.custodian)
            )
            shares.verify_share(share, state.custodian, commitments[dealer])
        except (InvalidTag, ValueError) as error:
            text = f"the share from custodian {dealer} does not fit its commitments"
            raise CeremonyError("share", text, custodian=dealer) from error
        received.append(share)
    joint = shares.combine_commitments([commitments[dealer] for dealer in sorted(commitments)])
    transcript = Transcript(
        epoch=setup.epoch,
        generation=setup.generation,
        key=setup.key,
        t=setup.t,
        n=setup.n,
        commitments=joint,
        public_key=joint[: ristretto.SIZE],
        public_keys={index: shares.public_share(joint, index) for index in sorted(setup.identities)},
        identities=dict(setup.identities),
        signatures={},
    )
    signature = signing.sign(seed, transcript.canonical())
    return shares.combine_shares(received), replace(transcript, signatures={state.custodian: signature})


def assemble(parts: Sequence[Transcript]) -> Transcript:
    """The checked transcript with everybody's signature, from what each custodian concluded.

    Raises CeremonyError("disagreement") if they do not hold the same transcript, and what `check` raises.
    """
    if not parts or len({part.canonical() for part in parts}) != 1:
        raise CeremonyError("disagreement", "the custodians did not arrive at one transcript")
    joined: dict[int, bytes] = {}
    for part in parts:
        joined.update(part.signatures)
    transcript = replace(parts[0], signatures=joined)
    transcript.check()
    return transcript


def run_here(key: str, epoch: int, t: int, seeds: Mapping[int, bytes]) -> tuple[Transcript, dict[int, bytes]]:
    """All rounds in one process: the transcript and each custodian's share (for one machine, and for tests).

    Whoever runs this holds every share at once, so it demonstrates the protocol without its protection.
    """
    setup = Setup(key, epoch, 0, t, {index: signing.public_key(seed) for index, seed in seeds.items()})
    begun = {index: announce(setup, index, seed=seed) for index, seed in seeds.items()}
    announcements = [message for _, message in begun.values()]
    openings = [open_dealing(setup, begun[i][0], announcements, seed=seeds[i]) for i in seeds]
    sealings = [seal_shares(setup, begun[i][0], announcements, openings, seed=seeds[i]) for i in seeds]
    ended = {i: conclude(setup, begun[i][0], announcements, openings, sealings, seed=seeds[i]) for i in seeds}
    transcript = assemble([part for _, part in ended.values()])
    return transcript, {index: share for index, (share, _) in ended.items()}
