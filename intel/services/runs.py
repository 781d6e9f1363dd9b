"""Runs: all collisions scored at once, in shadow, again as of a past day, or for real under a new rule.

The row is the truth. A run goes through the digests in order of their keys, a batch a transaction, and notes in the
same transaction how far it is: stopped anywhere it goes on from there, and two workers on one run take turns.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from intel.models import Collision, Run, RunScore, ScoringRule
from intel.queries import crossing
from intel.queries.crossing import running
from intel.scoring import ENGINE, Parameters, score
from intel.services.scoring import active_rule, gathered_inputs, score_digests
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.queue import enqueue, sweepable
from members.actors import system_actor
from members.queries.circles import owners_by_circle

log = structlog.get_logger(__name__)
TASK = "intel.carry_out_run"
BATCH = 1000
MAX_ATTEMPTS = 5
"""Starts without a step forward after which a run is marked failed."""
STALLED_AFTER = timedelta(seconds=60)
KEPT = timedelta(days=180)
"""How long the rows of a finished run are kept; the run itself and its checksum stay for good."""
NEWEST = 10
"""So many finished runs keep their rows however old they are."""
TOPS = (50, 200)
"""The places at the top whose overlap the difference page shows."""

Purpose = Run.Purpose
Told = Callable[[int, int], None]
_LOCK = "SELECT id FROM intel_digest WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def start_run(
    actor: Actor, *, purpose: str, rule: ScoringRule, as_of: datetime | None = None, engine: int = ENGINE
) -> Run:
    """Write down a run that is to be carried out: by the worker, or at once by `carry_out`.

    In the caller's transaction or its own; the caller has required what it takes. Raises Invalid for an engine that
    this version does not have or a moment to come, Conflict while such a run of the rule is under way.
    """
    now = timezone.now()
    if engine != ENGINE:
        said = _("This version has scoring engine %(here)d and no other; engine %(asked)d is that of another version.")
        raise Invalid(said % {"here": ENGINE, "asked": engine}, code="unknown_engine")
    if as_of is not None and as_of > now:
        raise Invalid(_("A run is as of a moment that has passed."), code="future")
    try:
        with transaction.atomic():
            run = Run.objects.create(
                purpose=purpose,
                engine=engine,
                rule=rule,
                as_of=as_of or now,
                started_by=actor.ref,
                started_at=now,
                moved_at=now,
                baseline=_active() if purpose == Purpose.SHADOW else None,
            )
            audit.record(actor, "run.started", run.ref, purpose=purpose, rule=rule.number, as_of=run.as_of.isoformat())
            if purpose != Purpose.REMATCH:
                enqueue(TASK, run.pk)
    except IntegrityError as error:
        raise Conflict(_("A run of this rule is under way already; wait for its end."), code="run_under_way") from error
    return run


def carry_out_run(pk: int) -> None:
    """The worker's part: go on with a run until its end; one that is over or in another worker's hands is left alone.

    Idempotent. An error is logged and leaves the run where it was for the sweep; after MAX_ATTEMPTS starts without a
    step forward it is marked failed.
    """
    if not _begin(pk):
        return
    try:
        carry_out(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # as BLE001 wants: logged whole, and counted, so that it ends in a visible failure
        log.exception("run.failed", pk=pk)


def carry_out(pk: int, tell: Told = lambda _done, _total: None) -> None:
    """Go on with a run until its end, and `tell(done, total)` after each batch."""
    while True:
        with transaction.atomic():
            pending = Run.objects.filter(pk=pk, finished_at=None, failed_at=None).select_related("rule", "baseline")
            found = pending.select_for_update(skip_locked=True, of=("self",)).first()
            if found is None:
                return
            is_over = _step(found)
        tell(found.scored, found.total)
        if is_over:
            return


def _begin(pk: int) -> bool:
    with transaction.atomic():
        run = Run.objects.select_for_update(skip_locked=True).filter(pk=pk, finished_at=None, failed_at=None).first()
        if run is None:
            return False
        run.attempts += 1
        run.moved_at = timezone.now()
        if run.attempts > MAX_ATTEMPTS:
            run.failed_at = timezone.now()
            audit.record(system_actor("runs"), "run.failed", run.ref, scored=run.scored, total=run.total)
        run.save(update_fields=["attempts", "moved_at", "failed_at"])
        return run.failed_at is None


def _step(run: Run) -> bool:
    """One batch of a locked run, or its end; True if it is over."""
    is_live = run.purpose == Purpose.SWITCH
    if not run.scored:
        run.total = Collision.objects.count() if is_live else running.shared_digests_count()
    batch = (crossing.colliding_digests if is_live else running.shared_digests)(run.cursor, BATCH)
    if not batch:
        _finish(run)
        return True
    if is_live:
        _score_live(batch)
    else:
        _score_aside(run, batch)
    run.cursor, run.scored = batch[-1], run.scored + len(batch)
    run.total = max(run.total, run.scored)
    run.attempts, run.moved_at = 0, timezone.now()
    run.save(update_fields=["cursor", "scored", "total", "attempts", "moved_at"])
    return False


def _score_live(digests: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(digests)])
    score_digests(digests)


def _score_aside(run: Run, digests: Collection[int]) -> None:
    """Rows of a batch. They name nobody and change nothing that a member sees."""
    rule = Parameters.from_json(run.rule.parameters)
    before = Parameters.from_json(run.baseline.parameters) if run.baseline else None
    RunScore.objects.bulk_create(
        RunScore(
            run=run,
            digest_id=digest,
            score=score(inputs, rule).points,
            before=score(inputs, before).points if before else None,
            epoch=epoch,
            inputs=inputs.to_json(),
        )
        for digest, epoch, inputs in gathered_inputs(digests, run.as_of)
    )


def _finish(run: Run) -> None:
    if run.purpose != Purpose.SWITCH:
        run.result_sha256, run.rows = result_sha256(run), run.scores.count()
    if run.purpose == Purpose.SHADOW:
        run.difference = _difference(run)
    run.finished_at = run.moved_at = timezone.now()
    run.total = run.scored
    run.save(update_fields=["result_sha256", "rows", "difference", "finished_at", "moved_at", "total"])
    sha = {"sha256": run.result_sha256.hex()} if run.result_sha256 else {}
    audit.record(system_actor("runs"), "run.finished", run.ref, purpose=run.purpose, scored=run.scored, **sha)


def _active() -> ScoringRule:
    number, _parameters = active_rule()
    return ScoringRule.objects.get(number=number)


def _difference(run: Run) -> dict[str, Any]:
    """What the difference page is made of: counts only."""
    sums = running.sums_of(run.pk, owners_by_circle())
    return {
        "whole": asdict(sums.whole),
        "tenths": [[before, after, number] for (before, after), number in sorted(sums.tenths.items())],
        "stretches": [sums.stretches[place] for place in range(len(running.STEPS) + 1)],
        "kinds": {str(kind): asdict(moved) for kind, moved in sorted(sums.kinds.items())},
        "sizes": {str(size): asdict(moved) for size, moved in sorted(sums.sizes.items())},
        "tops": {str(size): running.in_both_tops(run.pk, size) for size in TOPS},
    }


def result_sha256(run: Run) -> bytes:
    """Checksum of a run's rows: a line `[digest, epoch, score, inputs]` each, canonical JSON, in order of digests."""
    total = hashlib.sha256()
    rows = RunScore.objects.filter(run=run).order_by("digest_id").values_list("digest_id", "epoch", "score", "inputs")
    for row in rows.iterator(chunk_size=5000):
        total.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n")
    return total.digest()


def prune_runs() -> int:
    """Delete the rows of finished runs that are older than KEPT and not among the NEWEST; return how many runs."""
    finished = Run.objects.filter(finished_at__isnull=False, rows__isnull=False)
    newest = list(finished.order_by("-finished_at").values_list("pk", flat=True)[:NEWEST])
    old = list(finished.filter(finished_at__lt=timezone.now() - KEPT).exclude(pk__in=newest))
    for run in old:
        with transaction.atomic():
            audit.record(system_actor("runs"), "run.pruned", run.ref, rows=run.rows)
            RunScore.objects.filter(run=run).delete()
            run.rows = None
            run.save(update_fields=["rows"])
    return len(old)


def stalled_runs() -> list[int]:
    """Keys of the worker's runs that have not moved for a while; for the sweep."""
    late = Q(moved_at__lt=timezone.now() - STALLED_AFTER)
    runs = Run.objects.filter(late, finished_at=None, failed_at=None).exclude(purpose=Purpose.REMATCH)
    return list(runs.order_by("started_at").values_list("pk", flat=True))


sweepable(TASK, stalled_runs)
