"""Packages: an institution reads those it built, through the case it takes part in, and no others."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import QuerySet

from cases.models import Case, Package
from cases.package.manifest import Signed, files_around, message
from cases.queries.cases import case_for
from cases.sealing import unseal
from kit.actor import Actor
from kit.errors import NotFound
from privacy import signing
from privacy.envelope import SealError

PLACE = "packagedocument/sealed"


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package of the list."""

    ref: UUID
    built_at: datetime
    built_by: str
    documents: int
    evidence: int
    is_stamped: bool
    key: str
    sha256: str


def packages_of(actor: Actor, case: Case) -> list[PackageRow]:
    """What the actor's institution built of a case that was fetched for it, newest first."""
    return [_row(one) for one in _own(actor, case).order_by("-built_at", "-pk")]


def package_for(actor: Actor, case: UUID, package: UUID) -> Package:
    """One of them. Raises Forbidden; NotFound if the case or it is out of scope, or another institution's."""
    found = _own(actor, case_for(actor, case)).filter(ref=package).first()
    if found is None:
        raise NotFound
    return found


def package_row(actor: Actor, case: UUID, package: UUID) -> PackageRow:
    """One of them as the list shows it. Raises what `package_for` raises."""
    return _row(package_for(actor, case, package))


def contents_of(package: Package) -> dict[str, bytes]:
    """Path to bytes of everything but the evidence, manifest and seal first. The package was fetched for its reader.

    Raises SealError if a row is not what was built: the signature and every checksum are verified here.
    """
    manifest, key = bytes(package.manifest), public_key(package.signer)
    if not signing.is_signed(key, message(manifest), bytes(package.signature)):
        raise SealError("the manifest is not what was signed")
    token = bytes(package.timestamp) if package.timestamp else None
    found = files_around(Signed(manifest, bytes(package.signature), key), token)
    for document in package.documents.order_by("path"):
        found[document.path] = b64decode(unseal(document.sealed, PLACE, document.ref))
    stated = {one["path"]: one["sha256"] for one in orjson.loads(manifest)["documents"]}
    if stated != {path: sha256(found[path]).hexdigest() for path in found if path in stated}:
        raise SealError("a document is not what was signed")
    return found


def evidence_in_package(package: Package) -> list[Mapping[str, object]]:
    """The manifest's lines of evidence: path, references, size, checksums."""
    return list(orjson.loads(bytes(package.manifest))["evidence"])


def public_key(signer: str) -> bytes:
    """The public half of the server's package key of this id, 32 bytes."""
    return signing.public_key(settings.KEYRING.get("package", signer))


def signing_fingerprint() -> str:
    """The fingerprint of the key that packages are signed with now: what the alliance tells people by another way."""
    return sha256(public_key(settings.KEYRING.current("package")[0])).hexdigest()


def _own(actor: Actor, case: Case) -> QuerySet[Package]:
    own = Package.objects.filter(case=case, institution_id=actor.own_institution())
    return own.select_related("built_by", "case", "institution")


def _row(package: Package) -> PackageRow:
    manifest = orjson.loads(bytes(package.manifest))
    return PackageRow(
        ref=package.ref,
        built_at=package.built_at,
        built_by=package.built_by.name if package.built_by else "",
        documents=len(manifest["documents"]),
        evidence=len(manifest["evidence"]),
        is_stamped=package.timestamp is not None,
        key=manifest["key"],
        sha256=bytes(package.sha256).hex(),
    )
