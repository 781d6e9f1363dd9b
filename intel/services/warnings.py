"""Warning lists: one member proposes a whole list, two others compute its digests themselves and approve it.

A list is the one way to keep a value from matching for everybody, so nobody may hide a gang's number behind the label
of a hotline: the values are there to read, and the server takes an approval only with the very digests of these values.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from audit import services as audit
from custody.services.ceremony import transcript
from intel.models import WarningApproval, WarningEntry, WarningList, WarningVersion
from intel.queries.warnings import NEEDED, State, document_of, groups_behind
from intel.reasons import checked_reason
from intel.services.warned import TASK
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.language import in_readers_language
from kit.queue import enqueue
from members.queries.circles import ownership
from notices.services.events import NewEvent, publish
from privacy import ristretto, signing
from privacy.kinds import KINDS
from privacy.kinds import REASONS as KIND_REASONS
from privacy.warnings import REASONS, SORTS, BadEntry, Entry, checked, is_code

_SIZE = ristretto.SIZE
MOST_OPEN = 5
"""Proposals of one institution that may wait at a time: each may hold 10,000 values."""
_LONGEST_NAME = 120
_WRONG = _("Some fields are not valid.")


def propose_version(
    actor: Actor,
    *,
    code: str,
    sort: str,
    name_zh: str,
    name_en: str,
    reason: str,
    epoch: int,
    entries: Sequence[Entry],
    digests: bytes,
) -> WarningVersion:
    """Propose the whole next version of the list `code`; a new code begins a list. No entries: the list goes.

    `digests` has 32 bytes for each entry that is no prefix, in the order of the entries given, computed by the
    proposer's client under key `epoch`. Of a known list sort and names must be what they are.

    Raises Forbidden; Invalid naming the field or the entry; Conflict while another version of the list is proposed, or
    too many of the institution's.
    """
    actor.require(Capability.MANAGE_WARNINGS)
    institution = actor.own_institution()
    said = checked_reason(reason)
    _check_head(code, sort, name_zh, name_en)
    pairs = _paired(entries, sort, digests)
    _check_epoch(epoch)
    with transaction.atomic():
        of = _list(code, sort, name_zh.strip(), name_en.strip())
        _check_room(of, institution)
        last = of.versions.order_by("-number").first()
        version = WarningVersion.objects.create(
            list=of,
            number=last.number + 1 if last else 1,
            state=State.PROPOSED,
            reason=said,
            epoch=epoch,
            institution_id=institution,
            proposed_by=actor.ref,
            proposed_at=timezone.now(),
        )
        WarningEntry.objects.bulk_create(
            WarningEntry(
                version=version,
                kind=KINDS[entry.kind].number,
                value=entry.value,
                is_prefix=entry.is_prefix,
                digest=digest,
                label=entry.label,
            )
            for entry, digest in pairs
        )
        audit.record(actor, "warning_list.proposed", version.ref, code=code, number=version.number, entries=len(pairs))
        _tell("warning_list.proposed", version)
    return version


def _check_room(of: WarningList, institution: int) -> None:
    """Refuse a second proposal of a list, and one too many of an institution's."""
    if of.versions.filter(state=State.PROPOSED).exists():
        raise Conflict(_("A version of this list waits for its decision already."), code="proposed_already")
    waiting = WarningVersion.objects.filter(institution_id=institution, state=State.PROPOSED)
    if waiting.count() >= MOST_OPEN:
        raise Conflict(
            _("Your institution has many proposals open already; wait for their decision, or take some back."),
            code="many_open",
            limit=MOST_OPEN,
        )


def approve_version(actor: Actor, *, ref: UUID, epoch: int, digests: bytes) -> WarningVersion:
    """Approve a version with the digests that the approver's own client computed of its values.

    `digests` has 32 bytes for each entry that is no prefix, in the order of `queries.warnings.version_for`. The second
    approval puts the version in force, signs it and retires the one before, all at once.

    Raises Forbidden, NotFound; Conflict if it is decided, if the approver's ownership group proposed or approved it, or
    if the digests are not those of the proposal.
    """
    actor.require(Capability.MANAGE_WARNINGS)
    institution = actor.own_institution()
    _check_epoch(epoch)
    with transaction.atomic():
        version = _proposed(ref)
        if version.epoch != epoch:
            raise Conflict(
                _("The key has changed since the proposal. Refuse it and propose the list again."), code="key_changed"
            )
        if ownership().get(institution) in groups_behind(version):
            raise Forbidden(
                _("Only institutions of other owners than those who proposed or approved it may approve."),
                code="not_independent",
            )
        if digests != _digests_of(version):
            raise Conflict(
                _(
                    "Your client computed other digests than the proposer's. Do not approve this list: what it would "
                    "hold is not what it shows. Refuse it, and tell the alliance."
                ),
                code="digests_differ",
            )
        WarningApproval.objects.create(
            version=version, institution_id=institution, approved_by=actor.ref, approved_at=timezone.now()
        )
        audit.record(actor, "warning_list.approved", version.ref)
        if version.approvals.count() >= NEEDED:
            _put_in_force(actor, version)
    return version


def refuse_version(actor: Actor, *, ref: UUID, reason: str) -> WarningVersion:
    """Refuse a proposed version, or take one's own proposal back; the reason stays with it.

    Raises Forbidden, NotFound, Invalid; Conflict if it is decided.
    """
    actor.require(Capability.MANAGE_WARNINGS)
    actor.own_institution()
    said = checked_reason(reason)
    with transaction.atomic():
        version = _proposed(ref)
        version.state, version.refusal = State.REFUSED, said
        version.decided_at, version.decided_by = timezone.now(), actor.ref
        version.save(update_fields=["state", "refusal", "decided_at", "decided_by"])
        audit.record(actor, "warning_list.refused", version.ref)
    return version


def _put_in_force(actor: Actor, version: WarningVersion) -> None:
    """Sign it, retire the version before, have the worker hold and free digests. The list's row is locked."""
    for former in WarningVersion.objects.select_for_update().filter(list_id=version.list_id, state=State.ACTIVE):
        former.state, former.applied, former.applied_at = State.RETIRED, 0, None
        former.save(update_fields=["state", "applied", "applied_at"])
        audit.record(actor, "warning_list.retired", former.ref)
        enqueue(TASK, former.pk)
    version.state, version.decided_by = State.ACTIVE, actor.ref
    version.decided_at = timezone.now().replace(microsecond=0)
    _id, seed = settings.KEYRING.current("alliance")
    version.signature = signing.sign(seed, document_of(version).signing_bytes())
    version.save(update_fields=["state", "decided_at", "decided_by", "signature"])
    audit.record(actor, "warning_list.in_force", version.ref)
    enqueue(TASK, version.pk)
    _tell("warning_list.in_force", version)


def _tell(kind: str, version: WarningVersion) -> None:
    publish([NewEvent(institution, kind, version.ref) for institution in sorted(ownership())])


def _list(code: str, sort: str, name_zh: str, name_en: str) -> WarningList:
    """The list of a code, locked: proposals and decisions of one list take turns."""
    names = {"sort": sort, "name_zh": name_zh, "name_en": name_en}
    WarningList.objects.bulk_create([WarningList(code=code, **names)], ignore_conflicts=True)
    of = WarningList.objects.select_for_update().get(code=code)
    if {name: getattr(of, name) for name in names} != names:
        if not of.versions.exclude(state=State.REFUSED).exists():
            # Nobody ever agreed to what it is called: a refused proposal does not keep the code.
            WarningList.objects.filter(pk=of.pk).update(**names)
            return of
        raise Conflict(
            _("A list of this code has another sort or other names. Choose another code, or take them over."),
            code="list_differs",
        )
    return of


def _proposed(ref: UUID) -> WarningVersion:
    """A version that waits for its decision, its list locked."""
    version = WarningVersion.objects.select_related("list").filter(ref=ref).first()
    if version is None:
        raise NotFound
    WarningList.objects.select_for_update().get(pk=version.list_id)
    version.refresh_from_db(fields=["state"])
    if version.state != State.PROPOSED:
        raise Conflict(_("This version has been decided already."), code="decided", state=version.state)
    return version


def _digests_of(version: WarningVersion) -> bytes:
    """The digests of the exact entries as the proposer's client computed them, in the order of lists."""
    rows = version.entries.filter(is_prefix=False).values_list("kind", "value", "digest")
    numbers = {kind.number: kind.label for kind in KINDS.values()}
    return b"".join(bytes(digest or b"") for _kind, _value, digest in sorted((numbers[k], v, d) for k, v, d in rows))


def _paired(entries: Sequence[Entry], sort: str, digests: bytes) -> list[tuple[Entry, bytes | None]]:
    """Each entry with its digest, None for a prefix. Raises Invalid that names the entry."""
    try:
        checked(entries, sort)
    except BadEntry as error:
        english, chinese = REASONS.get(error.code) or KIND_REASONS[error.code]
        why = in_readers_language(zh=chinese, en=english)
        said = gettext("Entry %(place)d may not stand in a warning list. %(why)s") % {"place": error.place, "why": why}
        raise Invalid(said, code=error.code, entry=error.place) from error
    exact = [entry for entry in entries if not entry.is_prefix]
    if len(digests) != _SIZE * len(exact):
        raise Invalid(_("Send one digest of 32 bytes for each entry that is no prefix."), code="digest_count")
    if exact and 0 in (valid := ristretto.valid_points(digests)):
        raise Invalid(
            _("A digest is not a valid point; compute it again with the client."),
            code="invalid_point",
            entry=entries.index(exact[valid.index(0)]) + 1,
        )
    points = iter([digests[at : at + _SIZE] for at in range(0, len(digests), _SIZE)])
    return [(entry, None if entry.is_prefix else next(points)) for entry in entries]


def _check_head(code: str, sort: str, name_zh: str, name_en: str) -> None:
    errors = {}
    if not is_code(code):
        errors["code"] = [_("A code has up to 40 lower-case letters, digits and hyphens.")]
    if sort not in SORTS:
        errors["sort"] = [", ".join(SORTS)]
    for field, name in (("name_zh", name_zh), ("name_en", name_en)):
        if not 1 <= len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
            errors[field] = [_("Give the list's name in both languages, at most 120 characters.")]
    if errors:
        raise Invalid(_WRONG, errors=errors)


def _check_epoch(epoch: int) -> None:
    current = transcript().epoch
    if epoch != current:
        raise Invalid(_("The digests must be of the current key epoch."), code="unknown_epoch", epoch=current)
