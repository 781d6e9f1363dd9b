"""Telling a case that a collision it stands on dissolved: a party withdrew, or what it filed does not count any more.

Whoever takes part reads in the case how each of its collisions stands; they are told of no more than that one of this
kind is gone, in the platform's name. Intel calls while it holds digests, and whoever adds a collision to a case locks
the case first and the digest then: so the row is only marked there, and a worker writes the timeline afterwards.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from cases.models import Case, CaseCollision
from cases.services.telling import happened
from intel.queries.in_cases import standings_of
from kit.queue import enqueue, sweepable
from members.actors import system_actor
from privacy.kinds import BY_NUMBER

TASK = "cases.tell_dissolved"


def mark_dissolved(digests: Collection[int]) -> None:
    """Mark the rows of open cases that stand on these digests (by key), to be told. In the transaction of intel."""
    rows = CaseCollision.objects.filter(digest__in=list(digests), case__state=Case.State.OPEN)
    keys = list(rows.values_list("pk", flat=True))
    # Marked rows too: a worker may be about to take the mark of an earlier time away, and is waited for.
    CaseCollision.objects.filter(pk__in=keys).update(untold_since=timezone.now())
    for pk in keys:
        enqueue(TASK, pk)


def tell_dissolved(pk: int) -> None:
    """Write on the case's timeline that its collision (by key of the row) is gone, and tell who takes part. Idempotent.

    Says nothing of one that stands again by now, or in a case that was closed meanwhile.
    """
    with transaction.atomic():
        row = CaseCollision.objects.filter(pk=pk).exclude(untold_since=None).first()
        if row is None:
            return
        case = Case.objects.select_for_update(no_key=True).get(pk=row.case_id)
        # Asked again under the case's lock: of two runs at once the second one finds nothing to tell.
        if not CaseCollision.objects.filter(pk=pk).exclude(untold_since=None).update(untold_since=None):
            return
        if case.state == Case.State.OPEN and not standings_of([row.digest_id]):
            kind = BY_NUMBER[row.kind].label
            happened(system_actor("cases"), case, "case.collision_dissolved", row.ref, indicator=kind)


def _untold() -> Iterable[int]:
    return CaseCollision.objects.exclude(untold_since=None).order_by("pk").values_list("pk", flat=True)[:100]


sweepable(TASK, _untold)
