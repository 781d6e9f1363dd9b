"""What the pages of packages show beside rows: the addresses and cipher texts that their script reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from cases.models import Case
from cases.queries.packages import evidence_in_package, package_for, package_row, packages_of, signing_fingerprint
from cases.services.unmasking import Unmasked
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.encoding import b64

_ZERO = "00000000-0000-0000-0000-000000000000"
"""Stands in an address until the script knows the version."""


def all_packages(actor: Actor, case: Case) -> dict[str, Any]:
    """The institution's packages of the case, which was fetched for the actor."""
    return {"packages": packages_of(actor, case), **_may(actor)}


def one_package(actor: Actor, case: Case, package: UUID, given: Sequence[Unmasked] = ()) -> dict[str, Any]:
    """One of them: what stands in it, and what the script needs to assemble it. Raises NotFound."""
    found = package_for(actor, case.ref, package)
    evidence = evidence_in_package(found)
    of, version = {"ref": case.ref, "package": package}, {"ref": case.ref, "version": _ZERO}
    doors = {
        "case": str(case.ref),
        "zero": _ZERO,
        "openings": reverse("cases:evidence-openings", kwargs=version),
        "part": reverse("cases:evidence-part", kwargs={**version, "number": 0}),
        "contents": reverse("cases:package-contents", kwargs=of),
        "name": f"package-{str(package)[:8]}.zip",
    }
    return {
        "package": package_row(actor, case.ref, package),
        "evidence": evidence,
        "bytes": sum(int(str(one["size"])) for one in evidence),
        "doors": doors,
        "values": [_value(one) for one in given],
        "with_values": bool(given),
        **_may(actor),
    }


def _value(one: Unmasked) -> dict[str, str]:
    return {
        "disclosure": str(one.disclosure),
        "kind": one.kind,
        "fingerprint": one.fingerprint,
        "sealed": b64(one.sealed),
        "commitment": b64(one.commitment),
    }


def _may(actor: Actor) -> dict[str, Any]:
    return {"may_build": actor.may(Capability.WORK_CASES), "fingerprint": signing_fingerprint()}
