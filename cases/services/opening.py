"""Opening a case, and what it stands on: its collisions, its words, its places."""

from collections.abc import Collection
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from cases.models import Case, CaseCollision, Participant, Place
from cases.queries.cases import case_to_change
from cases.regions import is_region
from cases.rights import OF_LEAD, Right
from cases.sealing import seal
from cases.services.rights import grant_rights
from cases.services.telling import happened
from cases.words import LONGEST_TITLE, checked_words
from intel.services.in_cases import lock_digests, mark_in_case, take_up
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound

MOST_COLLISIONS = 200
MOST_PLACES = 50
LONGEST_SUMMARY = 2000
WRONG_NUMBER = _("A case is opened on 1 to 200 collisions.")
NO_TYPOLOGY = _("Choose a typology of the list.")
NO_REGION = _("Give the six digits of a GB/T 2260 code, such as 310115.")


def open_case(
    actor: Actor,
    *,
    title: str,
    summary: str = "",
    typology: str,
    collisions: Collection[UUID],
    is_findable: bool = True,
) -> Case:
    """Open a case of the actor's institution on collisions (references) it is a party to.

    Nobody else is told. Where the case is findable, the collisions' state says to their parties that they are in a
    case, not in whose. Raises Forbidden; NotFound for a collision the institution is no party to; Invalid, naming the
    field.
    """
    actor.require(Capability.WORK_CASES)
    institution, refs = actor.own_institution(), set(collisions)
    if actor.may(Capability.INVESTIGATE):
        raise Forbidden(_("A police unit works in cases that it was invited to, and opens none."), code="no_member")
    said = checked_words(title, "title", LONGEST_TITLE)
    summary = checked_words(summary, "summary", LONGEST_SUMMARY) if summary.strip() else ""
    if typology not in TYPOLOGIES:
        raise Invalid(NO_TYPOLOGY, errors={"typology": [NO_TYPOLOGY]})
    _check_number(len(refs))
    with transaction.atomic():
        ref = uuid4()
        case = Case.objects.create(
            ref=ref,
            title=seal(said, "case/title", ref),
            summary=seal(summary, "case/summary", ref) if summary else None,
            typology=typology,
            lead_id=institution,
            opened_by_id=actor.user,
            is_findable=is_findable,
        )
        Participant.objects.create(case=case, institution_id=institution)
        grant_rights(case, institution, OF_LEAD)
        added = _add(actor, case, refs)
        happened(actor, case, "case.opened", case.ref, collisions=len(added))
        settle_digests(actor, added)
    return case


def add_collisions(actor: Actor, *, case: UUID, collisions: Collection[UUID]) -> int:
    """Add collisions (references) that the actor's institution is a party to; how many the case did not have.

    Raises NotFound for the case or a collision, Forbidden, Invalid, Conflict in a closed case.
    """
    refs = set(collisions)
    _check_number(len(refs))
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        _check_number(row.collisions.count() + len(refs))
        added = _add(actor, row, refs)
        if added:
            happened(actor, row, "case.collisions_added", row.ref, collisions=len(added))
            settle_digests(actor, added)
    return len(added)


def describe_case(actor: Actor, *, case: UUID, title: str, summary: str, is_findable: bool) -> None:
    """Change a case's words, and whether others with the same digests are told that there is one.

    Raises NotFound, Forbidden, Invalid, Conflict in a closed case.
    """
    said = checked_words(title, "title", LONGEST_TITLE)
    summary = checked_words(summary, "summary", LONGEST_SUMMARY) if summary.strip() else ""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        turned = row.is_findable != is_findable
        row.title = seal(said, "case/title", row.ref)
        row.summary = seal(summary, "case/summary", row.ref) if summary else None
        row.is_findable = is_findable
        row.save(update_fields=["title", "summary", "is_findable"])
        happened(actor, row, "case.described", row.ref, findable=is_findable)
        if turned:
            settle_digests(actor, digests_of(row))


def add_place(actor: Actor, *, case: UUID, tie: str, region: str) -> None:
    """Say where the case touches the ground: `region` is a GB/T 2260 code, as precise as is known (310000, 310115).

    Raises NotFound, Forbidden, Invalid, Conflict in a closed case or for a place that stands already.
    """
    if tie not in Place.Tie.values or len(region) != 6 or not is_region(region):
        raise Invalid(NO_REGION, errors={"region": [NO_REGION]})
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        if row.places.filter(tie=tie, region=region).exists():
            raise Conflict(_("This place stands already."), code="place_exists")
        if row.places.count() >= MOST_PLACES:
            raise Conflict(_("A case has 50 places at most."), code="too_many_places")
        Place.objects.create(case=row, tie=tie, region=region, added_by_id=actor.own_institution())
        happened(actor, row, "case.place_added", row.ref, tie=tie, region=region)


def remove_place(actor: Actor, *, case: UUID, tie: str, region: str) -> None:
    """Take a place away that one's own institution gave, or any as the lead. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        place = next((one for one in row.places.all() if (one.tie, one.region) == (tie, region)), None)
        if place is None:
            raise NotFound
        if actor.institution not in {place.added_by_id, row.lead_id}:
            raise Forbidden(_("Another institution gave this place."), code="place_of_another")
        place.delete()
        happened(actor, row, "case.place_removed", row.ref, tie=tie, region=region)


def digests_of(case: Case) -> list[int]:
    """The keys of the digests a case stands on."""
    return list(CaseCollision.objects.filter(case=case).order_by("digest_id").values_list("digest_id", flat=True))


def settle_digests(actor: Actor, digests: Collection[int]) -> None:
    """Make the collisions of these digests in a case, or free, as open and findable cases stand on them now.

    As the last writes of a service that opened, closed, hid or showed a case, in its transaction. The digests are
    locked before the others' cases are read: of two cases that end at once, the second sees that it was the last.
    """
    lock_digests(digests)
    live = CaseCollision.objects.filter(digest_id__in=list(digests), case__state=Case.State.OPEN)
    worked_on = live.filter(case__is_findable=True).values_list("digest_id", flat=True)
    mark_in_case(actor, digests, worked_on=set(worked_on))


def _add(actor: Actor, case: Case, collisions: Collection[UUID]) -> list[int]:
    """Rows for the collisions whose digest the case does not have; the keys of their digests."""
    taken = take_up(actor, collisions)
    known = set(digests_of(case))
    fresh = {one.digest: one for one in taken if one.digest not in known}
    CaseCollision.objects.bulk_create(
        CaseCollision(
            case=case,
            digest_id=one.digest,
            collision=one.collision,
            kind=one.kind,
            added_by_id=actor.own_institution(),
        )
        for one in fresh.values()
    )
    return sorted(fresh)


def _check_number(number: int) -> None:
    if not 1 <= number <= MOST_COLLISIONS:
        raise Invalid(WRONG_NUMBER, errors={"collisions": [WRONG_NUMBER]})
