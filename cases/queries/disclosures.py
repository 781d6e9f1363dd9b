"""The disclosures of a case: who may be asked for which value, and what each side sees of what was asked and given.

The two sides of a disclosure see it; to the other participants it is absent. Both sides see its purpose and why it was
refused or shown; persons by name are those of the reader's own institution, the other side is an institution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.documents import today
from cases.models import Case, CaseCollision, Disclosure, DisclosureSeal, Participant, Unmasking
from cases.queries.cases import participants_of, rights_on
from cases.queries.keys import NOT_SERVED, is_own, live_keys
from cases.rights import Right
from cases.sealing import unseal
from intel.queries.disclosed import holders_among
from intel.queries.in_cases import opened_among
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.queries.credentials import refs_of_person
from privacy.kinds import BY_NUMBER, Kind

State = Disclosure.State
STATE_NAMES = {
    State.ASKED: _("Waits for the holder"),
    State.PROPOSED: _("Proposed: waits for the lead"),
    State.APPROVED: _("Given"),
    State.REFUSED: _("Refused"),
    State.WITHDRAWN: _("Withdrawn"),
    State.EXPIRED: _("Expired"),
}
WAITING = (State.ASKED, State.PROPOSED)
LIVE = (*WAITING, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Askable:
    """A collision of the case and a participant that may be asked for the value behind it."""

    item: CaseCollision
    kind: Kind
    holder: Participant


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """A disclosure as one of its two sides sees it in a list. `is_asker`: we asked; otherwise we hold the value."""

    ref: UUID
    case: UUID
    item: UUID
    kind: Kind
    is_asker: bool
    asker: str
    holder: str
    state: str
    state_name: str
    basis: str
    basis_reference: str
    asked_at: datetime
    until: date
    decided_at: datetime | None
    ended_at: datetime | None
    keys: int
    unmaskings: int


@dataclass(frozen=True, slots=True)
class SealRow:
    """One recipient's key that the value was encrypted to. `is_own`: the reader may hold its private half."""

    fingerprint: str
    name: str
    is_own: bool
    is_there: bool
    """Whether the cipher text is still kept."""
    matches: bool | None
    """Whether the recipient's own evaluation gave the collision's digest; None until somebody looked."""


@dataclass(frozen=True, slots=True)
class UnmaskingRow:
    """That somebody of the recipient had the value shown."""

    at: datetime
    by: str
    """A name, to the own institution; empty otherwise, and for a system."""
    reason: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DisclosureDetail:
    """A disclosure with what its sides said. `may`: what the reader may do with it now."""

    row: DisclosureRow
    purpose: str
    decision: str
    """Why it was refused."""
    asked_by: str
    proposed_by: str
    decided_by: str
    """Names, to the own institution; empty otherwise, and for a system."""
    proposed_at: datetime | None
    commitment: str
    """32 bytes in hex; empty before a value was proposed."""
    seals: tuple[SealRow, ...]
    unmaskings: tuple[UnmaskingRow, ...]
    may: frozenset[str]
    """Of propose, approve, refuse, withdraw, unmask."""
    is_proposer: bool
    """The reader proposed the value, so another person approves it."""


def askable_in(actor: Actor, case: Case) -> list[Askable]:
    """What the actor's institution may ask of whom in a case that was fetched for it, by collision and name.

    A participant is shown as a party of a collision only where it has agreed to be: it brought the collision into the
    case, or joined when the collision was in it, or a handshake opened its name to the reader there. So a collision
    that is added later does not tell who else holds it.
    """
    items = list(CaseCollision.objects.filter(case=case).order_by("added_at", "pk"))
    others = [one for one in participants_of(case) if not one.is_police and one.institution_id != actor.institution]
    held = holders_among([item.digest_id for item in items], [one.institution_id for one in others])
    pairs = [(item, one) for item in items for one in others if (item.digest_id, one.institution_id) in held]
    opened = _opened(actor, [item for item, one in pairs if not _agreed(item, one)])
    return [
        Askable(item, BY_NUMBER[item.kind], one)
        for item, one in pairs
        if _agreed(item, one) or (item.collision, one.institution_id) in opened
    ]


def disclosures_of(actor: Actor, case: Case) -> list[DisclosureRow]:
    """Those the actor's institution asked for or was asked for in a case fetched for it, newest first."""
    return [row_of(actor, one) for one in sides_of(actor).filter(case=case).order_by("-asked_at", "-pk")]


def disclosure_in(actor: Actor, case: Case, ref: UUID, *, only: str = "") -> Disclosure:
    """One disclosure of a case that was fetched for the actor.

    Raises NotFound unless the actor's institution is a side of it: the one named by `only` ("asker" or "holder") if it
    is given, so that what only one side does tells the other nothing but an absent one would.
    """
    found = sides_of(actor).filter(case=case, ref=ref)
    if only:
        found = found.filter(**{f"{only}_id": actor.own_institution()})
    one = found.first()
    if one is None:
        raise NotFound
    return one


def detail_of(actor: Actor, case: Case, ref: UUID, *, only: str = "") -> DisclosureDetail:
    """`disclosure_in` with its texts, keys and unmaskings."""
    one = disclosure_in(actor, case, ref, only=only)
    seals = list(DisclosureSeal.objects.filter(disclosure=one).select_related("key__user").order_by("pk"))
    shown = Unmasking.objects.filter(seal__disclosure=one).select_related("user", "seal__key").order_by("-at", "-pk")
    is_asker, proposer = one.asker_id == actor.institution, one.proposed_as in refs_of_person(actor)
    return DisclosureDetail(
        row=row_of(actor, one),
        purpose=unseal(one.purpose, "disclosure/purpose", one.ref),
        decision=unseal(one.decision, "disclosure/decision", one.ref),
        asked_by=_name(one.asked_by) if is_asker else "",
        proposed_by="" if is_asker else _name(one.proposed_by),
        decided_by="" if is_asker else _name(one.decided_by),
        proposed_at=one.proposed_at,
        commitment=bytes(one.commitment or b"").hex(),
        seals=tuple(_seal(actor, seal) for seal in seals),
        unmaskings=tuple(
            UnmaskingRow(
                at=act.at,
                by=_name(act.user) if is_asker else "",
                reason=unseal(act.reason, "unmasking/reason", act.ref),
                fingerprint=act.seal.key.fingerprint,
            )
            for act in shown
        ),
        may=_may(actor, case, one, seals, proposer),
        is_proposer=proposer and one.state == State.PROPOSED,
    )


def sides_of(actor: Actor) -> QuerySet[Disclosure]:
    """Every disclosure that the actor's institution asked for or was asked for, with what a row shows."""
    own = actor.own_institution()
    found = Disclosure.objects.filter(Q(asker_id=own) | Q(holder_id=own))
    counted = found.annotate(
        key_count=Count("seals", distinct=True), unmasking_count=Count("seals__unmaskings", distinct=True)
    )
    return counted.select_related("case", "collision", "asker", "holder", "asked_by", "proposed_by", "decided_by")


def row_of(actor: Actor, one: Disclosure) -> DisclosureRow:
    """The row of a disclosure that `sides_of` gave."""
    return DisclosureRow(
        ref=one.ref,
        case=one.case.ref,
        item=one.collision.ref,
        kind=BY_NUMBER[one.collision.kind],
        is_asker=one.asker_id == actor.institution,
        asker=str(one.asker),
        holder=str(one.holder),
        state=one.state,
        state_name=str(STATE_NAMES[State(one.state)]),
        basis=one.get_basis_display(),
        basis_reference=one.basis_reference,
        asked_at=one.asked_at,
        until=one.until,
        decided_at=one.decided_at,
        ended_at=one.ended_at,
        keys=one.key_count,  # type: ignore[attr-defined]  # the annotation of sides_of
        unmaskings=one.unmasking_count,  # type: ignore[attr-defined]  # likewise
    )


def is_over(one: Disclosure) -> bool:
    """Whether its last day, in the alliance's time zone, has passed: nothing of it is shown, expired yet or not."""
    return one.until < today()


def has_keys(institution: int) -> bool:
    """Whether something can be encrypted to this institution (its key) at all."""
    return live_keys([institution]).exists()


def may_be_read(seal: DisclosureSeal) -> bool:
    """Whether its cipher text is still there and goes out: not to a key that somebody else may have."""
    return seal.sealed is not None and seal.key.end not in NOT_SERVED


def _agreed(item: CaseCollision, one: Participant) -> bool:
    return item.added_by_id == one.institution_id or one.joined_at >= item.added_at


def _opened(actor: Actor, items: Sequence[CaseCollision]) -> set[tuple[UUID, int]]:
    if not items or not actor.may(Capability.VIEW_COLLISIONS):
        return set()
    found = opened_among(actor, [item.collision for item in items])
    return {(one.collision, one.institution) for one in found}


def _name(user: Any) -> str:
    return str(user.name) if user else ""


def _seal(actor: Actor, seal: DisclosureSeal) -> SealRow:
    own = seal.key.institution_id == actor.institution
    return SealRow(
        fingerprint=seal.key.fingerprint,
        name=seal.key.name if own else "",
        is_own=is_own(actor, seal.key),
        is_there=seal.sealed is not None,
        matches=seal.matches,
    )


def _may(
    actor: Actor, case: Case, one: Disclosure, seals: Sequence[DisclosureSeal], is_proposer: bool
) -> frozenset[str]:
    is_asker, is_open, over = one.asker_id == actor.institution, case.state == Case.State.OPEN, is_over(one)
    if not actor.may(Capability.WORK_CASES):
        return frozenset()
    may = set()
    if one.state in LIVE and (is_asker or one.state != State.ASKED):
        may.add("withdraw")
    if Right.DISCLOSE not in rights_on(actor, case):
        return frozenset(may)
    if is_asker and one.state == State.APPROVED and not over:
        may |= {"unmask" for seal in seals if is_own(actor, seal.key) and may_be_read(seal)}
    if not is_asker and is_open and one.state in WAITING and not over:
        may.add("propose")
        if actor.may(Capability.DECIDE_DISCLOSURES):
            may.add("refuse")
            may |= {"approve"} if one.state == State.PROPOSED and not is_proposer else set()
    return frozenset(may)
