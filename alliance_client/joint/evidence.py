"""Evidence: encrypted here and uploaded part by part, fetched part by part and decrypted here.

told = evidence.put(alliance, case, Path("call.wav"), about=About("recording", "通话录音"))   # goes on where it stopped
evidence.get(alliance, case, version, Path("call.wav"), reason="复核")                       # the same

Memory stays at a part or two (8 MiB) whatever the size. Plain text leaves this machine in neither direction.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from alliance_client.config import check_target
from alliance_client.errors import FileRefused, NotFound, RequestRefused, TrustError
from alliance_client.http import UPLOAD_TIMEOUT
from alliance_client.joint import keys
from alliance_client.sdk import Alliance
from alliance_client.wire import canonical
from privacy import locker
from privacy.encoding import b64, unb64
from privacy.envelope import SealError
from privacy.locker import Sums

Step = Callable[[str, int, int], None]
"""Hears how far it is: "sums" or "check" in bytes, "send" or "read" in parts; done, total."""
_POLL = 1.0


@dataclass(frozen=True, slots=True)
class About:
    """What a new piece of evidence is. `kind`: recording, chat, forged, payment, screenshot or letter."""

    kind: str
    title: str
    source: str | None = None
    acquired_on: str | None = None
    request: str | None = None


def listed(alliance: Alliance, case: str) -> list[dict[str, Any]]:
    """The evidence of a case with its versions and checksums, newest first."""
    return alliance.transport.rows(f"cases/{canonical(case)}/evidence")


def history(alliance: Alliance, case: str, evidence: str) -> dict[str, Any]:
    """One piece of evidence with its custody record, which the platform has verified just now."""
    return dict(alliance.transport.get(f"cases/{canonical(case)}/evidence/{canonical(evidence)}"))


def put(
    alliance: Alliance,
    case: str,
    path: Path,
    *,
    about: About | None = None,
    evidence: str | None = None,
    step: Step | None = None,
) -> dict[str, Any]:
    """Encrypt and upload a file as new evidence (`about`) or as another version of a piece (`evidence`).

    An upload of the same file that broke off goes on: parts that have arrived are not sent again. Returns what the
    platform tells once it has computed the checksums again. Raises FileRefused if the file changes meanwhile.
    """
    on_step = step or _silent
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        sums = _sums_of(file, size, on_step)
        current = keys.case_key(alliance, case)
        told = _begin(
            alliance,
            case,
            name=path.name,
            sums=sums,
            generation=current.generation,
            about=about,
            evidence=evidence,
        )
        same = told["generation"] == current.generation
        held = current if same else keys.case_key(alliance, case, told["generation"])
        file.seek(0)
        cipher = _send(alliance, told, _file_key(held.bytes, told), file=_Watched(file), source=sums, step=on_step)
    upload = f"cases/{told['case']}/uploads/{told['upload']}"
    alliance.transport.post(f"{upload}/arrival", cipher, repeatable=True)
    return _await_check(alliance, upload, on_step)


def drop(alliance: Alliance, case: str, version: str) -> None:
    """Give up a running upload; what has arrived of it is erased."""
    alliance.transport.send("DELETE", f"cases/{canonical(case)}/uploads/{canonical(version)}")


def get(
    alliance: Alliance, case: str, version: str, target: Path, *, reason: str, step: Step | None = None
) -> dict[str, Any]:
    """Fetch and decrypt a version, or the newest one of evidence, into `target`; its custody record says so, and why.

    Until it is whole and its checksums are those of the source it is `target` with ".part" behind; a run that broke off
    goes on there. Raises ConfigError if `target` is there or cannot be, or no key held here opens it, before anything
    is put on record; NotFound; TrustError if what comes is not what was encrypted.
    """
    check_target(target)
    row = _version(listed(alliance, case), canonical(version))
    held = keys.case_key(alliance, case, row["generation"])
    told = opening(alliance, case, row["reference"], reason=reason)
    key = _file_key(held.bytes, told)
    partial = target.with_name(target.name + ".part")
    sums, first = _taken_up(partial)
    mode = "ab" if first else "wb"
    with open(partial, mode, opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        try:
            for chunk in _chunks(
                alliance, case, row["reference"], told=told, key=key, first=first, step=step or _silent
            ):
                sums.update(chunk)
                file.write(chunk)
        except SealError as error:
            raise _not_genuine(partial, told) from error
        file.flush()
        os.fsync(file.fileno())
    if (sums.sha256(), sums.sm3()) != (unb64(told["sha256"], "sha256", 32), unb64(told["sm3"], "sm3", 32)):
        raise _not_genuine(partial, told)
    partial.replace(target)
    return {**told, "path": str(target)}


def opening(alliance: Alliance, case: str, version: str, *, reason: str, act: str = "copied") -> dict[str, Any]:
    """Say why a version is viewed or copied: leave to fetch its parts for 12 hours."""
    body = {"act": act, "reason": reason}
    address = f"cases/{canonical(case)}/evidence-versions/{canonical(version)}/openings"
    return dict(alliance.transport.post(address, body, repeatable=False))


def _version(found: list[dict[str, Any]], reference: str) -> dict[str, Any]:
    """The version of this reference, or of the evidence of it the newest one, kept if any is. Raises NotFound."""
    for one in found:
        versions = sorted(one["versions"], key=lambda own: (own["state"] == "kept", own["number"]))
        if one["reference"] == reference and versions:
            return dict(versions[-1])
        for own in versions:
            if own["reference"] == reference:
                return dict(own)
    raise NotFound("not_found")


class _Watched:
    """A file that is hashed as it is read: whoever changes it while it is encrypted is found out."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sums = Sums()

    def read(self, size: int = -1, /) -> bytes:
        """As of a file."""
        some = self._file.read(size)
        self.sums.update(some)
        return some


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileRefused("unreadable", path=path, reason=error.strerror or str(error)) from error


def _sums_of(file: IO[bytes], size: int, step: Step) -> Sums:
    sums = Sums()
    while some := file.read(4 * locker.CHUNK):
        sums.update(some)
        step("sums", sums.size, size)
    return sums


def _begin(
    alliance: Alliance,
    case: str,
    *,
    name: str,
    sums: Sums,
    generation: int,
    about: About | None,
    evidence: str | None,
) -> dict[str, Any]:
    fields = ("kind", "title", "source", "acquired_on", "request")
    body = {
        "name": name,
        "size": sums.size,
        "sha256": b64(sums.sha256()),
        "sm3": b64(sums.sm3()),
        "salt": b64(secrets.token_bytes(locker.SALT_SIZE)),
        "generation": generation,
        "evidence": canonical(evidence) if evidence else None,
        "about": {one: getattr(about, one) for one in fields} if about and not evidence else None,
    }
    # The platform takes the same file for the upload that was begun, so a repeated request begins nothing twice.
    return dict(alliance.transport.post(f"cases/{canonical(case)}/uploads", body, repeatable=True))


def _send(
    alliance: Alliance, told: dict[str, Any], key: bytes, *, file: _Watched, source: Sums, step: Step
) -> dict[str, str]:
    """Send what has not arrived; the checksums of the whole cipher text."""
    arrived, total, sums = set(told["arrived"]), int(told["parts"]), Sums()
    chunks = locker.encrypt_chunks(key, file, source.size)
    try:
        for number in range(total):
            step("send", number, total)
            # Parts that have arrived are encrypted again, for the checksums; they come out as they were.
            part = b"".join(islice(chunks, locker.PART_CHUNKS))
            sums.update(part)
            if number not in arrived:
                _put_part(alliance, told, number, part)
        next(chunks, None)
    except ValueError as error:
        raise FileRefused("evidence_changed") from error
    if file.sums.sha256() != source.sha256():
        raise FileRefused("evidence_changed")
    step("send", total, total)
    return {"sha256": b64(sums.sha256()), "sm3": b64(sums.sm3())}


def _put_part(alliance: Alliance, told: dict[str, Any], number: int, part: bytes) -> None:
    alliance.transport.send(
        "PUT",
        f"cases/{told['case']}/uploads/{told['upload']}/parts/{number}",
        headers={"Content-Type": "application/octet-stream"},
        content=part,
        timeout=UPLOAD_TIMEOUT,
    )


def _await_check(alliance: Alliance, upload: str, step: Step) -> dict[str, Any]:
    while True:
        told = dict(alliance.transport.get(upload))
        if told["state"] == "refused":
            raise RequestRefused("evidence_refused")
        if told["state"] != "checking":
            return told
        step("check", told["checked_bytes"], told["cipher_size"])
        time.sleep(_POLL)


def _taken_up(partial: Path) -> tuple[Sums, int]:
    """The checksums of what an earlier run has decrypted, whole parts of it, and the first part that is missing."""
    sums, whole = Sums(), locker.PART_CHUNKS * locker.CHUNK
    with suppress(FileNotFoundError):
        size = partial.stat().st_size // whole * whole
        os.truncate(partial, size)
        with partial.open("rb") as file:
            while some := file.read(locker.CHUNK):
                sums.update(some)
    return sums, sums.size // whole


def _chunks(
    alliance: Alliance, case: str, version: str, *, told: dict[str, Any], key: bytes, first: int, step: Step
) -> Iterator[bytes]:
    address = f"cases/{canonical(case)}/evidence-versions/{canonical(version)}/parts"
    reader = _Parts(alliance, address, told, first, step)
    if first < int(told["parts"]):
        yield from locker.decrypt_chunks(key, reader, first * locker.PART_CHUNKS)


class _Parts:
    """The cipher text from one part on, fetched as it is read: one part in memory."""

    def __init__(self, alliance: Alliance, address: str, told: dict[str, Any], first: int, step: Step) -> None:
        self._alliance, self._address, self._told, self._step = alliance, address, told, step
        self._next, self._held = first, memoryview(b"")

    def read(self, size: int = -1, /) -> bytes:
        """As of a file."""
        if not self._held and self._next < int(self._told["parts"]):
            self._step("read", self._next, int(self._told["parts"]))
            answer = self._alliance.transport.send(
                "GET",
                f"{self._address}/{self._next}",
                params={"opening": self._told["opening"]},
                headers={"Accept": "application/octet-stream, application/problem+json"},
            )
            self._held, self._next = memoryview(answer.content), self._next + 1
        some, self._held = self._held[:size], self._held[size:]
        return bytes(some)


def _file_key(case_key: bytes, told: dict[str, Any]) -> bytes:
    return locker.file_key(
        case_key,
        salt=unb64(told["salt"], "salt", 32),
        case=str(told["case"]),
        evidence=str(told["evidence"]),
        version=int(told["version"]),
        source_sha256=unb64(told["sha256"], "sha256", 32),
    )


def _not_genuine(partial: Path, told: dict[str, Any]) -> TrustError:
    """What was decrypted so far is thrown away: it is not the file that the provider had."""
    partial.unlink(missing_ok=True)
    return TrustError("seal", place="evidence", ref=f"{told['evidence']}/{told['version']}")


def _silent(_name: str, _done: int, _total: int) -> None:
    pass
