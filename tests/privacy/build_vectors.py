"""Builds tests/vectors/oprf/*.json, which Python and the browser's JavaScript both run, from fixed scalars.

`python -m tests.privacy.build_vectors` writes the files; a test checks that they are what this code builds, so a
change of the protocol's bytes shows as a changed vector. Names say what each vector shows; `error` is the code of
the refusal that it must meet, or null.
"""

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from privacy import ceremony, envelope, oprf, requests, ristretto, rounds, shares, signing
from privacy.ceremony import Transcript
from privacy.encoding import b64
from privacy.requests import BudgetGrant, EvaluationAnswer, EvaluationPart, EvaluationRequest

FOLDER = Path(__file__).resolve().parent.parent / "vectors" / "oprf"
SIZE = ristretto.SIZE
T, N = 2, 3
INPUTS = [
    ("phone/1", "+8613800138000"),
    ("voice/1", "vendor:library:3.2:C000123"),
    ("account/1", "抖音:uid:1234567890"),
]
MESSAGES = [label.encode() + b"\x1f" + value.encode() for label, value in INPUTS]


def scalar(name: str) -> bytes:
    """A fixed scalar for each name."""
    return ristretto.scalar_reduce(hashlib.sha512(f"alliance vectors {name}".encode()).digest())


def seed(name: str) -> bytes:
    """A fixed Ed25519 seed for each name."""
    return hashlib.sha256(f"alliance vectors {name}".encode()).digest()


def blob(name: str, number: int) -> bytes:
    """A fixed blob of scalars."""
    return b"".join(scalar(f"{name} {index}") for index in range(number))


COEFFICIENTS = blob("coefficient", T)
DEALING = shares.deal_with(COEFFICIENTS, N)
SHARES = dict(enumerate(DEALING.shares, 1))
IDENTITIES = {index: signing.public_key(seed(f"custodian {index}")) for index in SHARES}


def sign(transcript: Transcript) -> Transcript:
    """The transcript with fresh signatures of all fixed identities."""
    signatures = {i: signing.sign(seed(f"custodian {i}"), transcript.canonical()) for i in transcript.identities}
    return replace(transcript, signatures=signatures)


TRANSCRIPT = sign(
    Transcript(
        epoch=1,
        generation=0,
        key="id",
        t=T,
        n=N,
        commitments=DEALING.commitments,
        public_key=DEALING.commitments[:SIZE],
        public_keys={i: shares.public_share(DEALING.commitments, i) for i in SHARES},
        identities=IDENTITIES,
        signatures={},
    )
)
BLINDED = oprf.blind_with(MESSAGES, blob("blind", len(MESSAGES)))


def part(index: int, quorum: tuple[int, ...], elements: bytes = BLINDED.elements, key: str = "") -> EvaluationPart:
    """A custodian's part with a fixed nonce; `key` names a scalar to use in place of its share."""
    secret = shares.weighted_share(scalar(key) if key else SHARES[index], index, quorum)
    public = ristretto.multiply_base(secret)
    evaluated = oprf.evaluate(secret, elements)
    proof = oprf.prove_with(secret, public, elements, evaluated, scalar(f"nonce {index} {quorum}"))
    return EvaluationPart(index, evaluated, proof)


def answer(quorum: tuple[int, ...]) -> EvaluationAnswer:
    """The honest answer of a quorum."""
    return EvaluationAnswer(1, 0, quorum, tuple(part(i, quorum) for i in quorum), 1997)


def blinding() -> Iterator[dict[str, object]]:
    """Input, hashed element, blind, blinded element."""
    for index, ((label, value), message) in enumerate(zip(INPUTS, MESSAGES, strict=True)):
        at = slice(index * SIZE, (index + 1) * SIZE)
        yield {
            "kind": label,
            "canonical": value,
            "input": message.hex(),
            "hashed": oprf.hash_to_group(message).hex(),
            "blind": BLINDED.blinds[at].hex(),
            "element": BLINDED.elements[at].hex(),
        }


def factors() -> Iterator[dict[str, object]]:
    """Lagrange factors of quorums, little-endian; refusals."""
    for quorum in ((1, 2), (1, 3), (2, 3), (1, 2, 3), (2, 5, 255), (4,)):
        yield {"quorum": quorum, "factors": [shares.lagrange(i, quorum).hex() for i in quorum], "error": None}
    yield {"quorum": [1, 1], "factors": [None, None], "error": "quorum"}


def evaluations() -> Iterator[dict[str, object]]:
    """Threshold evaluation: every quorum ends with the same digests and RFC outputs."""
    for quorum in ((1, 2), (1, 3), (2, 3), (1, 2, 3)):
        keys = ceremony.check_quorum(TRANSCRIPT, quorum)
        parts = [part(i, quorum) for i in quorum]
        digests = oprf.finalise(BLINDED.blinds, [one.elements for one in parts])
        yield {
            "quorum": quorum,
            "blinded": BLINDED.elements.hex(),
            "blinds": BLINDED.blinds.hex(),
            "shares": [SHARES[i].hex() for i in quorum],
            "weighted_keys": [keys[i].hex() for i in quorum],
            "nonces": [scalar(f"nonce {i} {quorum}").hex() for i in quorum],
            "parts": [one.elements.hex() for one in parts],
            "proofs": [one.proof.hex() for one in parts],
            "digests": digests.hex(),
            "outputs": [
                oprf.output(message, digests[i * SIZE : (i + 1) * SIZE]).hex() for i, message in enumerate(MESSAGES)
            ],
        }


def proofs() -> Iterator[dict[str, object]]:
    """Batched DLEQ proofs, one that holds and every way not to."""
    key, nonce = scalar("key"), scalar("nonce")
    public, elements = ristretto.multiply_base(key), BLINDED.elements
    evaluated = oprf.evaluate(key, elements)
    good = {"public_key": public, "blinded": elements, "evaluated": evaluated}
    good["proof"] = oprf.prove_with(key, public, elements, evaluated, nonce)
    other = oprf.evaluate(scalar("other key"), elements)
    swapped = evaluated[SIZE : 2 * SIZE] + evaluated[:SIZE] + evaluated[2 * SIZE :]
    order = ristretto.ORDER.to_bytes(SIZE, "little")
    cases: list[tuple[str, dict[str, bytes], str | None]] = [
        ("it holds", {}, None),
        ("another public key", {"public_key": ristretto.multiply_base(scalar("other key"))}, "proof"),
        ("two elements swapped", {"evaluated": swapped}, "proof"),
        ("one element by another key", {"evaluated": evaluated[: 2 * SIZE] + other[2 * SIZE :]}, "proof"),
        ("all elements by another key", {"evaluated": other}, "proof"),
        ("another batch", {"blinded": swapped}, "proof"),
        ("one bit of c", {"proof": bytes([good["proof"][0] ^ 1]) + good["proof"][1:]}, "proof"),
        (
            "one bit of s",
            {"proof": good["proof"][:SIZE] + bytes([good["proof"][SIZE] ^ 1]) + good["proof"][33:]},
            "proof",
        ),
        ("c not reduced", {"proof": order + good["proof"][SIZE:]}, "scalar"),
        ("s not reduced", {"proof": good["proof"][:SIZE] + order}, "scalar"),
        ("s is zero", {"proof": good["proof"][:SIZE] + bytes(SIZE)}, "scalar"),
        ("an evaluated element is the identity", {"evaluated": bytes(SIZE) + evaluated[SIZE:]}, "element"),
        ("an evaluated element is no encoding", {"evaluated": b"\xff" * SIZE + evaluated[SIZE:]}, "element"),
        ("a blinded element is the identity", {"blinded": bytes(SIZE) + elements[SIZE:]}, "element"),
        ("the public key is the identity", {"public_key": bytes(SIZE)}, "element"),
        ("one element is missing", {"evaluated": evaluated[SIZE:]}, "length"),
        ("an empty batch", {"blinded": b"", "evaluated": b""}, "length"),
        ("a short proof", {"proof": good["proof"][:-1]}, "length"),
    ]
    for name, changed, error in cases:
        yield {"name": name, **{field: value.hex() for field, value in {**good, **changed}.items()}, "error": error}


def transcripts() -> Iterator[dict[str, object]]:
    """Ceremony transcripts: canonical bytes and fingerprint, and every refusal of `check`."""
    other = shares.public_share(DEALING.commitments, 9)
    doubled = {**IDENTITIES, 2: IDENTITIES[1]}
    changed = replace(TRANSCRIPT, public_key=other)
    broken = {**TRANSCRIPT.signatures, 3: TRANSCRIPT.signatures[2]}
    cases: list[tuple[str, Transcript, str | None]] = [
        ("it holds", TRANSCRIPT, None),
        ("another public key", sign(changed), "public_key"),
        (
            "another custodian's key",
            sign(replace(TRANSCRIPT, public_keys={**TRANSCRIPT.public_keys, 2: other})),
            "custodian_key",
        ),
        (
            "a commitment is no element",
            sign(replace(TRANSCRIPT, commitments=DEALING.commitments[:SIZE] + b"\xff" * 32)),
            "commitment",
        ),
        ("one identity twice", sign(replace(TRANSCRIPT, identities=doubled)), "identity"),
        ("another's signature", replace(TRANSCRIPT, signatures=broken), "signature"),
        ("another generation than signed", replace(TRANSCRIPT, generation=1), "signature"),
    ]
    for name, transcript, error in cases:
        yield {
            "name": name,
            "transcript": transcript.to_json(),
            "canonical": transcript.canonical().hex(),
            "fingerprint": transcript.fingerprint(),
            "error": error,
        }
    for name, field, value in (
        ("a format of another protocol", "format", "alliance-ceremony/2"),
        ("an unknown suite", "suite", 2),
        ("a threshold above the number", "t", 4),
        ("a key in padded base64", "public_key", b64(TRANSCRIPT.public_key) + "="),
        ("a list that is too short", "identities", []),
        ("an unknown field", "comment", "x"),
    ):
        whole = {**TRANSCRIPT.to_json(), field: value}
        yield {"name": name, "transcript": whole, "canonical": None, "fingerprint": None, "error": "malformed"}


def quorums() -> Iterator[dict[str, object]]:
    """Quorums against the transcript of transcripts.json."""
    for quorum, error in (
        ([1, 2], None),
        ([1, 2, 3], None),
        ([2], "quorum"),
        ([], "quorum"),
        ([2, 1], "quorum"),
        ([2, 2], "quorum"),
        ([0, 1], "quorum"),
        ([3, 4], "quorum"),
    ):
        yield {"transcript": TRANSCRIPT.to_json(), "quorum": quorum, "error": error}
    # A transcript nobody checked: the keys of its custodians do not add up.
    moved = replace(TRANSCRIPT, public_keys={**TRANSCRIPT.public_keys, 1: TRANSCRIPT.public_keys[2]})
    yield {"transcript": moved.to_json(), "quorum": [1, 2], "error": "sum"}


def answers() -> Iterator[dict[str, object]]:
    """Whole answers for quorum 1, 3 as the member receives them, and who is named when one is refused."""
    quorum = (1, 3)
    good = answer(quorum)
    one, three = good.parts
    swapped = replace(three, elements=three.elements[SIZE : 2 * SIZE] + three.elements[:SIZE] + three.elements[64:])
    cases: list[tuple[str, EvaluationAnswer, str | None, int | None]] = [
        ("it holds", good, None, None),
        ("parts in another order", replace(good, parts=(three, one)), None, None),
        ("a wrong share", replace(good, parts=(one, part(3, quorum, key="other share"))), "proof", 3),
        ("a share weighted for another quorum", replace(good, parts=(part(1, (1, 2)), three)), "proof", 1),
        ("an element swapped", replace(good, parts=(one, swapped)), "proof", 3),
        ("one custodian twice", replace(good, parts=(one, one)), "custodians", None),
        ("a custodian missing", replace(good, parts=(one,)), "custodians", None),
        ("a custodian nobody asked", replace(good, parts=(one, replace(three, custodian=2))), "custodians", None),
        ("another's part under this name", replace(good, parts=(one, replace(one, custodian=3))), "proof", 3),
        ("another epoch", replace(good, epoch=2), "generation", None),
        ("another generation", replace(good, generation=1), "generation", None),
        ("another quorum", answer((1, 2)), "generation", None),
    ]
    for name, given, error, custodian in cases:
        yield {
            "name": name,
            "quorum": quorum,
            "blinded": BLINDED.elements.hex(),
            "blinds": BLINDED.blinds.hex(),
            "answer": given.to_json(),
            "digests": None if error else oprf.finalise(BLINDED.blinds, [one.elements, three.elements]).hex(),
            "error": error,
            "custodian": custodian,
        }


GRANT = (
    BudgetGrant(
        budget=UUID("0b9d7a53-6a49-4f0c-9f2f-5d6a4cf0f001"),
        institution=UUID("5b0d2f5e-1a0f-4a43-8d35-3f0e7d9be002"),
        key="id",
        values=120_000,
        until=datetime.date(2026, 12, 31),
    )
    .signed("institution", seed("approver"))
    .signed("alliance", seed("alliance"))
)
REQUEST = EvaluationRequest(
    request=UUID("c4a7f9b2-3c1d-4e8f-a6b5-7d8e9f00a003"),
    signer=str(GRANT.institution),
    epoch=1,
    generation=0,
    key="id",
    suite=1,
    quorum=(1, 3),
    issued_at=1_800_000_000,
    elements=BLINDED.elements,
).signed(seed("institution"))


def signed() -> Iterator[dict[str, object]]:
    """Requests and budgets with the bytes that are signed; Ed25519 is deterministic, so signatures are fixed."""
    for name, request in (
        ("a member's request", REQUEST),
        ("one under a declared budget", replace(REQUEST, budget=GRANT).signed(seed("institution"))),
        ("the portal's", replace(REQUEST, signer=requests.PORTAL).signed(seed("institution"))),
    ):
        yield {
            "name": name,
            "seed": seed("institution").hex(),
            "public_key": signing.public_key(seed("institution")).hex(),
            "signing_bytes": request.signing_bytes().hex(),
            "request": request.to_json(),
        }


def budgets() -> Iterator[dict[str, object]]:
    """A declared budget, the bytes each side signs, and its digest inside a request."""
    yield {
        "institution_key": signing.public_key(seed("approver")).hex(),
        "alliance_key": signing.public_key(seed("alliance")).hex(),
        "institution_signing_bytes": GRANT.signing_bytes("institution").hex(),
        "alliance_signing_bytes": GRANT.signing_bytes("alliance").hex(),
        "digest": GRANT.digest().hex(),
        "grant": GRANT.to_json(),
    }


def sealed() -> Iterator[dict[str, object]]:
    """Digests sealed with a fixed pepper."""
    pepper = hashlib.sha512(b"alliance vectors pepper").digest()
    digest = oprf.finalise(BLINDED.blinds, [part(i, (1, 2)).elements for i in (1, 2)])[:SIZE]
    for pepper_id, epoch, kind in (("k1", 1, 1), ("k1", 1, 2), ("k1", 2, 1), ("k2", 1, 1)):
        value = envelope.seal_digest(pepper, pepper_id, digest, suite=1, epoch=epoch, kind=kind)
        yield {
            "pepper": pepper.hex(),
            "pepper_id": pepper_id,
            "suite": 1,
            "epoch": epoch,
            "kind": kind,
            "digest": digest.hex(),
            "sealed": value.hex(),
        }


def setups() -> Iterator[dict[str, object]]:
    """What custodians agree on before a ceremony, and its hash."""
    setup = rounds.Setup("id", 1, 0, T, IDENTITIES)
    yield {"key": "id", "epoch": 1, "generation": 0, "t": T, "identities": [i.hex() for i in IDENTITIES.values()],
           "hash": setup.hash().hex()}  # fmt: skip


FILES: dict[str, Callable[[], Iterator[dict[str, object]]]] = {
    "blinding": blinding,
    "lagrange": factors,
    "evaluation": evaluations,
    "proofs": proofs,
    "transcripts": transcripts,
    "quorums": quorums,
    "answers": answers,
    "requests": signed,
    "budgets": budgets,
    "sealed": sealed,
    "setups": setups,
}


def text(name: str) -> str:
    """The file of one name as it stands in tests/vectors/oprf."""
    return json.dumps({"file": name, "vectors": list(FILES[name]())}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FILES:
        (FOLDER / f"{file}.json").write_text(text(file), encoding="utf-8")
