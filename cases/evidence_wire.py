"""What a client sends about evidence, read strictly, and what it is told; the portal's scripts and the API alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cases.models import Evidence, EvidenceVersion
from cases.queries.evidence import EvidenceShown, VersionShown
from cases.reading import day, strictly, text
from cases.services.evidence import Opening
from cases.services.uploads import Source
from privacy import encoding
from privacy.encoding import Malformed, b64, unb64
from privacy.locker import part_count

_MOST_GENERATION = 2**31 - 1
_BEGIN = ("name", "size", "sha256", "sm3", "salt", "generation", "evidence", "about")
_ABOUT = ("kind", "title", "source", "acquired_on", "request")


def beginning(message: object) -> dict[str, Any]:
    """The arguments of `begin_upload`: {"name", "size", "sha256", "sm3", "salt", "generation", "evidence", "about"}.

    Checksums and salt are 32 bytes in base64url. `evidence` is a reference for another version of it, else null and
    `about` is {"kind", "title", "source", "acquired_on", "request"}; the last three may be null. Raises Invalid.
    """
    with strictly():
        found = encoding.fields(message, _BEGIN, "the upload")
        evidence = found["evidence"]
        source = Source(
            name=text(found["name"], "name"),
            size=encoding.whole(found["size"], "size", 0, 2**53),
            sha256=unb64(found["sha256"], "sha256", 32),
            sm3=unb64(found["sm3"], "sm3", 32),
            salt=unb64(found["salt"], "salt", 32),
            generation=encoding.whole(found["generation"], "generation", 1, _MOST_GENERATION),
        )
        return {
            "source": source,
            "evidence": None if evidence is None else encoding.uuid(evidence, "evidence"),
            "about": None if evidence is not None else _about(found["about"]),
        }


def arrival(message: object) -> dict[str, bytes]:
    """The arguments of `finish_upload`: {"sha256", "sm3"} of the cipher text, in base64url. Raises Invalid."""
    with strictly():
        found = encoding.fields(message, ("sha256", "sm3"), "the arrival")
        return {name: unb64(found[name], name, 32) for name in ("sha256", "sm3")}


def purpose(message: object) -> dict[str, str]:
    """The arguments of `open_version`: {"act": "viewed" or "copied", "reason"}. Raises Invalid."""
    with strictly():
        found = encoding.fields(message, ("act", "reason"), "the opening")
        return {name: text(found[name], name) for name in ("act", "reason")}


def upload_told(row: EvidenceVersion, arrived: Sequence[int]) -> dict[str, Any]:
    """What an uploading client needs: the references and the salt that its key is made of, and what has arrived."""
    return {
        "upload": str(row.ref),
        "case": str(row.evidence.case.ref),
        "evidence": str(row.evidence.ref),
        "version": row.number,
        "generation": row.generation,
        "salt": b64(bytes(row.salt)),
        "sha256": b64(bytes(row.source_sha256)),
        "size": row.size,
        "state": row.state,
        "parts": part_count(row.size),
        "arrived": list(arrived),
        "cipher_size": row.cipher_size,
        "checked_bytes": row.checked_bytes,
    }


def opening_told(opening: Opening) -> dict[str, Any]:
    """What a reading client needs to decrypt and to verify what it is given."""
    row = opening.version
    return {
        "opening": str(opening.ref),
        "case": str(row.evidence.case.ref),
        "evidence": str(row.evidence.ref),
        "version": row.number,
        "generation": row.generation,
        "salt": b64(bytes(row.salt)),
        "sha256": b64(bytes(row.source_sha256)),
        "sm3": b64(bytes(row.source_sm3)),
        "size": row.size,
        "parts": opening.parts,
    }


def evidence_told(item: EvidenceShown) -> dict[str, Any]:
    """One piece of evidence as the API shows it, without its custody record."""
    row = item.row
    return {
        "reference": str(row.ref),
        "kind": row.kind,
        "title": item.title,
        "source": item.source,
        "provider": str(row.institution),
        "provider_reference": str(row.institution.ref),
        "acquired_on": row.acquired_on,
        "created_at": row.created_at,
        "expires_on": row.expires_on,
        "hold_until": row.hold_until if item.is_held else None,
        "sealed_at": row.sealed_at,
        "erased_at": row.erased_at,
        "versions": [_version_told(one) for one in item.versions],
    }


def custody_told(item: EvidenceShown) -> dict[str, Any]:
    """The custody record: {"wrong": number of the first entry that does not hold or null, "entries"}."""
    entries = [{**line.to_json(), "who": _who(line.entry)} for line in item.custody.lines]
    return {"wrong": item.custody.wrong, "entries": entries}


def length_of(given: str | None) -> int | None:
    """The Content-Length, if the sender says it."""
    return int(given) if given and given.isdecimal() else None


def reference(given: str) -> UUID:
    """A reference in a query string; one that nothing has for anything else."""
    try:
        return UUID(given)
    except ValueError:
        return UUID(int=0)


def _version_told(version: VersionShown) -> dict[str, Any]:
    row = version.row
    return {
        "reference": str(row.ref),
        "number": row.number,
        "name": version.name,
        "state": row.state,
        "size": row.size,
        "generation": row.generation,
        "kept_at": row.kept_at,
        "parts": version.parts,
        "arrived": version.arrived,
        **version.sums,
    }


def _who(entry: Any) -> str:
    return " · ".join(str(one) for one in (entry.institution, entry.user.name if entry.user else "") if one)


def _about(message: object) -> dict[str, Any]:
    found = encoding.fields(message, _ABOUT, "about")
    if found["kind"] not in Evidence.Kind.values:
        raise Malformed("kind is none of the kinds of evidence")
    acquired, request = found["acquired_on"], found["request"]
    return {
        "kind": found["kind"],
        "title": text(found["title"], "title"),
        "source": "" if found["source"] is None else text(found["source"], "source"),
        "acquired_on": None if acquired is None else day(acquired, "acquired_on"),
        "request": None if request is None else encoding.uuid(request, "request"),
    }
