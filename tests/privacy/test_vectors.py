"""The golden vectors of tests/vectors: RFC 9497's own, and those that Python and JavaScript share."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy import ceremony, envelope, oprf, ristretto, rounds, shares
from privacy.ceremony import CeremonyError, Transcript
from privacy.encoding import Malformed
from privacy.requests import BudgetGrant, EvaluationAnswer, EvaluationRequest, verified_parts
from tests.privacy import build_vectors

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
RFC = json.loads((VECTORS / "rfc9497-ristretto255-sha512.json").read_text())
VOPRF = next(suite for suite in RFC if suite["mode"] == 1)


def vectors(name: str) -> list[Any]:
    return json.loads((VECTORS / "oprf" / f"{name}.json").read_text())["vectors"]


def blob(text: str) -> bytes:
    return bytes.fromhex(text.replace(",", ""))


def named(vector: Any) -> str:
    return str(vector.get("name", ""))


@pytest.mark.parametrize("name", build_vectors.FILES)
def test_the_file_is_what_the_code_builds(name: str) -> None:
    assert (VECTORS / "oprf" / f"{name}.json").read_text() == build_vectors.text(name)


@pytest.mark.parametrize("vector", VOPRF["vectors"])
def test_rfc_9497_holds_from_input_to_output(vector: Any) -> None:
    key, public = blob(VOPRF["skSm"]), blob(VOPRF["pkSm"])
    assert ristretto.multiply_base(key) == public
    messages = [bytes.fromhex(text) for text in vector["Input"].split(",")]
    blinded = oprf.blind_with(messages, blob(vector["Blind"]))
    assert blinded.elements == blob(vector["BlindedElement"])
    evaluated = oprf.evaluate(key, blinded.elements)
    assert evaluated == blob(vector["EvaluationElement"])
    proof = oprf.prove_with(key, public, blinded.elements, evaluated, blob(vector["Proof"]["r"]))
    assert proof == blob(vector["Proof"]["proof"])
    oprf.verify(public, blinded.elements, evaluated, proof)
    digests = oprf.finalise(blinded.blinds, [evaluated])
    outputs = [oprf.output(x, digests[i * 32 : i * 32 + 32]).hex() for i, x in enumerate(messages)]
    assert ",".join(outputs) == vector["Output"]


def test_the_context_is_the_one_of_the_rfc() -> None:
    assert blob(VOPRF["groupDST"]) == b"HashToGroup-" + oprf.CONTEXT


@pytest.mark.parametrize("vector", vectors("blinding"))
def test_blinding(vector: Any) -> None:
    message = blob(vector["input"])
    assert message == vector["kind"].encode() + b"\x1f" + vector["canonical"].encode()
    assert oprf.hash_to_group(message) == blob(vector["hashed"])
    assert oprf.blind_with([message], blob(vector["blind"])).elements == blob(vector["element"])


@pytest.mark.parametrize("vector", vectors("lagrange"))
def test_lagrange(vector: Any) -> None:
    for index, factor in zip(vector["quorum"], vector["factors"], strict=True):
        if vector["error"]:
            with pytest.raises(shares.ShareError) as caught:
                shares.lagrange(index, vector["quorum"])
            assert caught.value.code == vector["error"]
        else:
            assert shares.lagrange(index, vector["quorum"]).hex() == factor


@pytest.mark.parametrize("vector", vectors("evaluation"))
def test_threshold_evaluation(vector: Any) -> None:
    blinded, quorum, parts = blob(vector["blinded"]), vector["quorum"], []
    for place, index in enumerate(quorum):
        key = shares.weighted_share(blob(vector["shares"][place]), index, quorum)
        public = ristretto.multiply_base(key)
        assert public == blob(vector["weighted_keys"][place])
        parts.append(oprf.evaluate(key, blinded))
        assert parts[-1] == blob(vector["parts"][place])
        proof = oprf.prove_with(key, public, blinded, parts[-1], blob(vector["nonces"][place]))
        assert proof == blob(vector["proofs"][place])
    assert oprf.finalise(blob(vector["blinds"]), parts) == blob(vector["digests"])


@pytest.mark.parametrize("vector", vectors("proofs"), ids=named)
def test_proofs(vector: Any) -> None:
    given = [blob(vector[field]) for field in ("public_key", "blinded", "evaluated", "proof")]
    if vector["error"] is None:
        oprf.verify(*given)
        return
    with pytest.raises(oprf.ProofError) as caught:
        oprf.verify(*given)
    assert caught.value.code == vector["error"]


@pytest.mark.parametrize("vector", vectors("transcripts"), ids=named)
def test_transcripts(vector: Any) -> None:
    if vector["error"] == "malformed":
        with pytest.raises(CeremonyError) as caught:
            Transcript.from_json(vector["transcript"])
        assert caught.value.code == "malformed"
        return
    transcript = Transcript.from_json(json.dumps(vector["transcript"]))
    assert transcript.to_json() == vector["transcript"]
    assert transcript.canonical().hex() == vector["canonical"]
    assert transcript.fingerprint() == vector["fingerprint"]
    if vector["error"] is None:
        transcript.check()
        return
    with pytest.raises(CeremonyError) as caught:
        transcript.check()
    assert caught.value.code == vector["error"]


@pytest.mark.parametrize("vector", vectors("quorums"), ids=lambda vector: str(vector["quorum"]))
def test_quorums(vector: Any) -> None:
    transcript = Transcript.from_json(vector["transcript"])
    if vector["error"] is None:
        assert sorted(ceremony.check_quorum(transcript, vector["quorum"])) == vector["quorum"]
        return
    with pytest.raises(CeremonyError) as caught:
        ceremony.check_quorum(transcript, vector["quorum"])
    assert caught.value.code == vector["error"]


@pytest.mark.parametrize("vector", vectors("answers"), ids=named)
def test_answers(vector: Any) -> None:
    given = EvaluationAnswer.from_json(json.dumps(vector["answer"]))
    asked = (build_vectors.TRANSCRIPT, vector["quorum"], blob(vector["blinded"]), given)
    if vector["error"] is None:
        assert oprf.finalise(blob(vector["blinds"]), verified_parts(*asked)) == blob(vector["digests"])
        return
    with pytest.raises(oprf.ProofError) as caught:
        verified_parts(*asked)
    assert (caught.value.code, caught.value.custodian) == (vector["error"], vector["custodian"])


@pytest.mark.parametrize("vector", vectors("requests"), ids=named)
def test_requests(vector: Any) -> None:
    request = EvaluationRequest.from_json(json.dumps(vector["request"]))
    assert request.to_json() == vector["request"]
    assert request.signing_bytes().hex() == vector["signing_bytes"]
    assert request.signed(blob(vector["seed"])) == request
    request.verify(blob(vector["public_key"]))


@pytest.mark.parametrize("vector", vectors("budgets"))
def test_budgets(vector: Any) -> None:
    grant = BudgetGrant.from_json(vector["grant"])
    assert grant.to_json() == vector["grant"]
    assert grant.signing_bytes("institution").hex() == vector["institution_signing_bytes"]
    assert grant.signing_bytes("alliance").hex() == vector["alliance_signing_bytes"]
    assert grant.digest().hex() == vector["digest"]
    grant.verify(blob(vector["institution_key"]), blob(vector["alliance_key"]))


@pytest.mark.parametrize("vector", vectors("sealed"))
def test_sealed_digests(vector: Any) -> None:
    place = {name: vector[name] for name in ("suite", "epoch", "kind")}
    pepper, digest = blob(vector["pepper"]), blob(vector["digest"])
    assert envelope.seal_digest(pepper, vector["pepper_id"], digest, **place).hex() == vector["sealed"]
    assert envelope.open_digest(pepper, vector["pepper_id"], blob(vector["sealed"]), **place) == digest


@pytest.mark.parametrize("vector", vectors("setups"))
def test_setups(vector: Any) -> None:
    identities = {index: blob(key) for index, key in enumerate(vector["identities"], 1)}
    setup = rounds.Setup(vector["key"], vector["epoch"], vector["generation"], vector["t"], identities)
    assert setup.hash().hex() == vector["hash"]


def test_a_vector_that_must_fail_exists_for_every_refusal() -> None:
    codes = {vector["error"] for name in ("proofs", "transcripts", "quorums", "answers") for vector in vectors(name)}
    assert codes >= {"proof", "scalar", "element", "length", "public_key", "custodian_key", "commitment", "identity"}
    assert codes >= {"signature", "malformed", "quorum", "sum", "custodians", "generation"}


def test_a_strict_reader_refuses_what_it_does_not_know() -> None:
    with pytest.raises(Malformed, match="unknown"):
        EvaluationRequest.from_json({**vectors("requests")[0]["request"], "note": "x"})
