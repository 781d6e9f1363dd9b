"""Custody records as they are kept, verified each time they are read.

The caller has fetched the case, and the evidence through it, for its reader.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from cases.models import CustodyEntry, Evidence
from cases.sealing import check_bound, unseal
from privacy.custody import START, link, reason_hash
from privacy.encoding import b64, unb64
from privacy.envelope import SealError

PLACE = "evidence/custody"
_SALT = 22
"""Characters of a reason's salt in front of its text: 16 bytes in base64url."""


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """One entry with its reason readable; `record` is what the chain is computed over, `salt` what hides the reason."""

    entry: CustodyEntry
    reason: str
    salt: bytes
    record: dict[str, str | int]

    @property
    def short_chain(self) -> str:
        """The beginning of the chain after this entry, in hex: enough to compare two print-outs."""
        return bytes(self.entry.chain).hex()[:16]

    @property
    def who(self) -> str:
        """The institution and the person, as far as there are any."""
        named = (self.entry.institution, self.entry.user.name if self.entry.user else "")
        return " · ".join(str(one) for one in named if one)

    def to_json(self) -> dict[str, object]:
        """The record as a package holds it: what the chain names, the chain after it, the reason and its salt."""
        return {
            **self.record,
            "chain": bytes(self.entry.chain).hex(),
            "reason_text": self.reason,
            "reason_salt": b64(self.salt),
        }


@dataclass(frozen=True, slots=True)
class Custody:
    """The entries of one piece of evidence, oldest first. `wrong` is the number of the first that does not hold.

    None means that every entry is as it was written and that none is missing, at the end neither.
    """

    lines: tuple[CustodyLine, ...]
    wrong: int | None

    @property
    def is_whole(self) -> bool:
        """Whether the record holds."""
        return self.wrong is None

    @property
    def chain(self) -> bytes:
        """The chain after the last entry."""
        return bytes(self.lines[-1].entry.chain) if self.lines else START


def custody_of(evidence: Evidence) -> Custody:
    """Read and verify the record: the chain, its length, its end and each reason."""
    entries = (
        CustodyEntry.objects.filter(evidence=evidence)
        .select_related("institution", "user", "to", "version")
        .order_by("number")
    )
    lines, wrong, before = [], None, START
    for place, entry in enumerate(entries, start=1):
        line = _line(evidence, entry)
        lines.append(line)
        holds = entry.number == place and link(before, line.record) == bytes(entry.chain)
        if wrong is None and not holds:
            wrong = place
        before = bytes(entry.chain)
    if wrong is None and not _ends_here(evidence, len(lines), before):
        wrong = len(lines) + 1
    return Custody(tuple(lines), wrong)


def record_of(evidence: Evidence, entry: CustodyEntry, reason: str) -> dict[str, str | int]:
    """What the chain names of an entry; `reason` is the hash that stands for it."""
    return {
        "evidence": str(evidence.ref),
        "number": entry.number,
        "act": entry.act,
        "version": entry.version.number if entry.version else 0,
        "at": _moment(entry.at),
        "institution": str(entry.institution.ref) if entry.institution else "",
        "actor": entry.actor,
        "to": str(entry.to.ref) if entry.to else "",
        "reason": reason,
    }


def salted(salt: bytes, reason: str) -> str:
    """A reason as it is sealed: its salt in front of it."""
    return b64(salt) + reason


def _line(evidence: Evidence, entry: CustodyEntry) -> CustodyLine:
    salt, reason = _reason(entry)
    hashed = reason_hash(salt, reason) if entry.reason is not None else ""
    return CustodyLine(entry, reason, salt, record_of(evidence, entry, hashed))


def _reason(entry: CustodyEntry) -> tuple[bytes, str]:
    # A reason that does not open makes the entry's hash wrong, which is what the reader is told.
    try:
        text = unseal(entry.reason, "custody/reason", entry.ref)
        return (unb64(text[:_SALT], "salt", 16), text[_SALT:]) if text else (b"", "")
    except (SealError, ValueError):
        return b"", ""


def _ends_here(evidence: Evidence, count: int, chain: bytes) -> bool:
    if not count and not evidence.custody_count and evidence.custody_mac is None:
        return True
    try:
        check_bound(evidence.custody_mac, PLACE, evidence.ref, count, chain)
    except SealError:
        return False
    return evidence.custody_count == count


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
