"""Warning lists, pure: the signed bytes, what may be listed, what is found; and the same vectors in JavaScript."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privacy import signing
from privacy.encoding import Malformed, b64
from privacy.kinds import KINDS
from privacy.warnings import (
    LISTABLE,
    BadEntry,
    BadListSignature,
    Entry,
    Stoplist,
    WarningDocument,
    canonical_json,
    checked,
    opened,
)
from tests.privacy.build_warning_vectors import FILE, build

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
KEY = signing.key_of(VECTORS["alliance_key"], "key")
PUBLISHED = {
    "alliance_key": VECTORS["alliance_key"],
    "lists": [{name: one[name] for name in ("document", "signature")} for one in VECTORS["documents"]],
}


def copy() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(PUBLISHED))
    return found


def test_the_vectors_are_what_the_code_builds() -> None:
    assert build() == VECTORS


def test_published_lists_open_under_the_pinned_key() -> None:
    documents = opened(PUBLISHED, KEY)
    assert [document.signing_bytes().hex() for document in documents] == [
        one["signing_bytes"] for one in VECTORS["documents"]
    ]


def test_the_key_in_the_answer_is_not_believed() -> None:
    other = bytes(range(32))
    forged = copy()
    forged["alliance_key"] = signing.text_of(signing.public_key(other))
    for one in forged["lists"]:
        document = WarningDocument.from_json(one["document"])
        one["signature"] = b64(signing.sign(other, document.signing_bytes()))
    with pytest.raises(BadListSignature):
        opened(forged, KEY)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["document"].update(number=7),
        lambda one: one["document"].update(name_en="Other"),
        lambda one: one["document"]["entries"].pop(),
        lambda one: one["document"]["entries"][0].update(value="cn-sc:95599"),
        lambda one: one["document"]["entries"][0].update(label="Somebody"),
    ],
)
def test_a_changed_list_is_refused(change: Any) -> None:
    changed = copy()
    change(changed["lists"][0])
    with pytest.raises((BadListSignature, Malformed)):
        opened(changed, KEY)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["document"].update(extra=1),
        lambda one: one["document"].update(format="alliance-warning-list/2"),
        lambda one: one["document"].update(entries={}),
        lambda one: one["document"]["entries"].reverse(),
        lambda one: one["document"]["entries"].append(one["document"]["entries"][0]),
        lambda one: one["document"]["entries"][0].update(prefix=1),
        lambda one: one["document"]["entries"][0].update(kind="cnid/1"),
        lambda one: one.pop("signature"),
        lambda one: one.update(signature="AA"),
    ],
)
def test_a_malformed_list_is_refused(change: Any) -> None:
    changed = copy()
    change(changed["lists"][0])
    with pytest.raises(Malformed):
        opened(changed, KEY)


def test_canonical_json_is_that_of_rfc_8785() -> None:
    value = {"b": ["工", '"\\\n', True], "a": {"z": 1, "y": ""}}
    assert canonical_json(value) == '{"a":{"y":"","z":1},"b":["工","\\"\\\\\\n",true]}'.encode()


def test_listable_kinds_exist_and_none_is_a_persons() -> None:
    assert set(LISTABLE) <= set(KINDS)
    assert not set(LISTABLE) & {"cnid/1", "card/1", "voice/1", "imei/1", "oaid/1", "wechat/1", "qq/1"}


def test_only_a_list_of_own_lines_may_name_a_mobile_number() -> None:
    mobile = Entry("phone/1", False, "+8613812345678", "The bank's collection desk")
    assert checked([mobile], "member") == [mobile]
    with pytest.raises(BadEntry) as refused:
        checked([mobile], "hotline")
    assert (refused.value.place, refused.value.code) == (1, "list_mobile")


@pytest.mark.parametrize("value", ["+86", "+8613", "+8640", "cn-sc:", "cn-sc:9", "+1", "", "cn-sc:95x", "+861"])
def test_a_prefix_is_narrow(value: str) -> None:
    with pytest.raises(BadEntry):
        checked([Entry("phone/1", True, value, "Wide")], "hotline")


def test_entries_come_out_in_one_order() -> None:
    entries = WarningDocument.from_json(PUBLISHED["lists"][0]["document"]).entries
    assert checked(reversed(entries), "hotline") == list(entries)


def test_a_lookup_prefers_the_exact_entry_and_the_first_list() -> None:
    document = WarningDocument.from_json(PUBLISHED["lists"][0]["document"])
    found = Stoplist([document, replace(document, code="second")]).find("phone/1", "cn-sc:95588")
    assert found is not None
    assert (found[0].code, found[1].is_prefix) == ("hotlines", False)
    assert Stoplist().find("phone/1", "cn-sc:95588") is None


def test_the_browsers_code_says_the_same() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here; the browser tests run the same file in Chromium")
    program = (
        "const {runVectors} = await import(process.argv[1]);"
        "let text = ''; for await (const part of process.stdin) text += part;"
        "console.log(JSON.stringify(runVectors(JSON.parse(text))));"
    )
    ran = subprocess.run(
        [node, "--input-type=module", "-e", program, (ROOT / "frontend" / "warnings-vectors.js").as_uri()],
        input=json.dumps(VECTORS),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["failures"] == []
    assert answer["count"] == len(VECTORS["entries"]) + len(VECTORS["lookups"])


def test_the_page_of_the_protocol_says_how_to_take_a_list_apart() -> None:
    page = " ".join((ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").split())
    context = b"alliance/warning-list/1\0"
    assert '"alliance/warning-list/1" ‖ \\0' in page
    for one in VECTORS["documents"]:
        raw = bytes.fromhex(one["signing_bytes"])
        assert raw.startswith(context)
        assert json.loads(raw[len(context) :]) == one["document"]
        assert raw[len(context) :] == canonical_json(one["document"])
        for field in [*one["document"], *one["document"]["entries"][0]]:
            assert field in page
    for kind in LISTABLE:
        assert f"`{kind}`" in page
