"""docs/protocol.md says what the code does: its strings and numbers stand there, and a reader who knows only that page
takes the signed bytes of the vectors apart."""

import hashlib
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custody.daemon.evaluator import CLOCK_WINDOW
from privacy import ceremony, commitments, envelope, hpke, locker, oprf, recovery, requests, ristretto, rounds
from privacy.encoding import unb64
from privacy.kinds import KINDS, message
from tests.privacy.build_vectors import FILES, FOLDER, REQUEST, TRANSCRIPT

TEXT = (Path(__file__).resolve().parent.parent.parent / "docs" / "protocol.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


def vectors(name: str) -> list[Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["vectors"]


class Reader:
    """Takes bytes apart in the page's notation."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, size: int) -> bytes:
        self.at += size
        assert self.at <= len(self.raw)
        return self.raw[self.at - size : self.at]

    def number(self, form: str) -> int:
        return int(struct.unpack(f">{form}", self.take(struct.calcsize(form)))[0])

    def str8(self) -> str:
        return self.take(self.number("B")).decode("ascii")

    def label(self, text: str) -> None:
        assert self.take(len(text) + 1) == text.encode() + b"\x00"

    def end(self) -> None:
        assert self.at == len(self.raw)


@pytest.mark.parametrize("vector", vectors("requests"))
def test_the_signed_request_reads_as_written(vector: Any) -> None:
    read, wire = Reader(bytes.fromhex(vector["signing_bytes"])), vector["request"]
    read.label("alliance/evaluation/1")
    assert read.take(16).hex() == wire["request"].replace("-", "")
    assert read.str8() == wire["signer"]
    assert [read.number("I"), read.number("I")] == [wire["epoch"], wire["generation"]]
    assert read.str8() == wire["key"]
    assert read.number("B") == wire["suite"]
    assert list(read.take(read.number("B"))) == wire["quorum"]
    assert [read.number("Q"), read.number("I")] == [wire["issued_at"], wire["count"]]
    assert read.take(64) == hashlib.sha512(unb64(wire["elements"], "elements")).digest()
    assert read.number("B") == (wire["budget"] is not None)
    if wire["budget"]:
        assert read.take(32).hex() == vectors("budgets")[0]["digest"]
    read.end()


@pytest.mark.parametrize(("side", "number"), [("institution", 1), ("alliance", 2)])
def test_the_budget_reads_as_written(side: str, number: int) -> None:
    (vector,) = vectors("budgets")
    read, wire = Reader(bytes.fromhex(vector[f"{side}_signing_bytes"])), vector["grant"]
    read.label("alliance/budget/1")
    assert read.number("B") == number
    assert read.take(16).hex() == wire["budget"].replace("-", "")
    assert read.take(16).hex() == wire["institution"].replace("-", "")
    assert read.str8() == wire["key"]
    assert read.number("Q") == wire["values"]
    assert read.str8() == wire["until"]
    read.end()
    signatures = [unb64(wire[f"{one}_signature"], one, 64) for one in ("institution", "alliance")]
    whole = bytes.fromhex(vector["institution_signing_bytes"]) + b"".join(signatures)
    assert hashlib.sha256(whole).hexdigest() == vector["digest"]


def test_the_transcript_reads_as_written() -> None:
    vector = vectors("transcripts")[0]
    raw, wire = bytes.fromhex(vector["canonical"]), vector["transcript"]
    read = Reader(raw)
    read.label("alliance-ceremony/1")
    assert read.number("B") == wire["suite"]
    assert read.str8() == wire["key"]
    assert [read.number("I"), read.number("I")] == [wire["epoch"], wire["generation"]]
    assert [read.number("B"), read.number("B")] == [wire["t"], wire["n"]]
    assert read.take(32 * wire["t"]) == unb64(wire["commitments"], "commitments")
    assert read.take(32) == unb64(wire["public_key"], "public_key")
    for own, identity in zip(wire["public_keys"], wire["identities"], strict=True):
        assert read.take(64) == unb64(own, "own") + unb64(identity, "identity")
    read.end()
    assert vector["fingerprint"].replace("-", "") == hashlib.sha256(raw).hexdigest()
    assert f"`{vector['fingerprint']}`" in TEXT


def test_the_hash_of_a_setup_is_as_written() -> None:
    (vector,) = vectors("setups")
    body = bytes([1, 2]) + b"id" + struct.pack(">IIBB", 1, 0, vector["t"], len(vector["identities"]))
    raw = b"alliance-ceremony/1 setup\x00" + body + b"".join(bytes.fromhex(one) for one in vector["identities"])
    assert hashlib.sha256(raw).hexdigest() == vector["hash"]


def test_a_sealed_text_reads_as_written() -> None:
    sealed = envelope.seal_text(bytes(32), "k7", "abc", context=b"")
    read = Reader(sealed)
    assert read.number("B") == 1
    assert read.str8() == "k7"
    read.take(12)
    read.take(len(b"abc") + 16)
    read.end()


def test_the_input_of_the_example_is_the_code_s() -> None:
    assert f"`{message('phone/1', '+8613800138000').hex()}`" in TEXT
    assert message("phone/1", "+8613800138000") == b"phone/1\x1f+8613800138000"


def test_the_page_lists_every_kind_with_its_number() -> None:
    table = TEXT.split("## 2.")[0]
    listed = {label: int(number) for number, label in re.findall(r"\| (\d+) \| ([a-z]+/\d+)", table)}
    assert listed == {label: kind.number for label, kind in KINDS.items()}


def test_the_page_names_every_field_of_the_wire() -> None:
    def section(number: int) -> str:
        return TEXT.split(f"\n## {number}. ")[1].split("\n## ")[0]

    for name in REQUEST.to_json():
        assert re.search(rf"^\|[^|]*\b{name}\b", section(6), re.M), name
    for name in TRANSCRIPT.to_json():
        assert re.search(rf"^\|[^|]*\b{name}\b", section(4), re.M), name
    for name in vectors("budgets")[0]["grant"]:
        assert f'"{name}"' in section(7)
    for name in vectors("answers")[0]["answer"]:
        assert f'"{name}"' in section(6)


def test_the_page_names_every_refusal_of_a_proof_and_every_vector_file() -> None:
    for name in ("proofs", "answers"):
        for vector in vectors(name):
            assert vector["error"] is None or f"| `{vector['error']}` |" in TEXT
    for name in FILES:
        assert name == "setups" or f"`oprf/{name}.json`" in TEXT
    assert "`oprf/setups.json`" in TEXT


NUMBERS: dict[str, Callable[[], bool]] = {
    "mode 0x01": lambda: oprf.CONTEXT == b"OPRFV1-\x01-ristretto255-SHA512",
    "suite number **1**": lambda: oprf.SUITE == 1,
    "27742317777372353535851937790883648493": lambda: (
        ristretto.ORDER == 2**252 + 27742317777372353535851937790883648493
    ),
    "1 … 2,000 blinded elements": lambda: requests.MAX_VALUES == 2000,
    "more than 300 seconds away": lambda: CLOCK_WINDOW == 300,
    "1 … 2⁴⁸": lambda: requests.MAX_BUDGET == 2**48,
    "n sealed shares of 80 bytes": lambda: rounds.SEALED_SIZE == 80,
    "**Sealed digest**, 48 bytes": lambda: envelope.SEALED_SIZE == 48,
    "64 bytes: c =": lambda: oprf.PROOF_SIZE == 64,
    "at most 65,535 bytes": lambda: oprf.MAX_INPUT == 65_535,
    "`alliance-ceremony/1`": lambda: ceremony.FORMAT == "alliance-ceremony/1",
    '"alliance-keys/1"': lambda: envelope.FORMAT == "alliance-keys/1",
    '`[a-z]{1,16}` ("id" for identifiers)': lambda: ceremony.KEY_NAME.pattern == "[a-z]{1,16}",
}


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_of_the_page_is_the_code_s(words: str) -> None:
    assert words in FLAT
    assert NUMBERS[words]()


def test_the_section_on_cases_says_what_the_code_does() -> None:
    cases = TEXT[TEXT.index("## 10. Cases") : TEXT.index("## 11.")]
    for place in hpke.PLACES:
        assert f"| `{place}` |" in cases
    for number in (locker.CHUNK, locker.PART_SIZE, recovery.ITERATIONS, recovery.MOST_ITERATIONS):
        assert f"{number:,}" in cases
    for text in ("alliance/seal/1", "alliance/case-key/1", "alliance/disclosure/1", "alliance/evidence/1"):
        assert f'"{text}" ‖ US' in cases
    assert hpke.info("paper", "r", "f") == b"alliance/seal/1\x1fpaper\x1fr\x1ff"
    stated = hashlib.sha256(b"alliance/case-key/1\x1fc\x1f2\x1f" + bytes(32)).digest()
    assert commitments.key_check("c", 2, bytes(32)) == stated
    stated = hashlib.sha256(b"alliance/disclosure/1\x1fr\x1fphone/1\x1fv\x1f" + bytes(32)).digest()
    assert commitments.commitment("r", "phone/1", "v", bytes(32)) == stated
    assert locker.nonce(258, is_last=True) == bytes(9) + b"\x01\x02\x01"
    assert recovery.FORMAT in cases
    assert recovery.KDF in cases
