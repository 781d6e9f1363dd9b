"""`manage.py rematch`: score every collision again as of a past moment, and hold two runs against each other."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from intel.models import Run
from intel.queries.runs import rule_for, run_by_prefix, runs_for
from intel.scoring import ENGINE
from intel.services.comparing import CLUES, EPOCH, HOLD, OPINIONS, RULE, TIME, Comparison, compare_runs
from intel.services.runs import carry_out, start_run
from intel.services.scoring import active_rule
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Refusal
from members.actors import system_actor

WHY = {
    CLUES: "clues withdrawn, suspended, expired or erased since, or filed late",
    OPINIONS: "opinions given, changed or withdrawn since",
    HOLD: "digests held or freed since",
    TIME: "the runs are as of different moments",
    RULE: "another rule or engine",
    EPOCH: "another key epoch",
}


class Command(BaseCommand):
    """Runs in the foreground with a progress bar; the run stays on record with its checksum."""

    help = "Score every collision again as of a moment; list runs; compare two of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--as-of", metavar="TIME", help="ISO 8601; the local zone unless it names one")
        parser.add_argument("--engine", type=int, default=ENGINE, help=f"this version has engine {ENGINE}")
        parser.add_argument("--rule", type=int, help="the active rule unless given")
        parser.add_argument(
            "--compare", nargs="+", metavar="RUN", help="with --as-of: hold the new run against RUN; else two runs"
        )
        parser.add_argument("--list", action="store_true", help="the newest runs")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        """List, compare, or run; exit code 1 if two runs differ."""
        actor = system_actor("rematch", Capability.MANAGE_RULES)
        try:
            self._do(actor, options)
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal

    def _do(self, actor: Actor, options: dict[str, Any]) -> None:
        others = [self._found(actor, ref) for ref in options["compare"] or ()]
        if options["list"]:
            for run in runs_for(actor):
                self.stdout.write(_line(run))
        elif options["as_of"] is not None:
            if len(others) > 1:
                raise CommandError("With --as-of, compare with one run.")
            run = self._run(actor, _moment(options["as_of"]), options["engine"], options["rule"])
            if others:
                self._tell(compare_runs(actor, others[0], run))
        elif len(others) == 2:
            self._tell(compare_runs(actor, *others))
        else:
            raise CommandError("Give --as-of TIME, or --compare with two runs, or --list.")

    def _run(self, actor: Actor, as_of: datetime, engine: int, number: int | None) -> Run:
        rule = rule_for(actor, active_rule()[0] if number is None else number)
        run = start_run(actor, purpose=Run.Purpose.REMATCH, rule=rule, as_of=as_of, engine=engine)
        columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("scoring", total=None)
            carry_out(run.pk, lambda done, total: bar.update(task, completed=done, total=total))
        run.refresh_from_db()
        self.stdout.write(f"run        {run.ref}")
        self.stdout.write(f"collisions {run.scores.count()}")
        self.stdout.write(f"sha256     {bytes(run.result_sha256 or b'').hex()}")
        return run

    def _tell(self, found: Comparison) -> None:
        if found.is_equal:
            self.stdout.write("Equal, bit for bit.")
            return
        for reason, number in found.why.most_common():
            self.stdout.write(f"{number:>10}  {WHY[reason]}")
        raise CommandError(f"{found.differing} of {found.collisions} collisions differ.")

    def _found(self, actor: Actor, ref: str) -> Run:
        run = run_by_prefix(actor, ref)
        if run is None:
            raise CommandError(f"There is no run {ref}, or more than one begins so; --list shows them.")
        return run


def _line(run: Run) -> str:
    sha = bytes(run.result_sha256).hex()[:16] if run.result_sha256 else "-"
    state = "failed" if run.failed_at else "finished" if run.finished_at else f"{run.scored}/{run.total}"
    by = f"{run.purpose:<8} rule {run.rule.number:<4} engine {run.engine}"
    return f"{run.ref}  {by}  {run.as_of.isoformat()}  {state:<10} {sha}"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no time in ISO 8601, such as 2026-11-22T09:30:00+08:00.") from error
    return moment if moment.tzinfo else timezone.make_aware(moment)
