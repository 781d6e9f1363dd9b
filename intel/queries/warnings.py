"""Warning lists as members read them: what is in force, what is proposed, and which list a held digest stands on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from intel.models import Digest, WarningEntry, WarningVersion
from intel.sealing import ring
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.language import in_readers_language
from members.queries.circles import ownership
from privacy import envelope, signing
from privacy.encoding import b64
from privacy.kinds import BY_NUMBER
from privacy.warnings import Entry, WarningDocument

State = WarningVersion.State
_READERS = {Capability.SUBMIT, Capability.MANAGE_WARNINGS}
NEEDED = 2
"""Approvals by independent ownership groups that put a version in force."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a list, without its entries. Acts on lists are done in one's own name, so names stand here."""

    pk: int
    ref: UUID
    code: str
    sort: str
    sort_name: str
    name_zh: str
    name_en: str
    number: int
    state: str
    state_name: str
    reason: str
    refusal: str
    epoch: int
    entries: int
    proposed_by: str
    """The proposing institution, in the reader's language."""
    proposed_at: datetime
    decided_at: datetime | None
    applied: int
    applied_at: datetime | None
    approvals: tuple[str, ...]
    """The approving institutions, in the order of their approvals."""

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version with its entries and what the reader may do with it."""

    version: VersionRow
    entries: tuple[Entry, ...]
    added: tuple[Entry, ...]
    """Entries that the version in force before it does not have; all of them for a first version."""
    removed: tuple[Entry, ...]
    may: frozenset[str]
    """`approve`, `refuse`, or nothing."""


def may_read(actor: Actor) -> None:
    """Raise Forbidden for an actor that neither files clues nor decides on lists."""
    if not _READERS & actor.capabilities:
        actor.require(Capability.SUBMIT)
    actor.own_institution()


def versions_for(actor: Actor, *, states: Collection[str] = ()) -> list[VersionRow]:
    """The 200 newest versions of all lists, the proposed and those in force first. Raises Forbidden."""
    may_read(actor)
    rows = _rows().order_by("-proposed_at", "-pk")
    if states:
        rows = rows.filter(state__in=states)
    order = {State.PROPOSED: 0, State.ACTIVE: 1}
    return sorted(map(_row, rows[:200]), key=lambda row: order.get(State(row.state), 2))


def version_for(actor: Actor, ref: UUID) -> VersionDetail:
    """One version with its entries; never their digests, which whoever approves computes. Raises NotFound."""
    may_read(actor)
    version = _rows().filter(ref=ref).first()
    if version is None:
        raise NotFound
    before = (
        WarningVersion.objects.filter(
            list_id=version.list_id, number__lt=version.number, state__in=(State.ACTIVE, State.RETIRED)
        )
        .order_by("-number")
        .first()
    )
    entries, former = entries_of(version), entries_of(before) if before else ()
    return VersionDetail(
        version=_row(version),
        entries=entries,
        added=tuple(sorted(set(entries) - set(former))),
        removed=tuple(sorted(set(former) - set(entries))),
        may=_may(actor, version),
    )


def entries_of(version: WarningVersion) -> tuple[Entry, ...]:
    """The entries of a version in the order of lists."""
    rows = WarningEntry.objects.filter(version=version).values_list("kind", "is_prefix", "value", "label")
    return tuple(
        sorted(Entry(BY_NUMBER[kind].label, is_prefix, value, label) for kind, is_prefix, value, label in rows)
    )


def document_of(version: WarningVersion) -> WarningDocument:
    """What the alliance signs of a version that is or was in force."""
    since = version.decided_at
    if since is None:
        raise ValueError("a version that was never in force has no document")
    return WarningDocument(
        version=version.ref,
        code=version.list.code,
        number=version.number,
        sort=version.list.sort,
        name_zh=version.list.name_zh,
        name_en=version.list.name_en,
        epoch=version.epoch,
        in_force_since=since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        entries=entries_of(version),
    )


def published(actor: Actor) -> dict[str, object]:
    """All lists in force with the alliance's signatures, as clients read them (docs/protocol.md).

    Every member reads the same. Raises Forbidden for an actor without a member institution.
    """
    actor.own_member()
    active = WarningVersion.objects.filter(state=State.ACTIVE).select_related("list").order_by("list__code")
    _id, seed = settings.KEYRING.current("alliance")
    key = signing.public_key(seed)
    return {"alliance_key": signing.text_of(key), "lists": [_signed(version, key, seed) for version in active]}


def _signed(version: WarningVersion, key: bytes, seed: bytes) -> dict[str, object]:
    """A document with the signature it was given in force, or with one of now if the alliance changed its key since."""
    document, signature = document_of(version), bytes(version.signature or b"")
    if not signing.is_signed(key, document.signing_bytes(), signature):
        signature = signing.sign(seed, document.signing_bytes())
    return {"document": document.to_json(), "signature": b64(signature)}


def lists_of(digests: Sequence[Digest]) -> Mapping[int, tuple[str, ...]]:
    """Key of a warned digest -> the names of the lists it stands on, in the reader's language; nothing for others.

    The sealed digest is opened for it, so this is for the few of one page, which its reader filed.
    """
    warned = {
        digest.pk: envelope.open_digest(
            ring().get("pepper", digest.pepper),
            digest.pepper,
            bytes(digest.sealed),
            suite=digest.suite,
            epoch=digest.epoch,
            kind=digest.kind,
        )
        for digest in digests
        if digest.hold == Digest.Hold.WARNED
    }
    if not warned:
        return {}
    names: dict[bytes, list[str]] = {}
    entries = WarningEntry.objects.filter(version__state=State.ACTIVE, digest__in=set(warned.values()))
    for entry in entries.select_related("version__list").order_by("version__list__code"):
        found = entry.version.list
        name = in_readers_language(zh=found.name_zh, en=found.name_en)
        names.setdefault(bytes(entry.digest or b""), []).append(f"{name}: {entry.label}")
    return {pk: tuple(names.get(value, ())) for pk, value in warned.items()}


def _rows() -> QuerySet[WarningVersion]:
    rows = WarningVersion.objects.select_related("list", "institution").annotate(size=Count("entries"))
    return rows.prefetch_related("approvals__institution")


def _row(version: WarningVersion) -> VersionRow:
    size: int = version.size  # type: ignore[attr-defined]
    approvals = sorted(version.approvals.all(), key=lambda one: one.approved_at)
    return VersionRow(
        pk=version.pk,
        ref=version.ref,
        code=version.list.code,
        sort=version.list.sort,
        sort_name=version.list.get_sort_display(),
        name_zh=version.list.name_zh,
        name_en=version.list.name_en,
        number=version.number,
        state=version.state,
        state_name=version.get_state_display(),
        reason=version.reason,
        refusal=version.refusal,
        epoch=version.epoch,
        entries=size,
        proposed_by=str(version.institution),
        proposed_at=version.proposed_at,
        decided_at=version.decided_at,
        applied=version.applied,
        applied_at=version.applied_at,
        approvals=tuple(str(one.institution) for one in approvals),
    )


def _may(actor: Actor, version: WarningVersion) -> frozenset[str]:
    if not actor.may(Capability.MANAGE_WARNINGS) or version.state != State.PROPOSED:
        return frozenset()
    may = {"refuse"}
    if not groups_behind(version) & {ownership().get(actor.own_institution())}:
        may.add("approve")
    return frozenset(may)


def groups_behind(version: WarningVersion) -> set[int | None]:
    """The ownership groups that proposed or approved a version: none of them may approve it (again)."""
    owners = ownership()
    behind = {version.institution_id, *version.approvals.values_list("institution_id", flat=True)}
    return {owners.get(one) for one in behind}
