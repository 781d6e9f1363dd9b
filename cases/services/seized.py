"""Seized lists: an officer's list of customers found with a gang goes back to the banks, each its own part.

Values are digested on the officer's side and compared once; the digests are not kept. A row that names a lender is
sealed to that lender's keys. What an institution learns is a finding: one person, its customer, a victim to contact.
Nobody learns of another institution's findings, and the officer sees sums.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.documents import checked_day, checked_number
from cases.models import PublicKey, SeizedFinding, SeizedList, SeizedRow, SeizedSeal
from cases.queries.cases import case_for, case_to_change, own_participant
from cases.queries.keys import live_keys, locked_keys, serving_keys
from cases.queries.seized import finding_for, row_ref
from cases.rights import Right
from cases.services.sealed_facts import HeldFacts, facts_tag, hand_out
from cases.services.telling import happened
from custody.services.ceremony import transcript
from intel.queries.seized import Compared, holders_of_seized
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from members.queries.institutions import named_members
from notices.services.events import NewEvent, publish
from privacy import ristretto
from privacy.hpke import OVERHEAD
from privacy.kinds import KINDS

PLACE = "seized"
MOST_ROWS = 500
MOST_NUMBER = 2**31 - 1
MOST_SEALED = 4 * 1024
DIGEST_SIZE = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as the officer's client sends it: a digest to compare, or a lender it is sealed to, or both.

    `number` is drawn at random and different in each row; `kind` is a label such as phone/1.
    """

    number: int
    kind: str
    digest: bytes | None
    lender: UUID | None
    seals: Mapping[UUID, bytes]


def file_list(
    actor: Actor, case: UUID, *, ref: UUID, instrument: str, found_on: date, epoch: int, rows: Sequence[Entry]
) -> SeizedList:
    """File a list in a case under the legal instrument it was seized under, and tell each institution of its customers.

    `ref` is drawn by the officer's client: the rows are sealed to it. Filing again under it changes nothing. Raises
    Forbidden, NotFound, Invalid, and Conflict: "ref_taken", "recipients_changed" where a seal is to no live key of the
    lender that its row names, "case_closed".
    """
    actor.require(Capability.INVESTIGATE)
    instrument = _check(instrument, found_on, rows)
    compared = [row for row in rows if row.digest is not None]
    if compared and epoch != transcript().epoch:
        raise Invalid(_("The digests must be of the current key epoch."), code="unknown_epoch")
    case_for(actor, case, Right.CONTRIBUTE)
    with transaction.atomic():
        keys = locked_keys({ref for row in rows for ref in row.seals})
        held = case_to_change(actor, case, Right.CONTRIBUTE)
        part = own_participant(actor, held)
        if not part.is_police:
            raise Forbidden(_("Only a police unit files a seized list."), code="police_only")
        known = SeizedList.objects.filter(ref=ref).first()
        if known is not None:
            return _same(known, part.pk)
        lenders = _lenders(rows)
        filed = SeizedList.objects.create(
            ref=ref,
            participant=part,
            instrument=instrument,
            found_on=found_on,
            rows=len(rows),
            filed_by_id=actor.user,
            matched_at=timezone.now(),
        )
        entries = _store(filed, rows, lenders, keys)
        _find(actor, filed, rows, entries, epoch=epoch)
    return filed


def open_finding(actor: Actor, ref: UUID) -> Sequence[HeldFacts]:
    """The sealed person for the actor's own keys, to be opened in their client; the look is recorded.

    Raises Forbidden, NotFound, and Conflict: "no_key" where the row was sealed to no key of the actor's,
    "not_what_was_kept" where it does not hold what was put there: that is recorded, too.
    """
    finding = finding_for(actor, ref)
    found = SeizedSeal.objects.filter(row_id=finding.row_id, key__in=serving_keys(actor)).select_related("key")
    sealed_to = row_ref(finding.row.list.ref, finding.row.number)
    kinds = {"opened": "seized.opened", "refused": "seized.refused"}
    return hand_out(actor, found.order_by("pk"), place=PLACE, ref=sealed_to, subject=finding.ref, **kinds)


def decide_finding(actor: Actor, ref: UUID, *, state: str) -> None:
    """Say how far contacting the person has come. Raises Forbidden, NotFound, Invalid."""
    with transaction.atomic():
        finding_for(actor, ref)
        if state not in SeizedFinding.State.values:
            message = _("Choose one of the states.")
            raise Invalid(message, errors={"state": [message]})
        finding = SeizedFinding.objects.select_for_update().get(ref=ref)
        if finding.state == state:
            return
        finding.state, finding.decided_by_id, finding.decided_at = state, actor.user, timezone.now()
        finding.save(update_fields=["state", "decided_by", "decided_at"])
        audit.record(actor, "seized.decided", finding.ref, state=state)


def _check(instrument: str, found_on: date, rows: Sequence[Entry]) -> str:
    said = checked_number(instrument, "instrument")
    checked_day(found_on, "found_on")
    if not 1 <= len(rows) <= MOST_ROWS:
        message = _("A seized list has 1 to 500 rows.")
        raise Invalid(message, errors={"rows": [message]})
    numbers = {row.number for row in rows}
    if len(numbers) < len(rows) or not all(1 <= number <= MOST_NUMBER for number in numbers):
        raise Invalid(_("The request is malformed."), code="malformed")
    for row in rows:
        _check_row(row)
    points = [row.digest for row in rows if row.digest is not None]
    if points and 0 in ristretto.valid_points(b"".join(points)):
        raise Invalid(_("The request is malformed."), code="malformed")
    return said


def _check_row(row: Entry) -> None:
    sealed = row.seals.values()
    ok = (
        row.kind in KINDS
        and (row.digest is None or len(row.digest) == DIGEST_SIZE)
        and (row.digest is not None or bool(row.seals))
        and (row.lender is not None or not row.seals)
        and all(OVERHEAD < len(one) <= MOST_SEALED for one in sealed)
    )
    if not ok:
        raise Invalid(_("The request is malformed."), code="malformed")


def _lenders(rows: Sequence[Entry]) -> dict[UUID, int]:
    """Primary keys of the lenders that rows name. Raises Invalid for one that may not be named."""
    wanted = {row.lender for row in rows if row.lender is not None}
    found = {one.ref: one.pk for one in named_members().filter(ref__in=wanted)}
    if set(found) != wanted:
        raise Invalid(_("Choose lenders from the list."), code="unknown_lender")
    return found


def _same(known: SeizedList, participant: int) -> SeizedList:
    if known.participant_id != participant:
        raise Conflict(_("This reference is taken: start again."), code="ref_taken")
    return known


def _store(
    filed: SeizedList, rows: Sequence[Entry], lenders: Mapping[UUID, int], keys: Mapping[UUID, PublicKey]
) -> list[SeizedRow]:
    """The rows and their seals; every key is a live one of the lender that the row names. `keys` are locked."""
    live_of: defaultdict[int | None, set[UUID]] = defaultdict(set)
    for key in live_keys(list(lenders.values())):
        live_of[key.institution_id].add(key.ref)
    entries = SeizedRow.objects.bulk_create(
        SeizedRow(
            list=filed,
            number=row.number,
            kind=KINDS[row.kind].number,
            lender_id=lenders[row.lender] if row.lender is not None else None,
        )
        for row in rows
    )
    seals = []
    for row, entry in zip(rows, entries, strict=True):
        if row.seals and set(row.seals) != live_of[entry.lender_id]:
            raise Conflict(_("The recipients have changed: fetch them again."), code="recipients_changed")
        for ref, sealed in row.seals.items():
            tag = facts_tag(PLACE, row_ref(filed.ref, row.number), keys[ref], sealed)
            seals.append(SeizedSeal(row=entry, key=keys[ref], sealed=sealed, mac=tag))
    SeizedSeal.objects.bulk_create(seals)
    return entries


def _find(actor: Actor, filed: SeizedList, rows: Sequence[Entry], entries: Sequence[SeizedRow], *, epoch: int) -> None:
    """One finding for each row and institution: the lender it is sealed to, and whoever holds the digest itself."""
    compared = [place for place, row in enumerate(rows) if row.digest is not None]
    asked = [Compared(rows[place].kind, rows[place].digest or b"") for place in compared]
    held = dict(zip(compared, holders_of_seized(actor, asked, epoch=epoch), strict=True)) if asked else {}
    findings = []
    for place, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        clues = {institution: list(own) for institution, own in held.get(place, {}).items()}
        if row.seals and entry.lender_id is not None:
            clues.setdefault(entry.lender_id, [])
        findings += [SeizedFinding(row=entry, institution_id=one, clues=own) for one, own in clues.items()]
    SeizedFinding.objects.bulk_create(findings)
    # No number of rows: every participant reads the timeline, and how many there are is told to nobody.
    happened(actor, filed.participant.case, "seized.filed", filed.ref)
    told = sorted({finding.institution_id for finding in findings})
    publish([NewEvent(institution, "seized.found", filed.ref) for institution in told])
