"""Builds tests/vectors/cases: run `var/env/bin/python -m tests.privacy.build_case_vectors` after a change of format.

Everything but the seals and the recovery files follows from fixed inputs. Those two hold random bytes, so the files
written once are kept, and the tests check that they open.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

from privacy import hpke, locker, recovery
from privacy.commitments import commitment, key_check

FOLDER = Path(__file__).resolve().parent.parent / "vectors" / "cases"
CASE, EVIDENCE, DISCLOSURE = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "abc")
KEY, SALT = bytes(range(32)), bytes(range(32, 64))
SIZES = {
    "an empty file": 0,
    "one byte": 1,
    "one full chunk": locker.CHUNK,
    "a chunk and a byte": locker.CHUNK + 1,
    "one full part": locker.PART_CHUNKS * locker.CHUNK,
    "a part and a byte": locker.PART_CHUNKS * locker.CHUNK + 1,
}
STANDARD_SM3 = (
    ("GB/T 32905-2016, example 1", "abc", 1, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    ("GB/T 32905-2016, example 2", "abcd", 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
)


def counted(size: int) -> bytes:
    """The bytes 0 ... 250 over and over."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def files() -> list[dict[str, Any]]:
    """Files of every interesting length, encrypted."""
    return [_file(name, size) for name, size in SIZES.items()]


def _file(name: str, size: int) -> dict[str, Any]:
    data = counted(size)
    source = hashlib.sha256(data).digest()
    key = locker.file_key(KEY, salt=SALT, case=CASE, evidence=EVIDENCE, version=1, source_sha256=source)
    cipher = b"".join(locker.encrypt_chunks(key, io.BytesIO(data), size))
    return {
        "name": name,
        "size": size,
        "case_key": KEY.hex(),
        "salt": SALT.hex(),
        "case": CASE,
        "evidence": EVIDENCE,
        "version": 1,
        "source_sha256": source.hex(),
        "source_sm3": locker.sm3(data).hex(),
        "file_key": key.hex(),
        "cipher_size": locker.cipher_size(size),
        "parts": [locker.part_size(size, number) for number in range(locker.part_count(size))],
        "begins": cipher[:32].hex(),
        "cipher_sha256": hashlib.sha256(cipher).hexdigest(),
        "cipher_sm3": locker.sm3(cipher).hex(),
    }


def commitments() -> list[dict[str, Any]]:
    """Commitments of values in Latin and Han letters."""
    values = [("phone/1", "+8613800138000"), ("orgname/1", "澜江法务咨询有限公司")]
    return [
        {
            "name": kind,
            "ref": DISCLOSURE,
            "kind": kind,
            "value": value,
            "salt": SALT.hex(),
            "commitment": commitment(DISCLOSURE, kind, value, SALT).hex(),
        }
        for kind, value in values
    ]


def key_checks() -> list[dict[str, Any]]:
    """Check values of two generations."""
    rows = [{"case": CASE, "generation": number, "key": KEY.hex()} for number in (1, 12)]
    return [
        {
            "name": f"generation {row['generation']}",
            **row,
            "check": key_check(CASE, int(str(row["generation"])), KEY).hex(),
        }
        for row in rows
    ]


def sm3() -> list[dict[str, Any]]:
    """The standard's examples, and lengths about the edges of a block."""
    standard = [{"name": name, "text": text, "times": times, "sm3": sm3} for name, text, times, sm3 in STANDARD_SM3]
    edges = [("", 1), *(("a", times) for times in (55, 56, 63, 64, 65, 119, 120, 1000))]
    return standard + [
        {
            "name": f"{times} times “{text}”",
            "text": text,
            "times": times,
            "sm3": locker.sm3(text.encode() * times).hex(),
        }
        for text, times in edges
    ]


def seals() -> list[dict[str, Any]]:
    """Seals of every place, and what must not open: another row, another place, another key, a changed byte."""
    private = hashlib.sha256(b"alliance test key").digest()
    public, other = hpke.public_of(private), hpke.public_of(hashlib.sha256(b"another test key").digest())
    places = {"case-key": f"{CASE}/1", "disclosure": DISCLOSURE, "paper": EVIDENCE, "seized": f"{EVIDENCE}/7"}
    base = {"private": private.hex(), "public": public.hex(), "fingerprint": hpke.fingerprint(public)}
    found: list[dict[str, Any]] = []
    for place, ref in places.items():
        sealed = hpke.seal_to(public, KEY, place=place, ref=ref)
        found.append(base | {"name": place, "place": place, "ref": ref, "plain": KEY.hex(), "sealed": sealed.hex()})
    first = found[0]
    raw = bytes.fromhex(first["sealed"])
    elsewhere = hpke.seal_to(other, KEY, place="case-key", ref=first["ref"])
    wrong = {
        "another generation": {"ref": f"{CASE}/2"},
        "another place": {"place": "paper"},
        "another key": {"sealed": elsewhere.hex()},
        "a changed byte": {"sealed": (raw[:-1] + bytes([raw[-1] ^ 1])).hex()},
        "cut short": {"sealed": raw[:40].hex()},
    }
    return found + [first | {"name": name, "error": "seal"} | change for name, change in wrong.items()]


def recoveries() -> list[dict[str, Any]]:
    """A recovery file, its wrong passphrase, and files that are none."""
    private = hashlib.sha256(b"alliance test key").digest()
    text = recovery.write(private, "correct horse battery")
    changed = json.loads(text)
    base = {"private": private.hex(), "passphrase": "correct horse battery", "file": text}
    return [
        base | {"name": "a recovery file"},
        base | {"name": "a wrong passphrase", "passphrase": "correct horse batterz", "error": "passphrase"},
        base | {"name": "too few rounds", "file": json.dumps(changed | {"iterations": 1000}), "error": "file"},
        base | {"name": "an unknown field", "file": json.dumps(changed | {"more": 1}), "error": "file"},
        base | {"name": "another format", "file": json.dumps(changed | {"format": "x"}), "error": "file"},
        base | {"name": "no JSON", "file": "{", "error": "file"},
    ]


FIXED = {"files": files, "commitments": commitments, "key_checks": key_checks, "sm3": sm3}
ONCE = {"seals": seals, "recovery": recoveries}


def main() -> None:
    """Write the files that follow from their inputs, and the others if they are not there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, build in (FIXED | ONCE).items():
        path = FOLDER / f"{name}.json"
        if name in FIXED or not path.exists():
            found = {"file": name, "vectors": build()}
            path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
