"""Seized lists as each side may see them: an institution its own findings, the officer's unit sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, When

from cases.models import Case, PublicKey, SeizedFinding, SeizedList, SeizedSeal
from cases.queries.cases import cases_for
from cases.queries.keys import live_keys, serving_keys
from intel.queries.seized import OwnClue, own_clues_for
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.queries.institutions import named_members
from privacy.encoding import b64
from privacy.kinds import KINDS, Kind

MOST = 500
"""Findings that a page shows, those to be contacted first."""
SMALLEST = 3
"""A sum below it is shown as "<3": nobody learns of single persons from it."""
_KINDS = {kind.number: kind for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class Finding:
    """A customer of the reader's institution on a seized list. `place` is what its value is sealed to."""

    ref: UUID
    unit: object
    instrument: str
    found_on: date
    kind: Kind
    is_named: bool
    may_open: bool
    place: str
    clues: Sequence[OwnClue]
    state: str
    state_name: str
    found_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class FiledList:
    """A list that the reader's unit filed. `found` and `contacted` are persons: digits, or "<3".

    `found` are those of some bank by their digest alone; `named` ones went to the lender that their row names.
    """

    ref: UUID
    case: UUID
    instrument: str
    found_on: date
    filed_at: datetime
    rows: int
    named: int
    found: str
    contacted: str


def findings_of(actor: Actor) -> QuerySet[SeizedFinding]:
    """The findings of the actor's institution. Raises Forbidden without WORK_CASES."""
    actor.require(Capability.WORK_CASES)
    found = SeizedFinding.objects.filter(institution_id=actor.own_institution())
    return found.select_related("row__list__participant__institution")


def finding_for(actor: Actor, ref: UUID) -> SeizedFinding:
    """One of them. Raises Forbidden, and NotFound for one of another institution."""
    found = findings_of(actor).filter(ref=ref).first()
    if found is None:
        raise NotFound
    return found


def findings_for(actor: Actor) -> list[Finding]:
    """At most MOST findings, those to be contacted first, then the newest. Raises Forbidden."""
    is_decided = Either(When(state=SeizedFinding.State.NEW, then=0), default=1)
    return _findings(actor, list(_opening(actor).order_by(is_decided, "-found_at", "-pk")[:MOST]))


def finding_row_for(actor: Actor, ref: UUID) -> Finding:
    """One finding as lists show it. Raises Forbidden, NotFound."""
    rows = _findings(actor, list(_opening(actor).filter(ref=ref)))
    if not rows:
        raise NotFound
    return rows[0]


def to_contact(actor: Actor, case: Case | None = None) -> int:
    """How many findings of the actor's institution wait to be contacted, in a case if it is given; 0 without rights."""
    if actor.institution is None or not actor.may(Capability.WORK_CASES):
        return 0
    found = findings_of(actor).filter(state=SeizedFinding.State.NEW)
    return (found if case is None else found.filter(row__list__participant__case=case)).count()


def lists_for(actor: Actor, case: Case | None = None) -> list[FiledList]:
    """What the actor's police unit filed, newest first, in sums; nothing for anybody else."""
    if actor.institution is None or not actor.may(Capability.INVESTIGATE):
        return []
    filed = SeizedList.objects.filter(
        participant__institution=actor.institution, participant__case__in=cases_for(actor)
    )
    if case is not None:
        filed = filed.filter(participant__case=case)
    contacted = Q(entries__findings__state=SeizedFinding.State.CONTACTED)
    counted = filed.select_related("participant__case").annotate(
        named=Count("entries", filter=Q(entries__lender__isnull=False), distinct=True),
        # Not those that were sealed to a lender: its finding is certain, and would pad the sum over the smallest one.
        found=Count("entries", filter=Q(entries__findings__isnull=False, entries__seals=None), distinct=True),
        contacted=Count("entries", filter=contacted, distinct=True),
    )
    return [_filed(one) for one in counted.order_by("-filed_at", "-pk")]


def lenders_for(actor: Actor) -> list[dict[str, object]]:
    """Members that an officer may name as lenders, with their live keys, as the page's script needs them.

    Only those in a circle whose membership is not confidential. Raises Forbidden without INVESTIGATE.
    """
    actor.require(Capability.INVESTIGATE)
    lenders = list(named_members())
    keys: dict[int, list[PublicKey]] = {}
    for key in live_keys([one.pk for one in lenders]):
        keys.setdefault(key.institution_id, []).append(key)
    return [
        {
            "ref": str(one.ref),
            "zh": one.name_zh,
            "en": one.name_en,
            "keys": [{"key": str(key.ref), "public": b64(bytes(key.public))} for key in keys.get(one.pk, [])],
        }
        for one in lenders
    ]


def sum_shown(number: int) -> str:
    """A sum over other institutions' findings as the officer may see it."""
    return str(number) if number >= SMALLEST else f"<{SMALLEST}"


def _opening(actor: Actor) -> QuerySet[SeizedFinding, SeizedFinding]:
    opens = SeizedSeal.objects.filter(row=OuterRef("row"), key__in=serving_keys(actor))
    return findings_of(actor).annotate(may_open=Exists(opens))


def _findings(actor: Actor, rows: Sequence[SeizedFinding]) -> list[Finding]:
    clues = own_clues_for(actor, {clue for one in rows for clue in one.clues})
    return [_finding(actor, one, [clues[ref] for ref in one.clues if ref in clues]) for one in rows]


def _finding(actor: Actor, one: SeizedFinding, clues: Sequence[OwnClue]) -> Finding:
    row, filed = one.row, one.row.list
    return Finding(
        ref=one.ref,
        unit=filed.participant.institution,
        instrument=filed.instrument,
        found_on=filed.found_on,
        kind=_KINDS[row.kind],
        is_named=row.lender_id == actor.institution,
        may_open=bool(getattr(one, "may_open", False)),
        place=row_ref(filed.ref, row.number),
        clues=clues,
        state=one.state,
        state_name=str(one.get_state_display()),
        found_at=one.found_at,
        decided_at=one.decided_at,
    )


def _filed(one: SeizedList) -> FiledList:
    counts = {name: int(getattr(one, name)) for name in ("named", "found", "contacted")}
    return FiledList(
        ref=one.ref,
        case=one.participant.case.ref,
        instrument=one.instrument,
        found_on=one.found_on,
        filed_at=one.filed_at,
        rows=one.rows,
        named=counts["named"],
        found=sum_shown(counts["found"]),
        contacted=sum_shown(counts["contacted"]),
    )


def row_ref(filed: UUID, number: int) -> str:
    """What the person of a row is sealed to: the list's reference and the row's number (docs/protocol.md, "Cases")."""
    return f"{filed}/{number}"
