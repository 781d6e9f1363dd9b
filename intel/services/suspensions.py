"""Suspending a clue: it stops matching and stays; resuming it undoes that."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Clue
from intel.reasons import checked_reason
from intel.services.steps import Locked, lock_clues, move, show
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, NotFound
from members.queries.memberships import live_members


def suspend_clue(actor: Actor, *, ref: UUID, reason: str) -> None:
    """Take a clue of the actor's institution out of matching for now; its collisions follow.

    Idempotent. Raises Forbidden, Invalid (reason), NotFound, Conflict for one that is not filed.
    """
    actor.require(Capability.DECIDE_CLUES)
    said = checked_reason(reason)
    with transaction.atomic():
        clue = _own(actor, ref)
        if clue.state == Clue.State.SUSPENDED:
            return
        _step(actor, clue, Clue.State.FILED, Clue.State.SUSPENDED, reason=said)
        audit.record(actor, "clue.suspended", ref)


def resume_clue(actor: Actor, *, ref: UUID) -> None:
    """Put a suspended clue of the actor's institution back; its collisions come back with it.

    Idempotent. Raises Forbidden, NotFound, Conflict for one that is not suspended or whose circle was left.
    """
    actor.require(Capability.DECIDE_CLUES)
    with transaction.atomic():
        clue = _own(actor, ref)
        if clue.state == Clue.State.FILED:
            return
        if clue.institution_id not in live_members().get(clue.circle_id, frozenset()):
            raise Conflict(_("Your institution is not in the clue's circle any more."), code="circle_left")
        _step(actor, clue, Clue.State.SUSPENDED, Clue.State.FILED)
        audit.record(actor, "clue.resumed", ref)


def _own(actor: Actor, ref: UUID) -> Clue:
    clue = Clue.objects.select_for_update().filter(ref=ref, institution_id=actor.own_institution()).first()
    if clue is None:
        raise NotFound
    return clue


def _step(actor: Actor, clue: Clue, before: str, after: str, *, reason: str = "") -> None:
    locked: list[Locked] = lock_clues([clue.pk], before)
    if not locked:
        raise Conflict(_("The clue is in another state now."), code="clue_state")
    move(actor, locked, after, reason=reason)
    show(actor, locked, live=after == Clue.State.FILED, cause=f"clue:{clue.ref}")
