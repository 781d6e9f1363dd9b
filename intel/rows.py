"""One row of a submission, checked. Pure: values in, a checked clue or BadRow out."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intel.models import Clue
from intel.row_errors import MAX_DIGESTS, MAX_NOTE, MAX_REFERENCE, BadRow
from intel.typologies import TYPOLOGIES
from privacy.kinds import KINDS, looks_like_indicator

VOICE = "voice/1"
_PROOFS = frozenset(Clue.Proof.values)
_ROLES = frozenset(Clue.Role.values)
_FIELDS = frozenset({"circle", "typology", "proof", "observed_at", "role", "digests", "note", "own_reference"})
# The one spelling of 32 bytes in base64url: the last character carries four bits.
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")
_DIGEST_FIELDS = frozenset({"kind", "digest", "library"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are checked against: the institution's circles with their voice libraries, and the times allowed."""

    circles: Mapping[str, int]
    libraries: Mapping[str, Collection[str]]
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class CheckedClue:
    """A row that may become a clue, once its digests prove to be valid points."""

    row: int
    circle: int
    typology: str
    proof: str
    role: str
    observed_at: datetime
    note: str
    own_reference: str
    kinds: tuple[int, ...]
    digests: tuple[str, ...]
    """As on the wire, each 43 characters, in the order of `kinds`; `points_of` decodes them."""
    libraries: tuple[str, ...]


def points_of(clues: Sequence[CheckedClue]) -> bytes:
    """The digests of all clues as one blob of 32 bytes each."""
    # One decoding for all: with a character more, each is 33 whole bytes, of which the last says nothing.
    text = "A".join([digest for clue in clues for digest in clue.digests])
    raw = urlsafe_b64decode(text + "A") if text else b""
    return b"".join([raw[at : at + 32] for at in range(0, len(raw), 33)])


def check_row(row: int, fields: object, ground: Ground) -> CheckedClue:
    """The clue of one row (numbered from 1). Raises BadRow with the first field that is wrong."""
    if not isinstance(fields, dict):
        raise BadRow("", "not_an_object")
    if not fields.keys() <= _FIELDS:
        raise BadRow("", "unknown_field")
    code = _choice(fields, "circle", ground.circles, "unknown_circle")
    kinds, digests, libraries = _digests(fields.get("digests"), ground.libraries[code])
    return CheckedClue(
        row=row,
        circle=ground.circles[code],
        typology=_choice(fields, "typology", TYPOLOGIES, "unknown_typology"),
        proof=_choice(fields, "proof", _PROOFS, "unknown_proof"),
        role=_choice(fields, "role", _ROLES, "unknown_role"),
        observed_at=_moment(fields.get("observed_at"), ground),
        note=_text(fields, "note", MAX_NOTE, "note"),
        own_reference=_text(fields, "own_reference", MAX_REFERENCE, "reference"),
        kinds=kinds,
        digests=digests,
        libraries=libraries,
    )


def _choice(fields: Mapping[str, object], name: str, allowed: Collection[str], code: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and value in allowed:
        return value
    raise BadRow(name, "missing" if value is None else code)


def _moment(value: object, ground: Ground) -> datetime:
    if not isinstance(value, str):
        raise BadRow("observed_at", "missing" if value is None else "invalid_time")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadRow("observed_at", "invalid_time") from None
    if moment.tzinfo is None:
        raise BadRow("observed_at", "time_without_offset")
    if moment > ground.latest:
        raise BadRow("observed_at", "future_time")
    if moment < ground.earliest:
        raise BadRow("observed_at", "too_old")
    return moment


def _text(fields: Mapping[str, object], name: str, longest: int, code: str) -> str:
    value = fields.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise BadRow(name, "not_a_text")
    if len(value) > longest:
        raise BadRow(name, f"{code}_too_long")
    if looks_like_indicator(value) is not None:
        raise BadRow(name, f"{code}_has_indicator")
    return value


def _digests(value: object, registered: Collection[str]) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Kind numbers, digests and voice libraries of a row."""
    if not isinstance(value, list) or not value:
        raise BadRow("digests", "no_digests")
    if len(value) > MAX_DIGESTS:
        raise BadRow("digests", "too_many_digests")
    kinds: list[int] = []
    digests: list[str] = []
    libraries: list[str] = []
    for place, item in enumerate(value):
        kind, digest = _digest(item, place, registered, libraries)
        kinds.append(kind)
        digests.append(digest)
    if len(digests) > 1:
        pairs = list(zip(kinds, digests, strict=True))
        if len(set(pairs)) != len(pairs):
            again = next(place for place, pair in enumerate(pairs) if pair in pairs[:place])
            raise BadRow(f"digests[{again}].digest", "duplicate_digest")
    return tuple(kinds), tuple(digests), tuple(libraries)


def _digest(item: object, place: int, registered: Collection[str], libraries: list[str]) -> tuple[int, str]:
    if not isinstance(item, dict):
        raise BadRow(f"digests[{place}]", "not_an_object")
    if not item.keys() <= _DIGEST_FIELDS:
        raise BadRow(f"digests[{place}]", "unknown_field")
    label = item.get("kind")
    kind = KINDS.get(label) if isinstance(label, str) else None
    if kind is None:
        raise BadRow(f"digests[{place}].kind", "missing" if label is None else "unknown_kind")
    library = item.get("library")
    if label == VOICE:
        if library is None:
            raise BadRow(f"digests[{place}].library", "library_missing")
        if not isinstance(library, str) or library not in registered:
            raise BadRow(f"digests[{place}].library", "unknown_library")
        libraries.append(library)
    elif library is not None:
        raise BadRow(f"digests[{place}].library", "library_not_allowed")
    digest = item.get("digest")
    if not isinstance(digest, str) or not _DIGEST.match(digest):
        raise BadRow(f"digests[{place}].digest", "missing" if digest is None else "invalid_digest")
    return kind.number, digest
