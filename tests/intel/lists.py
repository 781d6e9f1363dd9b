"""Warning lists for tests: proposals and approvals with the digests of tests/intel/clues.py, and the worker's part."""

from collections.abc import Sequence
from typing import Any

from intel.models import WarningVersion
from intel.queries.warnings import version_for
from intel.services.warned import apply_version, unapplied_versions
from intel.services.warnings import approve_version, propose_version
from kit.actor import Actor
from members.models import User
from members.roles import Role
from privacy.encoding import unb64
from privacy.warnings import Entry
from tests.cast import Cast, actor, person
from tests.intel.clues import EPOCH, digest

HOTLINE = "cn-sc:95588"


def exact(value: str, label: str = "Hotline", kind: str = "phone/1") -> Entry:
    """An entry of one value, whose digest is `clues.digest` of it."""
    return Entry(kind, False, value, label)


def prefix(value: str, label: str = "Hotlines") -> Entry:
    return Entry("phone/1", True, value, label)


def blob(entries: Sequence[Entry]) -> bytes:
    """What a client would compute of the exact entries, in their order."""
    return b"".join(unb64(digest(entry.value, entry.kind), "digest", 32) for entry in entries if not entry.is_prefix)


def leads(cast: Cast) -> tuple[Actor, Actor, Actor, Actor]:
    """The proposer of North, and approvers of South, Harbour Bank and Harbour Leasing (the last two of one owner)."""
    return tuple(map(actor, (cast.north_lead, cast.south_lead, *harbour_leads(cast))))  # type: ignore[return-value]


def harbour_leads(cast: Cast) -> tuple[User, User]:
    return lead(cast.harbour_bank), lead(cast.harbour_leasing)


def lead(institution: Any) -> User:
    found = User.objects.filter(institution=institution, roles=[Role.LEAD]).first()
    return found or person(institution, Role.LEAD, "Extra Lead")


def propose(who: Actor, *entries: Entry, code: str = "hotlines", **fields: Any) -> WarningVersion:
    given = {
        "code": code,
        "sort": "hotline",
        "name_zh": "公共热线",
        "name_en": "Public hotlines",
        "reason": "They are called by everybody",
        "epoch": EPOCH,
        "entries": entries,
        "digests": blob(entries),
    }
    return propose_version(who, **{**given, **fields})


def approve(who: Actor, version: WarningVersion, digests: bytes | None = None) -> WarningVersion:
    """Approve with what an honest client computes of the values that are shown, unless other digests are given."""
    shown = version_for(who, version.ref).entries
    return approve_version(who, ref=version.ref, epoch=EPOCH, digests=blob(shown) if digests is None else digests)


def put_in_force(cast: Cast, *entries: Entry, apply: bool = True, **fields: Any) -> WarningVersion:
    """Propose and approve twice, and do what the worker does."""
    north, south, harbour, _ = leads(cast)
    version = propose(north, *entries, **fields)
    approve(south, version)
    approve(harbour, version)
    if apply:
        work()
    version.refresh_from_db()
    return version


def work() -> None:
    """Do what the worker does for every version that waits."""
    for pk in unapplied_versions():
        apply_version(pk)
