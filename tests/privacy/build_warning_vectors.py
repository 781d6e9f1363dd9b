"""Builds tests/vectors/warnings/lists.json, which Python and the browser's JavaScript both run.

`python -m tests.privacy.build_warning_vectors` writes it; a test checks that it is what this code builds, so a change
of the signed bytes shows as a changed vector.
"""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from privacy import signing
from privacy.encoding import b64
from privacy.kinds import Refused
from privacy.warnings import Stoplist, WarningDocument, checked, read_entry

FILE = Path(__file__).resolve().parent.parent / "vectors" / "warnings" / "lists.json"
SEED = hashlib.sha256(b"alliance vectors warning lists").digest()
WRITTEN = [
    ("phone/1", "95588", "工商银行客服"),
    ("phone/1", "12378", "银行保险消费者投诉维权热线"),
    ("phone/1", "110", "报警电话"),
    ("phone/1", "010-12345", "北京市政务服务热线"),
    ("phone/1", "400 810 0000", "Bank's own line"),
    ("phone/1", "95*", "Service hotlines"),
    ("phone/1", "96110…", "Anti-fraud line, and its extensions"),
    ("phone/1", "400...", "400 lines"),
    ("phone/1", "+86800*", "800 lines"),
    ("domain/1", "https://www.court.gov.cn/", "最高人民法院"),
    ("uscc/1", "91350100M000100Y43", "A courier"),
]
UNREADABLE = [("phone/1", "138****5678"), ("domain/1", "*"), ("phone/1", "")]
LOOKUPS = [
    ("phone/1", "cn-sc:95588"),
    ("phone/1", "cn-sc:95533"),
    ("phone/1", "cn-sc:96"),
    ("phone/1", "+864001234567"),
    ("phone/1", "+8613812345678"),
    ("phone/1", "cn-sc:010:12345"),
    ("phone/1", "cn-sc:12345"),
    ("domain/1", "court.gov.cn"),
    ("domain/1", "court.gov.cn.example"),
    ("qq/1", "95588"),
]


def documents() -> list[WarningDocument]:
    """Two lists: hotlines, and everything else that is written above."""
    entries = [read_entry(*written) for written in WRITTEN]
    parts = {"hotlines": [one for one in entries if one.kind == "phone/1"], "others": []}
    parts["others"] = [one for one in entries if one not in parts["hotlines"]]
    return [
        WarningDocument(
            version=UUID(int=number, version=4),
            code=code,
            number=number,
            sort="hotline" if code == "hotlines" else "other",
            name_zh="公共热线" if code == "hotlines" else "其他公共号码与网址",
            name_en=code.capitalize(),
            epoch=1,
            in_force_since="2026-05-01T09:30:00Z",
            entries=tuple(checked(listed, "other")),
        )
        for number, (code, listed) in enumerate(parts.items(), start=1)
    ]


def build() -> dict[str, Any]:
    """The vector file."""
    lists, stoplist = documents(), Stoplist(documents())
    return {
        "alliance_key": signing.text_of(signing.public_key(SEED)),
        "documents": [
            {
                "document": document.to_json(),
                "signing_bytes": document.signing_bytes().hex(),
                "signature": b64(signing.sign(SEED, document.signing_bytes())),
            }
            for document in lists
        ],
        "entries": [
            {"kind": kind, "written": text, "label": label, "read": read_entry(kind, text, label).to_json()}
            for kind, text, label in WRITTEN
        ]
        + [
            {"kind": kind, "written": text, "label": "", "read": {"refused": _refusal(kind, text)}}
            for kind, text in UNREADABLE
        ],
        "lookups": [{"kind": kind, "value": value, "found": _found(stoplist, kind, value)} for kind, value in LOOKUPS],
    }


def _refusal(kind: str, text: str) -> str:
    try:
        read_entry(kind, text, "")
    except Refused as refusal:
        return refusal.code
    raise AssertionError(f"{text} is readable")


def _found(stoplist: Stoplist, kind: str, value: str) -> dict[str, str] | None:
    found = stoplist.find(kind, value)
    return None if found is None else {"list": found[0].code, "entry": found[1].value}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(build(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
