"""Which cases an actor may see, and with which rights: the wall of everything in this package.

Fetching is authorising: a case that the actor's institution holds no right on, or no longer, is NotFound, with the same
bytes as one that does not exist.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from cases.models import Case, CaseRight, Participant
from cases.rights import NEEDS, Right, group_name
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, NotFound


def cases_for(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor's institution may see; none without an institution. Raises Forbidden."""
    actor.require(NEEDS[Right.VIEW])
    if actor.institution is None:
        return Case.objects.none()
    held = CaseRight.objects.filter(group__name=group_name(actor.institution), permission__codename=Right.VIEW)
    return Case.objects.filter(pk__in=held.values("content_object"))


def case_for(actor: Actor, ref: UUID, right: Right = Right.VIEW) -> Case:
    """The case, if the actor's institution may see it and holds the right.

    Raises Forbidden without the capability the right needs, or for a right that the institution does not hold on a case
    it may see; NotFound for a case it may not see.
    """
    return _fetch(actor, ref, right, cases_for(actor).select_related("lead"))


def case_to_change(actor: Actor, ref: UUID, right: Right, *, closed: bool = False) -> Case:
    """`case_for` with the case's row locked, in the caller's transaction: whoever changes a case takes their turn.

    Raises what `case_for` raises, and Conflict for a closed case unless `closed` allows it.
    """
    case = _fetch(actor, ref, right, cases_for(actor).select_for_update(of=("self",), no_key=True))
    if not closed:
        check_open(case)
    return case


def check_open(case: Case) -> None:
    """Raise Conflict for a closed case."""
    if case.state == Case.State.CLOSED:
        raise Conflict(_("This case is closed: nothing is added to it any more."), code="case_closed")


def rights_on(actor: Actor, case: Case) -> frozenset[Right]:
    """What the actor may do in the case now: the rights of its institution that its capabilities let it use."""
    if actor.institution is None:
        return frozenset()
    held = CaseRight.objects.filter(group__name=group_name(actor.institution), content_object=case)
    names = held.values_list("permission__codename", flat=True)
    return frozenset(right for right in map(Right, names) if actor.may(NEEDS[right]))


def shut_cases(institution: int, refs: Collection[UUID]) -> frozenset[UUID]:
    """Those of these references that are no case the institution (its key) may see now: the wall of its notices."""
    held = CaseRight.objects.filter(group__name=group_name(institution), permission__codename=Right.VIEW)
    seen = Case.objects.filter(ref__in=list(refs), pk__in=held.values("content_object"))
    return frozenset(refs) - frozenset(seen.values_list("ref", flat=True))


def participants_of(case: Case) -> QuerySet[Participant]:
    """Who takes part now, the lead first. The caller has fetched the case for its reader."""
    return Participant.objects.filter(case=case, left_at=None).select_related("institution").order_by("joined_at", "pk")


def own_participant(actor: Actor, case: Case) -> Participant:
    """The actor's own institution in the case. Raises NotFound if it takes no part."""
    found = Participant.objects.filter(case=case, institution_id=actor.own_institution(), left_at=None).first()
    if found is None:
        raise NotFound
    return found


def is_police(actor: Actor) -> bool:
    """Whether the actor reads as the police: they see measures and entries that are not released."""
    return actor.may(Capability.INVESTIGATE)


def _fetch(actor: Actor, ref: UUID, right: Right, cases: QuerySet[Case]) -> Case:
    actor.require(NEEDS[right])
    case = cases.filter(ref=ref).first()
    if case is None:
        raise NotFound
    if right is not Right.VIEW and right not in rights_on(actor, case):
        raise Forbidden(_("Your institution does not hold this right in this case."), code="right_missing", right=right)
    return case
