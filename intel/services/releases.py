"""Band D: an operator lets the filings of an institution through, or not, without seeing what they hold."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Clue, Submission
from intel.reasons import checked_reason
from intel.services.steps import Locked, count_down, in_their_circles, lock_clues, move, named, refuse, show
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, NotFound
from notices.services.events import NewEvent, publish


def release_submission(actor: Actor, *, ref: UUID) -> int:
    """Let the held clues of a submission into matching; how many. Raises Forbidden, NotFound, Conflict if none is.

    Those of a circle that the institution has left meanwhile are refused: nothing enters it any more.
    """
    actor.require(Capability.RELEASE_FILINGS)
    with transaction.atomic():
        held = _held(ref)
        clues = in_their_circles(held)
        entering = {clue.pk for clue in clues}
        if gone := [clue for clue in held if clue.pk not in entering]:
            refuse(actor, gone, submission=str(ref))
        move(actor, clues, Clue.State.FILED)
        count_down(clues)
        audit.record(actor, "submission.released", ref, clues=len(clues))
        show(actor, clues, live=True, cause=f"submission:{ref}")
        publish([NewEvent(held[0].institution, "submission.released", ref, facts=named(clues))])
    return len(clues)


def decline_submission(actor: Actor, *, ref: UUID, reason: str) -> int:
    """Refuse the held clues of a submission and erase what they named; how many.

    Raises Forbidden, Invalid (reason), NotFound, Conflict if none is held.
    """
    actor.require(Capability.RELEASE_FILINGS)
    said = checked_reason(reason)
    with transaction.atomic():
        clues = _held(ref)
        refuse(actor, clues, submission=str(ref))
        audit.record(actor, "submission.declined", ref, clues=len(clues), reason=said)
        publish([NewEvent(clues[0].institution, "clue.decided", ref, facts=named(clues))])
    return len(clues)


def _held(ref: UUID) -> list[Locked]:
    submission = Submission.objects.filter(ref=ref).first()
    if submission is None:
        raise NotFound
    keys = Clue.objects.filter(submission=submission, state=Clue.State.HELD).values_list("pk", flat=True)
    clues = lock_clues(list(keys), Clue.State.HELD)
    if not clues:
        raise Conflict(_("No clue of this submission waits for release."), code="not_held")
    return clues
