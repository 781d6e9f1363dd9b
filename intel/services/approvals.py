"""Four eyes: clues that wait for a second person of the institution, approved or refused many at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Clue
from intel.reasons import checked_reason
from intel.services.steps import (
    Locked,
    by_submission,
    in_their_circles,
    lock_clues,
    named,
    put_in,
    refuse,
)
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from members.queries.credentials import refs_of_person
from notices.services.events import NewEvent, publish

MOST = 1000
"""Clues that one request may name; a submission's may be decided whole, however many there are."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of the clues that were asked for."""

    decided: int
    own: int
    """Left waiting: the person filed them, so another one decides."""
    earlier: int
    """Left as they are: somebody had decided before."""
    outside: int
    """Left waiting: the institution is not in their circle any more, so they can only be refused or withdrawn."""


def approve_clues(actor: Actor, *, refs: Collection[UUID] = (), submission: UUID | None = None) -> Decided:
    """Let waiting clues into matching: those named, or all of a submission. For a lead other than who filed them.

    Safe to repeat, and at the same time by many: each clue is decided once. In band D an approved clue still waits for
    the operator's release. Raises Forbidden, Invalid for too many, NotFound if one is not the institution's.
    """
    return _decide(actor, refs, submission, reason=None)


def refuse_clues(actor: Actor, *, refs: Collection[UUID] = (), submission: UUID | None = None, reason: str) -> Decided:
    """Refuse waiting clues for a reason (1 to 500 characters, no indicator); what they named is erased at once.

    Otherwise as `approve_clues`. Raises Forbidden, Invalid, NotFound.
    """
    actor.require(Capability.DECIDE_CLUES)
    return _decide(actor, refs, submission, reason=checked_reason(reason))


def _decide(actor: Actor, refs: Collection[UUID], submission: UUID | None, *, reason: str | None) -> Decided:
    actor.require(Capability.DECIDE_CLUES)
    if len(refs) > MOST:
        raise Invalid(_("Choose at most 1,000 clues at once."), code="too_many")
    with transaction.atomic():
        asked = _asked(actor, refs, submission)
        waiting = lock_clues(asked, Clue.State.DRAFT)
        own = refs_of_person(actor)
        others = [clue for clue in waiting if clue.filed_by not in own]
        clues = in_their_circles(others) if reason is None else others
        if clues and reason is None:
            _approve(actor, clues)
        elif clues:
            refuse(actor, clues, reason=str(reason))
            _tell_decided(clues)
        return Decided(
            decided=len(clues),
            own=len(waiting) - len(others),
            earlier=len(asked) - len(waiting),
            outside=len(others) - len(clues),
        )


def _asked(actor: Actor, refs: Collection[UUID], submission: UUID | None) -> list[int]:
    own = Clue.objects.filter(institution_id=actor.own_institution())
    if submission is not None:
        found = list(own.filter(submission__ref=submission, state=Clue.State.DRAFT).values_list("pk", flat=True))
        if not found and not own.filter(submission__ref=submission).exists():
            raise NotFound
        return found
    found = list(own.filter(ref__in=refs).values_list("pk", flat=True))
    if len(found) != len(set(refs)):
        raise NotFound
    return found


def _approve(actor: Actor, clues: list[Locked]) -> None:
    act = uuid4()
    state = put_in(actor, clues, cause=f"approval:{act}")
    audit.record_each(actor, "clue.approved", [clue.ref for clue in clues], approval=str(act), state=state)
    if state == Clue.State.HELD:
        tell_held(actor, clues)
    _tell_decided(clues)


def tell_held(actor: Actor, clues: list[Locked]) -> None:
    """Record and tell that clues wait for the operator's release."""
    groups = by_submission(clues)
    for ref, group in groups.items():
        audit.record(actor, "submission.held", ref, clues=len(group))
    publish(
        [NewEvent(group[0].institution, "submission.held", ref, facts=named(group)) for ref, group in groups.items()]
    )


def _tell_decided(clues: list[Locked]) -> None:
    groups = by_submission(clues).items()
    publish([NewEvent(group[0].institution, "clue.decided", ref, facts=named(group)) for ref, group in groups])
