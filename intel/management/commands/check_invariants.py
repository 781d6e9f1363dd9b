"""`manage.py check_invariants`: what must hold after every fault."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from intel.services.invariants import violations


class Command(BaseCommand):
    """Prints each broken promise and exits 1, or says that all hold."""

    help = "Check what must always hold: submissions, collisions against the oracle, waits, audit entries, counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long a submission may wait for its worker."""
        parser.add_argument("--pending-limit", type=int, default=60, metavar="SECONDS")

    def handle(self, *args: object, pending_limit: int, **options: object) -> None:
        """Check once."""
        found = violations(pending_limit=timedelta(seconds=pending_limit))
        for violation in found:
            self.stderr.write(f"{violation.promise}: {violation.count}, for example {violation.example}")
        if found:
            raise CommandError(f"{len(found)} promises are broken.")
        self.stdout.write("All invariants hold.")
