"""Rotation of the server key `case`: every text sealed under it, and every tag that binds cipher text to its row.

Each batch is a transaction with its rows locked, and a row says itself which key it is under: safe to stop and to start
again. A text that does not open, or a tag that does not fit its row, is left as it is: sealing it again would make good
what somebody exchanged. The job then ends with a refusal that says how many, and the old key stays until they are
dealt with (docs/operations.md). Processes are restarted with the new file before this runs, as for webhooks' secrets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import (
    Case,
    Comment,
    CustodyEntry,
    Disclosure,
    DisclosureSeal,
    Evidence,
    EvidenceRequest,
    EvidenceVersion,
    Invitation,
    KeyGrant,
    Measure,
    PackageDocument,
    PaperCheck,
    PaperSeal,
    Participant,
    RepresentedCustomer,
    SeizedSeal,
    StatusEntry,
    Task,
    Unmasking,
)
from cases.queries import custody, evidence, packages
from cases.queries.seized import row_ref
from cases.sealing import KEY, bind, check_bound, ring, seal, unseal
from cases.services import disclosures, grants, papers, seized
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict
from privacy.envelope import KeyFileError, SealError

log = structlog.get_logger(__name__)
BATCH = 500

TEXTS: Mapping[type[Model], Mapping[str, str]] = {
    Case: {"title": "case/title", "summary": "case/summary", "close_note": "case/close_note"},
    Participant: {"leave_reason": "participant/leave_reason"},
    Invitation: {"message": "invitation/message"},
    Task: {"title": "task/title"},
    Comment: {"body": "comment/body"},
    Disclosure: {"purpose": "disclosure/purpose", "decision": "disclosure/decision"},
    Unmasking: {"reason": "unmasking/reason"},
    Evidence: {"title": "evidence/title", "source": "evidence/source"},
    EvidenceVersion: {"name": "evidenceversion/name"},
    CustodyEntry: {"reason": "custody/reason"},
    StatusEntry: {"note": "status/note"},
    Measure: {"name": "measure/name"},
    EvidenceRequest: {"items": "request/items", "answer": "request/answer"},
    PaperCheck: {"answer_note": "papercheck/answer_note"},
    PackageDocument: {"sealed": packages.PLACE},
    RepresentedCustomer: {
        "own_reference": "customer/own_reference",
        "taken_back_reason": "customer/taken_back_reason",
    },
}
"""Model > sealed column > the place its texts are sealed to; the row's own reference completes it."""

Field = bytes | memoryview | int | str


@dataclass(frozen=True, slots=True)
class Bound:
    """What a tag binds: the place, the reference of the row there, and the row's fields in their order."""

    place: str
    ref: UUID | str
    fields: Sequence[Field]


def _grant(row: KeyGrant) -> Bound:
    fields = (row.key.fingerprint, bytes(row.sealed), bytes(row.check_value))
    return Bound(grants.PLACE, f"{row.case.ref}/{row.generation}", fields)


def _disclosed(row: DisclosureSeal) -> Bound:
    fields = (row.key.fingerprint, row.disclosure.commitment or b"", row.sealed or b"")
    return Bound(disclosures.PLACE, row.disclosure.ref, fields)


def _paper(row: PaperSeal) -> Bound:
    return Bound(papers.PLACE, row.paper_check.ref, (row.key.fingerprint, bytes(row.sealed)))


def _seized(row: SeizedSeal) -> Bound:
    return Bound(seized.PLACE, row_ref(row.row.list.ref, row.row.number), (row.key.fingerprint, bytes(row.sealed)))


def _version(row: EvidenceVersion) -> Bound | None:
    if row.state != EvidenceVersion.State.KEPT:
        return None
    parts = list(row.parts.order_by("number"))
    return Bound(evidence.PLACE, row.ref, evidence.bound_fields(row, parts))


def _custody(row: Evidence) -> Bound:
    last = row.custody.filter(number=row.custody_count).first()
    return Bound(custody.PLACE, row.ref, (row.custody_count, bytes(last.chain) if last else b""))


TAGS: Mapping[type[Model], tuple[str, Callable[..., Bound | None]]] = {
    KeyGrant: ("mac", _grant),
    DisclosureSeal: ("mac", _disclosed),
    PaperSeal: ("mac", _paper),
    SeizedSeal: ("mac", _seized),
    EvidenceVersion: ("mac", _version),
    Evidence: ("custody_mac", _custody),
}
"""Model > the column of its tag, and what the tag binds; None where nothing is kept behind it any more."""

OPEN: Mapping[str, str] = {
    "disclosure.commitment": "a checksum over a secret salt",
    "disclosureseal.sealed": "members' cipher text",
    "evidenceversion.salt": "public",
    "evidenceversion.source_sha256": "a checksum",
    "evidenceversion.source_sm3": "a checksum",
    "evidenceversion.cipher_sha256": "a checksum",
    "evidenceversion.cipher_sm3": "a checksum",
    "evidencepart.sha256": "a checksum",
    "custodyentry.chain": "a checksum",
    "publickey.public": "public",
    "keygrant.sealed": "members' cipher text",
    "keygrant.check_value": "a checksum",
    "package.manifest": "checksums and references",
    "package.sha256": "a checksum",
    "package.signature": "public",
    "package.timestamp": "public",
    "paperseal.sealed": "members' cipher text",
    "seizedseal.sealed": "members' cipher text",
}
"""The other columns of bytes, and why no server key is in them. tests/cases/test_case_key_rotation.py has them all."""

# The length of a key's id stands before it: in the second byte of a sealed text, in the first of a tag.
_TEXT_KEY = "CASE WHEN length({0}) > 2 THEN substring({0} FROM 3 FOR get_byte({0}, 1)) END"
_TAG_KEY = "CASE WHEN length({0}) > 1 THEN substring({0} FROM 2 FOR get_byte({0}, 0)) END"


def values_under(key_id: str) -> int:
    """How many rows have a text or a tag that needs this id of the case key."""
    return sum(_count(model, key_id) for model in _models())


def reseal_cases(actor: Actor) -> int:
    """Seal and tag everything of cases with the current case key, and return how many rows changed.

    Raises Forbidden; Conflict if some did not open or fit, after all others were done, or if the key of one is gone.
    """
    actor.require(Capability.MANAGE_KEYS)
    moved = broken = 0
    for model in _models():
        after = 0
        while True:
            with transaction.atomic():
                keys = _old_rows(model, after)
                changed = [_again(model, key) for key in keys]
            if not keys:
                break
            after, moved, broken = keys[-1], moved + sum(changed), broken + changed.count(False)
            log.info("key.resealing", name=KEY, moved=moved)
    if moved:
        audit.record(actor, "key.resealed", f"key:{KEY}", id=ring().current(KEY)[0], rows=moved)
    if broken:
        message = _("Some stored rows of cases do not hold what was put there. They are left as they are.")
        raise Conflict(message, code="not_what_was_kept", rows=broken)
    return moved


def _models() -> list[type[Model]]:
    return list(dict.fromkeys(chain(TEXTS, TAGS)))


def _columns(model: type[Model]) -> list[str]:
    """SQL for the key id of each of the model's columns under the case key."""
    named = [_TEXT_KEY.format(connection.ops.quote_name(name)) for name in TEXTS.get(model, {})]
    return named + ([_TAG_KEY.format(connection.ops.quote_name(TAGS[model][0]))] if model in TAGS else [])


def _count(model: type[Model], key_id: str) -> int:
    columns = _columns(model)
    under = " OR ".join(f"({column}) = %s" for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {under}", [key_id.encode()] * len(columns))  # noqa: S608 - names of our own
        return int(cursor.fetchone()[0])


def _old_rows(model: type[Model], after: int) -> list[int]:
    """The next rows (keys) with something that is not under the current key, locked."""
    columns = _columns(model)
    old = " OR ".join(f"({column}) <> %s" for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    current = ring().current(KEY)[0].encode()
    asked = f"SELECT id FROM {table} WHERE id > %s AND ({old}) ORDER BY id LIMIT %s FOR NO KEY UPDATE"  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(asked, [after, *[current] * len(columns), BATCH])
        return [key for (key,) in cursor.fetchall()]


def _again(model: type[Model], key: int) -> bool:
    """Seal and tag one row anew; False, and nothing changed, if something in it does not open or fit."""
    row = model._default_manager.get(pk=key)
    fields: dict[str, bytes | None] = {}
    try:
        for column, place in TEXTS.get(model, {}).items():
            held = getattr(row, column)
            if held is not None:
                fields[column] = seal(unseal(held, place, row.ref), place, row.ref)  # type: ignore[attr-defined]
        if model in TAGS:
            column, stated = TAGS[model]
            tag = getattr(row, column)
            if tag is not None:
                fields[column] = _tag_again(tag, stated(row))
    except (SealError, KeyFileError):
        log.warning("key.not_resealed", name=KEY, table=model._meta.db_table, row=key)
        return False
    model._default_manager.filter(pk=key).update(**fields)
    return True


def _tag_again(tag: bytes, it: Bound | None) -> bytes | None:
    if it is None:
        return None
    check_bound(tag, it.place, it.ref, *it.fields)
    return bind(it.place, it.ref, *it.fields)
