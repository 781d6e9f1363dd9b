"""The golden vectors of tests/vectors/kinds in Python and in JavaScript, and what holds for every text."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.kinds import (
    BY_NUMBER,
    KINDS,
    REASONS,
    WARNINGS,
    Refused,
    looks_like_indicator,
    message,
    normalise,
    voice_library,
)

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "kinds"
OURS = {"sci": "scientific", "chars/multiple": "several", "intl": "international", "landline length": "length"}
"""The spellings file names some reasons otherwise than the registry."""


def read(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


FILES = {path.name: read(path.name) for path in sorted(VECTORS.glob("*.json"))}
CASES = [(file["kind"], vector) for file in FILES.values() if "kind" in file for vector in file["vectors"]]


def outcome(label: str, text: str) -> dict[str, Any]:
    try:
        found = normalise(label, text)
    except Refused as refusal:
        return {"refused": refusal.code}
    return {"value": found.value, "extension": found.extension, "warnings": list(found.warnings)}


@pytest.mark.parametrize(("label", "vector"), CASES, ids=lambda part: ascii(part)[:80])
def test_each_vector_gives_its_canonical_form_or_its_reason(label: str, vector: dict[str, Any]) -> None:
    wanted = {name: part for name, part in vector.items() if name != "input"}
    assert outcome(label, vector["input"]) == wanted


def test_every_kind_has_accepted_and_refused_vectors() -> None:
    accepted = {label for label, vector in CASES if "value" in vector}
    refused = {label for label, vector in CASES if "refused" in vector}
    assert accepted == refused == set(KINDS)


def test_every_reason_and_warning_has_a_vector() -> None:
    seen = {vector.get("refused") for _, vector in CASES}
    warned = {code for _, vector in CASES for code in vector.get("warnings", [])}
    assert set(REASONS) - seen == {"precision", "kind"}  # files.py and an unknown label give these two
    assert set(WARNINGS) == warned


def test_all_two_hundred_spellings_of_phone_numbers() -> None:
    wrong = []
    for vector in FILES["phone-spellings.json"]["vectors"]:
        got = outcome("phone/1", vector["input"])
        got.pop("warnings", None)
        if "refused" in vector:
            wanted = {"refused": OURS.get(vector["refused"], vector["refused"])}
        else:
            wanted = {"value": vector["canonical"], "extension": vector["extension"]}
        if got != wanted:
            wrong.append((vector["input"], got, wanted))
    assert wrong == []
    assert len(FILES["phone-spellings.json"]["vectors"]) == 200


def test_free_texts_that_hold_an_indicator_are_recognised() -> None:
    for row in FILES["references.json"]["references"]:
        assert looks_like_indicator(row["text"]) == row["holds"], row["text"]


def test_messages_separate_the_kinds() -> None:
    for row in FILES["messages.json"]["messages"]:
        assert message(row["kind"], row["value"]).hex() == row["bytes"]
        if row["library"]:
            assert voice_library(row["value"]) == row["library"]


def test_the_registry_is_the_published_one() -> None:
    rows = [
        [kind.number, kind.label, kind.name_en, kind.name_zh, kind.weak, kind.public, kind.example]
        for kind in KINDS.values()
    ]
    published = FILES["registry.json"]
    assert rows == published["registry"]
    assert {code: list(texts) for code, texts in REASONS.items()} == published["reasons"]
    assert {code: list(texts) for code, texts in WARNINGS.items()} == published["warnings"]
    assert sorted(BY_NUMBER) == list(range(1, 13))
    assert all(normalise(kind.label, kind.example).value for kind in KINDS.values())


def test_an_unknown_kind_is_refused() -> None:
    assert outcome("phone/2", "13812345678") == {"refused": "kind"}


def test_the_javascript_agrees_on_every_vector() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here; the browser tests run the same file in Chromium")
    files = [file for file in FILES.values() if "about" not in file or "vectors" not in file]
    spellings = {
        "kind": "phone/1",
        "vectors": [
            {"input": row["input"], **outcome("phone/1", row["input"])}
            for row in FILES["phone-spellings.json"]["vectors"]
        ],
    }
    program = (
        "const {runVectors} = await import(process.argv[1]);"
        "let text = ''; for await (const part of process.stdin) text += part;"
        "console.log(JSON.stringify(runVectors(JSON.parse(text))));"
    )
    ran = subprocess.run(
        [node, "--input-type=module", "-e", program, (ROOT / "frontend" / "kinds-vectors.js").as_uri()],
        input=json.dumps([*files, spellings]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["failures"] == []
    assert answer["count"] >= len(CASES) + 200


PIECES = st.sampled_from(
    ["138", "1234", "5678", "+86", "86", "00", "0", "010", "0755", "95588", "转", "x", "-", " ", "(", ")", "*",
     "1.2.3.4", "2400:", "::", "ffff", "www.", ".com", "例子", "xn--", "douyin", "抖音", ":", "uid", "@",
     "wxid_", "11010519491231002X", "6222021234567890128", "91350100M000100Y43", "\u200b", "Ａ", "ß", "İ", "\n",
     "490154203237518", "e5", "E+", ".0", ",", "/", "https://"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=30))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(KINDS)), TEXTS)
def test_normalising_twice_changes_nothing(label: str, text: str) -> None:
    try:
        once = normalise(label, text)
    except Refused:
        return
    again = normalise(label, once.value)
    assert again.value == once.value
    assert again.extension is None
    assert once.value.isascii()
    assert "\x1f" not in once.value
    assert set(once.warnings) <= set(WARNINGS)


def test_the_page_on_kinds_lists_the_registry() -> None:
    page = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    for kind in KINDS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{kind.label}` | {kind.number} |"))
        assert ("weak" in row, "public" in row) == (kind.weak, kind.public)
