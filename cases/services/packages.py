"""Building a package, and handing it out."""

from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from audit import services as audit
from cases.models import Case, EvidencePart, EvidenceVersion, Package, PackageDocument
from cases.package.building import documents_of
from cases.package.facts import Facts, facts_of
from cases.package.manifest import Signed, fingerprint, signed
from cases.package.papers import name_of
from cases.package.stamping import is_configured, stamp
from cases.queries.cases import case_for
from cases.queries.disclosures import detail_of
from cases.queries.evidence import check_version_bound
from cases.queries.packages import PLACE, contents_of, package_for
from cases.sealing import seal
from cases.services.telling import happened
from cases.services.unmasking import Unmasked, unmask
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict
from privacy import signing
from privacy.envelope import KeyFileError, SealError


def build_package(actor: Actor, ref: UUID) -> Package:
    """Build and sign a package of the case as it is now and as the actor's institution may see it; closed cases too.

    Where a time-stamp authority is configured and answers, its token stands in the package; else the package says
    "integrity only". Raises Forbidden, NotFound, Conflict "not_what_was_kept" if a record of evidence does not hold.
    """
    actor.require(Capability.WORK_CASES)
    package, built_at = uuid4(), timezone.now().replace(microsecond=0)
    with transaction.atomic(), override("zh-hans"):  # the documents are Chinese, whoever builds them
        case = case_for(actor, ref)
        facts = facts_of(actor, case, package=package, built_at=built_at)
        broken = _broken(facts)
        if broken is not None:
            audit.record(actor, "package.refused", case.ref)
    if broken is not None:
        message = _("Evidence of this case is not what was kept: look at the custody records. Nothing was packaged.")
        raise Conflict(message, code="not_what_was_kept", evidence=broken)
    signer, seed = settings.KEYRING.current("package")
    made, token, documents = _signed(actor, facts, seed)
    with transaction.atomic():
        # Asked again: the authority took its time, and a right may be gone.
        return _keep(actor, case_for(actor, ref), facts, (made, token, documents), signer)


def take_package(actor: Actor, case: UUID, package: UUID) -> dict[str, bytes]:
    """Everything of a package but the evidence, by path, for somebody of the institution that built it. Recorded.

    Raises Forbidden, NotFound, Conflict "not_what_was_kept" or "key_retired".
    """
    with transaction.atomic():
        found = package_for(actor, case, package)
        try:
            contents = contents_of(found)
        except KeyFileError:
            message = _("The key that signed this package was retired. Build another package.")
            raise Conflict(message, code="key_retired") from None
        except (SealError, ValueError, KeyError):
            contents = {}
        audit.record(actor, "package.downloaded" if contents else "package.refused", found.ref)
    if not contents:
        raise Conflict(_("This package is not what was built. It is not handed out."), code="not_what_was_kept")
    return contents


def open_values(
    actor: Actor, case: UUID, package: UUID, *, fingerprints: Collection[str], reason: str
) -> list[Unmasked]:
    """The cipher texts of the values that a package's recipient adds to it: each is an unmasking, recorded with why.

    Those that were given to one of these own keys and are not over. Raises Forbidden, NotFound, Invalid for a reason.
    """
    said = checked_reason(reason)
    found = package_for(actor, case, package)
    committed = [UUID(one["disclosure"]) for one in orjson.loads(bytes(found.manifest))["commitments"]]
    given = []
    for ref in committed:
        detail = detail_of(actor, found.case, ref)
        own = [
            one.fingerprint for one in detail.seals if one.is_own and one.is_there and one.fingerprint in fingerprints
        ]
        if own and "unmask" in detail.may:
            given.append(unmask(actor, case=case, ref=ref, fingerprint=own[0], reason=said))
    return given


def _signed(actor: Actor, facts: Facts, seed: bytes) -> tuple[Signed, bytes | None, dict[str, bytes]]:
    key, builder = fingerprint(signing.public_key(seed)), name_of(actor, facts)
    for is_stamped in (True, False) if is_configured() else (False,):
        documents = documents_of(facts, builder=builder, key=key, is_stamped=is_stamped)
        made = signed(facts, documents, seed, institution=str(actor.institution_ref), is_stamped=is_stamped)
        token = stamp(made.signature) if is_stamped else None
        if token or not is_stamped:
            break
    return made, token, documents


def _keep(
    actor: Actor, case: Case, facts: Facts, made: tuple[Signed, bytes | None, dict[str, bytes]], signer: str
) -> Package:
    (found, token, documents) = made
    kept = Package.objects.create(
        ref=facts.package,
        case=case,
        institution_id=actor.own_institution(),
        built_by_id=actor.user,
        built_at=facts.built_at,
        manifest=found.manifest,
        sha256=sha256(found.manifest).digest(),
        signature=found.signature,
        signer=signer,
        timestamp=token,
    )
    rows = [PackageDocument(package=kept, path=path) for path in sorted(documents)]
    for row in rows:
        row.sealed = seal(b64encode(documents[row.path]).decode("ascii"), PLACE, row.ref)
    PackageDocument.objects.bulk_create(rows)
    happened(actor, case, "package.built", kept.ref, event="", files=len(facts.files), stamped=token is not None)
    return kept


def _broken(facts: Facts) -> int | None:
    """The number of the first piece of evidence whose custody or checksums are not what was kept; None if all hold."""
    refs = [file.version["reference"] for file in facts.files]
    versions = EvidenceVersion.objects.select_related("evidence__case").filter(ref__in=refs)
    parts: dict[int, list[EvidencePart]] = {}
    for part in EvidencePart.objects.filter(version__ref__in=refs).order_by("number"):
        parts.setdefault(part.version_id, []).append(part)
    rows = {str(version.ref): version for version in versions}
    for number, item in enumerate(facts.evidence, start=1):
        if item["custody_wrong"] is not None:
            return number
    for file in facts.files:
        row = rows[file.version["reference"]]
        try:
            check_version_bound(row, parts.get(row.pk, []))
        except SealError:
            return file.number
    return None
