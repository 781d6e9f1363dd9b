"""What the worker does for intel."""

from celery import shared_task

from intel.services import expiry, holds, leaving, matching, quality, runs, scoring, triage, warned


@shared_task(name=matching.TASK)
def match_submission(pk: int) -> None:
    """Match one submission; safe to run twice, at the same time too."""
    matching.match_submission(pk)


@shared_task(name=warned.TASK)
def apply_warnings(pk: int) -> None:
    """Hold or free what a version of a warning list asks for; safe to run twice, at the same time too."""
    warned.apply_version(pk)


@shared_task(name="intel.free_delisted")
def free_delisted() -> None:
    """Set free what was delisted long enough; every hour."""
    holds.free_delisted()


@shared_task(name=runs.TASK)
def carry_out_run(pk: int) -> None:
    """Go on with a run until its end; safe to run twice, at the same time too."""
    runs.carry_out_run(pk)


@shared_task(name="intel.prune_runs")
def prune_runs() -> None:
    """Let go of the rows of old runs; every hour."""
    runs.prune_runs()


@shared_task(name="intel.rescore")
def rescore() -> None:
    """Score every collision again, since all of them have aged by a day; every night, and safe to run twice."""
    scoring.rescore()


@shared_task(name="intel.wake_snoozed")
def wake_snoozed() -> None:
    """Put back into the queue what was snoozed until now; every minute, and safe to run twice."""
    triage.wake_snoozed()


@shared_task(name=leaving.TASK)
def follow_circle(pk: int) -> None:
    """Suspend or resume what former and new members of a circle filed; safe to run twice, at the same time too."""
    leaving.follow_memberships(pk)


@shared_task(name="intel.follow_memberships")
def follow_memberships() -> None:
    """The same for all circles, should a nudge have been lost; every night."""
    leaving.follow_memberships()


@shared_task(name="intel.expire_clues")
def expire_clues() -> None:
    """Expire clues whose lifetime is over, erase what others named that expired a month ago; every night."""
    expiry.expire_clues()
    expiry.erase_expired()


@shared_task(name="intel.close_day")
def close_day() -> None:
    """Write the day's ledger and set the bands; every night, and safe to run twice."""
    quality.close_day()
