"""Packages: built by the platform, assembled here with the evidence that this institution's keys open.

with Alliance.load() as alliance:
    built = packages.build(alliance, case)
    left_out = packages.assemble(alliance, case, built["reference"], Path("case.zip"), reason="移送公安机关")
found = verify_package.check(Path("case.zip"), key)      # privacy.verify_package: needs no platform
"""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from alliance_client.errors import AllianceError, ConfigError, TrustError
from alliance_client.http import UPLOAD_TIMEOUT
from alliance_client.joint import keys
from alliance_client.sdk import Alliance
from alliance_client.wire import canonical
from privacy.archives import archive
from privacy.commitments import is_committed
from privacy.encoding import unb64
from privacy.envelope import SealError
from privacy.locker import Sums, decrypt_chunks, file_key
from privacy.verify_package import dumps


def listed(alliance: Alliance, case: str) -> list[dict[str, Any]]:
    """The packages that the institution built of a case, newest first."""
    return alliance.transport.rows(f"cases/{canonical(case)}/packages")


def build(alliance: Alliance, case: str) -> dict[str, Any]:
    """Have the platform build and sign one of the case as it is now. Not repeated by itself: that would be another."""
    answer = alliance.transport.post(f"cases/{canonical(case)}/packages", {}, repeatable=False, timeout=UPLOAD_TIMEOUT)
    return dict(answer)


def assemble(
    alliance: Alliance, case: str, package: str, target: Path, *, reason: str, with_values: bool = False
) -> list[str]:
    """Write the whole archive; returns the paths of evidence that no key held here opens, which are left out.

    Each file of evidence is decrypted on the way and compared with its checksums: `reason` stands in its custody
    record. Memory stays flat. The file appears under its name once it is whole.
    """
    contents = alliance.transport.get(f"cases/{canonical(case)}/packages/{canonical(package)}/contents")
    found = [(one["path"], [b64decode(one["content"])]) for one in contents["files"]]
    if with_values and (values := _values(alliance, case, package, reason)):
        found.append(("values.json", [values]))
    known, left_out = {}, []
    for one in contents["evidence"]:
        try:
            known[one["path"]] = keys.case_key(alliance, case, one["generation"]).bytes
        except ConfigError:
            left_out.append(str(one["path"]))
    kept = [one for one in contents["evidence"] if one["path"] in known]
    evidence = ((one["path"], _chunks(alliance, case, one, known[one["path"]], reason)) for one in kept)
    _write(target, archive(_all(found, evidence)))
    return left_out


def _all(
    found: Iterable[tuple[str, Iterable[bytes]]], evidence: Iterable[tuple[str, Iterable[bytes]]]
) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield from found
    yield from evidence


def _write(target: Path, stretches: Iterable[bytes]) -> None:
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as file:
            partial.chmod(0o600)
            for some in stretches:
                file.write(some)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigError("state", path=target, reason=error.strerror or type(error).__name__) from error
    except AllianceError:
        partial.unlink(missing_ok=True)
        raise


class _Parts:
    """The cipher text of a version as a reader: its parts one after the other, each asked for when it is needed."""

    def __init__(self, alliance: Alliance, address: str, opening: str, count: int) -> None:
        self._transport = alliance.transport
        self._address = address
        self._opening = opening
        self._count = count
        self._number = 0
        self._held = b""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        if not self._held and self._number < self._count:
            address, params = f"{self._address}/parts/{self._number}", {"opening": self._opening}
            self._held = self._transport.send("GET", address, params=params, timeout=UPLOAD_TIMEOUT).content
            self._number += 1
        some, self._held = (self._held[:size], self._held[size:]) if size >= 0 else (self._held, b"")
        return some


def _chunks(alliance: Alliance, case: str, one: Mapping[str, Any], case_key: bytes, reason: str) -> Iterator[bytes]:
    """A file of evidence in plain chunks. Raises TrustError if it is not the one that the manifest names."""
    address = f"cases/{canonical(case)}/evidence-versions/{canonical(one['version_reference'])}"
    body = {"act": "copied", "reason": reason}
    told = alliance.transport.post(f"{address}/openings", body, repeatable=False)
    key = file_key(
        case_key,
        salt=unb64(told["salt"], "salt", 32),
        case=str(told["case"]),
        evidence=str(told["evidence"]),
        version=int(told["version"]),
        source_sha256=bytes.fromhex(one["sha256"]),
    )
    sums = Sums()
    try:
        for chunk in decrypt_chunks(key, _Parts(alliance, address, str(told["opening"]), int(told["parts"]))):
            sums.update(chunk)
            yield chunk
    except SealError as error:
        raise TrustError("seal", place="evidence", ref=one["evidence"]) from error
    if (sums.sha256().hex(), sums.sm3().hex()) != (one["sha256"], one["sm3"]):
        raise TrustError("seal", place="evidence", ref=one["evidence"])


def _values(alliance: Alliance, case: str, package: str, reason: str) -> bytes:
    """values.json: each disclosed value that a key held here opens, compared with its commitment. Empty for none."""
    asked = {"fingerprints": keys.held(alliance.config.home), "reason": reason}
    address = f"cases/{canonical(case)}/packages/{canonical(package)}/values"
    lines = []
    for one in alliance.transport.post(address, asked, repeatable=False)["results"]:
        ref = str(one["disclosure"])
        raw = keys.opened(alliance, unb64(one["sealed"], "sealed"), one["fingerprint"], place="disclosure", ref=ref)
        try:
            plain = json.loads(raw)
            kind, value, salt = str(plain["kind"]), str(plain["value"]), unb64(plain["salt"], "salt", 32)
            claimed = unb64(one["commitment"], "commitment", 32)
        except (ValueError, KeyError, TypeError) as error:
            raise TrustError("seal", place="disclosure", ref=ref) from error
        if kind != one["kind"] or not is_committed(claimed, ref=ref, kind=kind, value=value, salt=salt):
            raise TrustError("seal", place="disclosure", ref=ref)
        lines.append(dumps({"disclosure": ref, "kind": kind, "salt": plain["salt"], "value": value}))
    return b"[\n" + b",\n".join(lines) + b"\n]\n" if lines else b""
