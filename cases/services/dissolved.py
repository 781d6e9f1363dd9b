"""Telling a case that a collision it stands on dissolved: a party withdrew, or what it filed does not count any more.

Whoever takes part reads in the case how each of its collisions stands; they are told of no more than that one of this
kind is gone, in the platform's name. Intel calls while it holds digests, and whoever adds a collision to a case locks
the case first and the digest then: so the row is only marked there, and a worker writes the timeline afterwards.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
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
    of_open = CaseCollision.objects.filter(
        digest__in=list(digests), case__in=Case.objects.filter(state=Case.State.OPEN)
    )
    # Marked rows too: a worker may be about to take the mark of an earlier time away, and is waited for.
    keys = _locked(of_open)
    CaseCollision.objects.filter(pk__in=keys).update(untold_since=timezone.now())
    for pk in keys:
        enqueue(TASK, pk)


def tell_dissolved(pk: int) -> None:
    """Write on the case's timeline that its collision (by key of the row) is gone, and tell who takes part. Idempotent.

    With it all others of the case that wait to be told: there is one notice of them. Says nothing of one that stands
    again by now, or in a case that was closed meanwhile.
    """
    with transaction.atomic():
        row = CaseCollision.objects.filter(pk=pk).exclude(untold_since=None).first()
        if row is None:
            return
        case = Case.objects.select_for_update(no_key=True).get(pk=row.case_id)
        # Asked again under the case's lock: of two runs at once the second one finds nothing to tell.
        keys = _locked(CaseCollision.objects.filter(case=case).exclude(untold_since=None))
        rows = CaseCollision.objects.filter(pk__in=keys).order_by("pk")
        rows.update(untold_since=None)
        if case.state != Case.State.OPEN:
            return
        standing = standings_of([one.digest_id for one in rows])
        gone = [one for one in rows if one.digest_id not in standing]
        for place, one in enumerate(gone):
            event, kind = "" if place else "case.changed", BY_NUMBER[one.kind].label
            happened(system_actor("cases"), case, "case.collision_dissolved", one.ref, event=event, indicator=kind)


def _locked(rows: QuerySet[CaseCollision]) -> list[int]:
    """Their keys; by key, so that two who lock several never wait for one another."""
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _untold() -> Iterable[int]:
    return CaseCollision.objects.exclude(untold_since=None).order_by("pk").values_list("pk", flat=True)[:100]


sweepable(TASK, _untold)
