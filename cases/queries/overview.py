"""What the list of cases and the first page of one show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from cases.models import Case, CaseCollision, CaseRight, HandOver, Participant
from cases.queries.cases import cases_for, participants_of, rights_on
from cases.queries.invitations import InvitationRow, invitations_sent
from cases.queries.related import Related, related_to
from cases.regions import region_name
from cases.rights import Right, group_name, part_of
from cases.sealing import unseal
from intel.queries.in_cases import opened_among, own_among, standings_of
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.paging import Page, check_limit, newest
from privacy.kinds import BY_NUMBER, Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters of the list of cases; an empty one lets all through."""

    state: str = Case.State.OPEN
    """A value of Case.State."""
    led: str = ""
    """own: led by the actor's institution; others: by another."""
    typology: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case of the list."""

    ref: UUID
    title: str
    typology: str
    typology_code: str
    state: str
    state_label: str
    lead: str
    is_lead: bool
    opened_at: datetime
    closed_at: datetime | None
    participants: int
    police: int
    collisions: int


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """An institution or unit that takes part. `part` is "lead", or a name of `cases.rights.OFFERED`."""

    ref: UUID
    institution: str
    institution_ref: UUID
    is_police: bool
    is_lead: bool
    is_own: bool
    instrument: str
    part: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A collision that a case stands on. `state` is empty once a party has withdrawn what it stood on."""

    ref: UUID
    collision: UUID
    kind: Kind
    added_by: str
    added_at: datetime
    state: str
    is_own: bool
    names: Sequence[str]
    """Other parties whose names a handshake opened to the reader here."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page of a case, for one reader."""

    summary: str
    participants: Sequence[ParticipantRow]
    items: Sequence[ItemRow]
    places: Sequence[tuple[str, str, str, str, bool]]
    """What it is the place of (code, name), the region (code, name), and whether the reader may take it back."""
    related: Related
    close_note: str = ""
    invitations: Sequence[InvitationRow] = field(default_factory=tuple)
    hand_over_to: str = ""
    """To whom the lead is offered, for those who may know: who offers it, and who is offered it."""
    may_take_lead: bool = False


def cases_listed(actor: Actor, asked: Asked, *, cursor: str = "", limit: int = 20) -> Page[CaseRow]:
    """The cases the actor may see that fit the filters, newest first. Raises Forbidden, Invalid for a cursor."""
    check_limit(limit)
    found = cases_for(actor).select_related("lead")
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.typology:
        found = found.filter(typology=asked.typology)
    if asked.led:
        own = Q(lead_id=actor.institution)
        found = found.filter(own if asked.led == "own" else ~own)
    rows, next_cursor = newest(found, moment="opened_at", id="ref", cursor=cursor, limit=limit)
    return Page(case_rows(actor, rows), next_cursor)


def case_rows(actor: Actor, cases: Sequence[Case]) -> list[CaseRow]:
    """The rows of cases that were fetched for the actor, with their leads."""
    keys = [case.pk for case in cases]
    live = Participant.objects.filter(case__in=keys, left_at=None).order_by()
    parts = {pk: (all_, police) for pk, all_, police in live.values_list("case").annotate(
        all=Count("pk"), police=Count("pk", filter=Q(is_police=True)))}  # fmt: skip
    items = CaseCollision.objects.filter(case__in=keys).order_by().values_list("case").annotate(number=Count("pk"))
    numbers = dict(items)
    return [
        CaseRow(
            ref=case.ref,
            title=unseal(case.title, "case/title", case.ref),
            typology=name_of(case.typology),
            typology_code=case.typology,
            state=case.state,
            state_label=str(case.get_state_display()),
            lead=str(case.lead),
            is_lead=case.lead_id == actor.institution,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            participants=parts.get(case.pk, (0, 0))[0],
            police=parts.get(case.pk, (0, 0))[1],
            collisions=numbers.get(case.pk, 0),
        )
        for case in cases
    ]


def overview_of(actor: Actor, case: Case) -> Overview:
    """The first page of a case that was fetched for the actor."""
    rights = rights_on(actor, case)
    offer = case.hand_overs.filter(state=HandOver.State.OFFERED).select_related("to").first()
    concerned = offer is not None and actor.institution in {offer.giver_id, offer.to_id}
    return Overview(
        summary=unseal(case.summary, "case/summary", case.ref),
        participants=participants_listed(actor, case),
        items=items_of(actor, case),
        places=places_of(actor, case),
        related=related_to(actor, case),
        close_note=unseal(case.close_note, "case/close_note", case.ref),
        invitations=invitations_sent(actor, case) if Right.MANAGE in rights else (),
        hand_over_to=str(offer.to) if offer is not None and concerned else "",
        may_take_lead=offer is not None and offer.to_id == actor.institution and actor.may(Capability.MANAGE_CASES),
    )


def places_of(actor: Actor, case: Case) -> list[tuple[str, str, str, str, bool]]:
    """The places of a case that was fetched for the actor, as `Overview.places`."""
    return [
        (
            one.tie,
            str(one.get_tie_display()),
            one.region,
            region_name(one.region),
            actor.institution in {one.added_by_id, case.lead_id},
        )
        for one in case.places.order_by("tie", "region")
    ]


def participants_listed(actor: Actor, case: Case) -> list[ParticipantRow]:
    """Who takes part in a case that was fetched for the actor, the first to join first."""
    held: dict[str, set[Right]] = {}
    rows = CaseRight.objects.filter(content_object=case).values_list("group__name", "permission__codename")
    for group, name in rows:
        held.setdefault(group, set()).add(Right(name))
    return [
        ParticipantRow(
            ref=one.ref,
            institution=str(one.institution),
            institution_ref=one.institution.ref,
            is_police=one.is_police,
            is_lead=one.institution_id == case.lead_id,
            is_own=one.institution_id == actor.institution,
            instrument=one.instrument,
            part=part_of(frozenset(held.get(group_name(one.institution_id), ()))),
            joined_at=one.joined_at,
        )
        for one in participants_of(case)
    ]


def participant_row(actor: Actor, case: Case, ref: UUID) -> ParticipantRow:
    """One of `participants_listed`. Raises NotFound."""
    found = next((row for row in participants_listed(actor, case) if row.ref == ref), None)
    if found is None:
        raise NotFound
    return found


def items_of(actor: Actor, case: Case) -> list[ItemRow]:
    """The collisions of a case that was fetched for the actor, the first added first."""
    items = list(CaseCollision.objects.filter(case=case).select_related("added_by").order_by("added_at", "pk"))
    standings = standings_of([item.digest_id for item in items])
    # A collision that dissolved and came back has another reference; the digest is the same.
    refs = {item.pk: standings[item.digest_id].ref for item in items if item.digest_id in standings}
    own = own_among(actor, sorted(refs.values()))
    names: dict[UUID, list[str]] = {}
    for one in opened_among(actor, sorted(own)) if own else ():
        names.setdefault(one.collision, []).append(str(one.name))
    return [
        ItemRow(
            ref=item.ref,
            collision=refs.get(item.pk, item.collision),
            kind=BY_NUMBER[item.kind],
            added_by=str(item.added_by),
            added_at=item.added_at,
            state=standings[item.digest_id].state if item.digest_id in standings else "",
            is_own=refs.get(item.pk) in own,
            names=names.get(refs.get(item.pk, item.collision), ()),
        )
        for item in items
    ]
