"""Check a package (案卷包) without the platform, its project or a network: python verify.py PACKAGE [--key FINGERPRINT]

Python 3.8 or later, standard library only. PACKAGE is the .zip or the folder it was unpacked to. Exit codes: 0 whole;
1 something is not what was signed, and is named with its file and its offset or record; 2 no package; 3 all that is
there is right, but listed evidence is not in it. Without --key the signature is checked under the key that the package
itself names: compare its fingerprint with the one that the alliance gave you by another way.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple  # noqa: UP035 (Python 3.8)

from privacy.verify_archive import MANIFEST, SEAL, STAMP, VALUES, Package, Wrong
from privacy.verify_stamp import read_stamp
from privacy.verify_sums import is_signed, piece_sums, pieces_of, seal_of, sm3, sums_of, wrong_byte

CUSTODY, DISCLOSURES = "records/custody.json", "records/disclosures.json"
LOCATED, OWN_SM3 = 64 << 20, 4 << 20
"""Bytes of the longest file in which one wrong byte is looked for, and whose SM3 is computed if Python has none."""
SIGNED, CHAINED, COMMITTED = b"alliance/package/1\x1f", b"alliance/custody/1\x1f", "alliance/disclosure/1"
SAID = {
    "byte": (
        "byte {offset} is 0x{now:02x} and was 0x{was:02x}",
        "偏移 {offset} 处的字节为 0x{now:02x}，原为 0x{was:02x}",
    ),
    "piece": ("it differs from byte {offset} on", "自偏移 {offset} 起与签名时不一致"),
    "whole": ("its checksum is not the one that was signed", "校验值与签名时不一致"),
    "sm3": ("its SM3 is not the one that was signed", "SM3 与签名时不一致"),
    "missing": ("it is missing", "缺失"),
    "unlisted": ("it does not stand in the manifest", "清单未列明该文件"),
    "archive": ("the archive's own byte {offset} was changed", "压缩包结构在偏移 {offset} 处被改动"),
    "link": ("it is a link, a device or an empty folder, and no file", "是链接、特殊文件或空文件夹，不是普通文件"),
    "twice": ("the archive holds it twice", "压缩包内出现两次"),
    "form": ("it does not have the form of this file", "格式不符"),
    "signature": ("the signature does not hold for this manifest and key", "签名与清单、公钥不符"),
    "key": ("signed with another key: {found}", "由另一公钥签名：{found}"),
    "chain": (
        "the custody chain of {evidence} breaks at entry {number}",
        "证据 {evidence} 的保管链在第 {number} 条断裂",
    ),
    "value": ("the value does not match the commitment of disclosure {found}", "披露值与披露 {found} 的承诺值不符"),
    "stamp": ("the time-stamp is not one of this signature", "时间戳不属于本签名"),
}
ENTRY = ("evidence", "number", "act", "version", "at", "institution", "actor", "to", "reason")
"""What a custody entry names; the rest of its record is the chain after it, and the reason with its salt."""
VALUE = ["disclosure", "kind", "salt", "value"]


def dumps(found: Any) -> bytes:
    """The one spelling of a JSON value that is signed or compared."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# --- The checks --------------------------------------------------------------------------------------------------
def is_sha256(raw: bytes, wanted: str) -> bool:
    """Whether the SHA-256 of the bytes is this one, in hex."""
    return hashlib.sha256(raw).hexdigest() == wanted


def locate(package: Package, path: str, stated: Dict[str, Any]) -> bytes:  # noqa: UP006
    """Name where a file differs from what was signed; the bytes as they were if that is known, else as they are."""
    raw = package.read(path) if package.files[path][2] <= LOCATED else b""
    crc = int(stated["crc32"], 16) if "crc32" in stated else package.crcs.get(path)
    if raw and crc is not None and len(raw) == stated["size"]:
        found = wrong_byte(raw, crc, lambda was: is_sha256(was, stated["sha256"]))
        if found:
            package.say("byte", path, found[0], now=raw[found[0]], was=found[1][found[0]])
            return found[1]
    signed, actual = str(stated.get("pieces") or ""), piece_sums(path, raw)
    for place, (at, _piece) in enumerate(pieces_of(path, raw)):
        if signed and signed[8 * place : 8 * place + 8] != actual[8 * place : 8 * place + 8]:
            package.say("piece", path, at)
            return raw
    package.say("piece" if len(raw) < stated["size"] and signed else "whole", path, len(raw) if signed else None)
    return raw


def check_file(package: Package, stated: Dict[str, Any]) -> None:  # noqa: UP006
    """Compare a file with its size and checksums in the manifest."""
    path, sha256, small = stated["path"], hashlib.sha256(), package.files[stated["path"]][2] <= OWN_SM3
    try:
        other: Any = hashlib.new("sm3")
    except ValueError:  # this Python's OpenSSL has none
        other = None
    for some in package.stream(path):
        sha256.update(some)
        if other is not None:
            other.update(some)
    if sha256.hexdigest() != stated["sha256"] or package.files[path][2] != stated["size"]:
        locate(package, path, stated)
    elif other is None and not small:
        package.facts["sm3_unchecked"] = package.facts.get("sm3_unchecked", 0) + 1
    elif (other.hexdigest() if other is not None else sm3(package.read(path))) != stated["sm3"]:
        package.say("sm3", path)


def read_seal(package: Package) -> Dict[str, Any]:  # noqa: UP006
    """The seal: one line of JSON, and a line with its CRC-32. Raises Wrong if nothing can be made of it."""
    raw = package.read(SEAL)
    body, crc = raw[:-10], raw[-9:-1]
    right = b"\n%08x\n" % zlib.crc32(body)
    if raw[-10:] != right:
        found = wrong_byte(body, int(crc, 16), is_seal) if set(crc) <= set(b"0123456789abcdef") and crc else None
        if found:
            package.say("byte", SEAL, found[0], now=body[found[0]], was=found[1][found[0]])
            body = found[1]
        else:
            ends = enumerate(zip(raw[-10:], right))  # noqa: B905 (Python 3.8)
            package.say("piece", SEAL, len(body) + next((at for at, (is_, was) in ends if is_ != was), 0))
    try:
        seal = dict(json.loads(body.decode()))
        holds = is_seal(body)
        sums = [seal["manifest"], *([seal["timestamp"]] if isinstance(seal["timestamp"], dict) else [])]
        if not all(is_sums(one) for one in sums) or len(bytes.fromhex(seal["key"])) != 32:
            raise Wrong(SEAL)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Wrong(SEAL) from None
    if not holds:
        package.say("signature", SEAL)
    return seal


def is_sums(stated: Dict[str, Any]) -> bool:  # noqa: UP006
    """Whether a seal's checksums of a file can be compared with anything. Raises KeyError, TypeError, ValueError."""
    numbers = type(stated["size"]) is int and stated["size"] >= 0 and int(stated["crc32"], 16) >= 0
    return numbers and isinstance(stated["sha256"], str)


def is_seal(body: bytes) -> bool:
    """Whether these bytes are a seal whose signature holds."""
    try:
        seal = json.loads(body.decode())
        texts = (seal["key"], seal["signature"], seal["manifest"]["sha256"])
        key, signature, digest = (bytes.fromhex(text) for text in texts)
        return dumps(seal) == body and is_signed(key, SIGNED + digest, signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def check_custody(package: Package) -> None:
    """Follow the chain of each piece of evidence: entry by entry, as docs/evidence.md defines it."""
    chains: Dict[str, Tuple[int, bytes]] = {}  # noqa: UP006
    for place, record in enumerate(json.loads(package.read(CUSTODY).decode())):
        entry = {name: record[name] for name in ENTRY}
        number, before = chains.get(entry["evidence"], (0, bytes(32)))
        chain = hashlib.sha256(CHAINED + before + dumps(entry)).hexdigest()
        holds = entry["number"] == number + 1 and chain == record["chain"]
        if entry["reason"]:
            salt = base64.urlsafe_b64decode(record["reason_salt"] + "==")
            holds = holds and is_sha256(salt + record["reason_text"].encode(), entry["reason"])
        if not holds:
            facts = {"evidence": entry["evidence"], "number": entry["number"], "record": place + 1}
            package.problems.append({"file": CUSTODY, "code": "chain", "offset": None, **facts})
        chains[entry["evidence"]] = (entry["number"], bytes.fromhex(record["chain"]))


def check_values(package: Package, manifest: Dict[str, Any]) -> None:  # noqa: UP006
    """Compare each disclosed value with its commitment, which was signed before anybody but the parties knew it."""
    known = {one["disclosure"]: one["commitment"] for one in manifest["commitments"]}
    raw = package.read(VALUES)
    try:
        values = json.loads(raw.decode())
        is_whole = b"[\n" + b",\n".join(dumps(one) for one in values) + b"\n]\n" == raw
        is_whole = is_whole and all(sorted(one) == VALUE for one in values)
        for place, one in enumerate(values):
            parts = (COMMITTED, one["disclosure"], one["kind"], one["value"], "")
            salt = base64.urlsafe_b64decode(one["salt"] + "=")
            spelled = base64.urlsafe_b64encode(salt).rstrip(b"=").decode() == one["salt"] and len(salt) == 32
            found = hashlib.sha256("\x1f".join(parts).encode() + salt).hexdigest()
            if not spelled or known.get(one["disclosure"]) != found:
                package.problems.append(
                    {"file": VALUES, "code": "value", "offset": None, "record": place + 1, "found": one["disclosure"]}
                )
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        package.say("form", VALUES, 0)


def check_stamp(package: Package, seal: Dict[str, Any]) -> None:  # noqa: UP006
    """Check the time-stamp that the manifest announces: it is of the seal's signature."""
    stated = seal["timestamp"]
    if not isinstance(stated, dict) or STAMP not in package.files:
        package.say("missing", STAMP)
        return
    token = package.read(STAMP)
    if not is_sha256(token, stated["sha256"]):
        locate(package, STAMP, {**stated, "path": STAMP})
        return
    if stated != sums_of(token):
        package.say("form", SEAL, 0)  # as in `check`: beside the signature stands nothing that is not known anyway
    try:
        package.facts["timestamp"] = read_stamp(token, bytes.fromhex(seal["signature"]))
    except (ValueError, IndexError, KeyError, StopIteration):
        package.say("stamp", STAMP)


def check(path: Path, key: str = "") -> Package:
    """Everything there is to check. `problems` name what is wrong, `absent` the evidence that is not there.

    `key` is the fingerprint of the key it must be signed with, in hex. Raises Wrong if this is no package.
    """
    if not path.exists():
        raise Wrong(f"{path}: no such file or folder / 没有这个文件或文件夹")
    package = Package(path)
    seal = read_seal(package)
    fingerprint = hashlib.sha256(bytes.fromhex(seal["key"])).hexdigest()
    package.facts.update(key=fingerprint, key_was_given=bool(key), timestamp=None)
    if key and "".join(key.lower().split()) != fingerprint:
        package.say("key", SEAL, None, found=fingerprint)
    raw = package.read(MANIFEST)
    if not is_sha256(raw, seal["manifest"]["sha256"]):
        raw = locate(package, MANIFEST, {**seal["manifest"], "path": MANIFEST})
        if not is_sha256(raw, seal["manifest"]["sha256"]):
            return package  # what it says of the files proves nothing
    try:
        _check_listed(package, raw, seal, fingerprint)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Wrong(f"{MANIFEST}: signed, but no manifest of a package") from None
    return package


def _check_listed(package: Package, raw: bytes, seal: Dict[str, Any], fingerprint: str) -> None:  # noqa: UP006
    manifest = json.loads(raw.decode())
    if not any(one["file"] == SEAL for one in package.problems) and seal != seal_of(seal, manifest, raw):
        package.say("form", SEAL, 0)  # what stands in it beside the signature is signed by nobody
    package.facts.update({name: manifest[name] for name in ("case", "package", "built_at", "log")})
    if manifest["key"] != fingerprint:
        package.say("key", MANIFEST, None, found=fingerprint)
    for stated in [*manifest["documents"], *manifest["evidence"]]:
        if stated["path"] in package.files:
            check_file(package, stated)
        elif "evidence" in stated:
            package.absent.append(str(stated["path"]))  # a forged one may be a number
        else:
            package.say("missing", stated["path"])
    _check_rest(package, manifest, seal)


def _check_rest(package: Package, manifest: Dict[str, Any], seal: Dict[str, Any]) -> None:  # noqa: UP006
    listed = {stated["path"] for stated in [*manifest["documents"], *manifest["evidence"]]}
    listed |= {MANIFEST, SEAL, *([STAMP] if manifest["timestamp"] == "rfc3161" else [])}
    if manifest["timestamp"] == "rfc3161":
        check_stamp(package, seal)
    if CUSTODY in package.files and not any(one["file"] == CUSTODY for one in package.problems):
        check_custody(package)
    if VALUES in package.files:
        check_values(package, manifest)
    for path in sorted(set(package.files) - listed - {VALUES}):
        package.say("unlisted", path)
    package.facts.update(documents=len(manifest["documents"]), evidence=len(manifest["evidence"]))


# --- The answer ------------------------------------------------------------------------------------------------------
def shown(text: str) -> str:
    """A line for a console: a name in a forged package moves no cursor, begins no line and turns no reading order."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def lines(package: Package, chinese: bool) -> Iterator[str]:
    """What to tell a person."""
    return map(shown, _lines(package, chinese))


def _lines(package: Package, chinese: bool) -> Iterator[str]:

    def say(english: str, zh: str) -> str:
        return zh if chinese else english

    for one in package.problems:
        record = say(", record {}", "，第 {} 条记录").format(one["record"]) if one.get("record") else ""
        yield f"✗ {one['file']}{record}: {SAID[one['code']][chinese].format_map(one)}"
    for path in package.absent:
        yield "? " + path + say(": listed, not in this package", "：清单列明，本包未附")
    facts = package.facts
    yield say("case", "案件") + f" {facts.get('case', '?')}  {facts.get('built_at', '')}"
    yield say("signed by key ", "签名公钥指纹 ") + facts["key"]
    if not facts["key_was_given"]:
        yield say(
            "Compare this fingerprint with the one the alliance gave you, or name that one with --key.",
            "请与联盟另行告知的指纹核对，或以 --key 指定。",
        )
    stamp = facts["timestamp"]
    if stamp and stamp["is_signed"]:
        yield say("time-stamp of ", "可信时间戳 ") + f"{stamp['at']} ({stamp['certificate']})"
    elif stamp:
        yield (
            say(
                "a time-stamp whose signature is not checked here (openssl ts): ",
                "时间戳，签名未核验（请用 openssl ts）：",
            )
            + stamp["at"]
        )
    else:
        yield say("integrity only: no time-stamp authority", "仅完整性校验：未加盖可信时间戳")
    if facts.get("sm3_unchecked"):
        yield say("SM3 not checked for large files; SHA-256 is", "大文件未校验 SM3（已校验 SHA-256）")
    if package.problems:
        yield say("NOT what was signed", "校验不通过")
    else:
        yield say("Whole", "校验通过") + (say(", evidence is missing", "，但缺少证据文件") if package.absent else "")


def result(package: Package) -> Dict[str, Any]:  # noqa: UP006
    """The same for a program."""
    whole = not package.problems
    return {"whole": whole, "problems": package.problems, "absent": package.absent, **package.facts}


def exit_code(package: Package) -> int:
    """What the command ends with."""
    return 1 if package.problems else 3 if package.absent else 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", help="SHA-256 of the alliance's public key, in hex / 联盟公钥指纹")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.key is not None and not asked.key.strip():
        parser.error("--key: empty / 为空")  # an unset variable in a script must not turn the comparison off
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")  # a console that knows no Chinese
    try:
        package = check(asked.package, asked.key or "")
    except (Wrong, OSError) as error:
        sys.stdout.write(shown(f"✗ {error}") + "\n")
        return 2
    said = [json.dumps(result(package), ensure_ascii=False)] if asked.json else lines(package, asked.lang == "zh")
    sys.stdout.write("".join(line + "\n" for line in said))
    return exit_code(package)


if __name__ == "__main__":
    sys.exit(main())
