"""`manage.py load_lists DIRECTORY`: public block lists as institutions of a circle of their own, through the client."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.clients import ClientFailed
from demo.lists import CAST, LISTS, lists_plan
from demo.loading import NotMatched, load
from demo.places import Places

NAME = "lists"
EVERY = 50


class Command(BaseCommand):
    """Loads the lists once; the collisions must be the set intersections after normalising."""

    help = "Load public block lists, each as one institution, and compare the collisions with the set intersections."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        files = ", ".join(each.file for each in LISTS)
        parser.add_argument("directory", type=Path, help=f"where {files} lie")
        parser.add_argument("--every", type=int, default=EVERY, help="the review desk repeats one entry in so many")
        parser.add_argument("--most", type=int, help="at most so many entries of each list")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, compare, print; exit code 1 if the alliance's answer is not the intersection."""
        places = Places.here()
        try:
            self._load(places, **{name: options[name] for name in ("directory", "every", "most")})
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing.") from error
        except (ClientFailed, NotMatched, ValueError) as error:
            raise CommandError(str(error)) from error

    def _load(self, places: Places, *, directory: Path, every: int, most: int | None) -> None:
        fresh = {"observed_at": (datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)).isoformat()}
        facts = places.facts(NAME, fresh)
        if facts.get("checked"):
            self.stdout.write("  The lists are loaded, and the answer was checked then.")
            return
        observed_at = datetime.fromisoformat(facts["observed_at"])
        plan, refused = lists_plan(directory, every=every, observed_at=observed_at, most=most)
        self.stdout.write(f"  {len(plan.rows):,} entries, {refused} that are neither a host nor an address")
        found = load(CAST, NAME, plan, places, self.stdout.write)
        self.stdout.write(
            f"  {found.expected:,} values in two lists or more, {found.found:,} collisions, "
            f"{found.missing} missing, {found.surplus} too many"
        )
        if not found.is_exact:
            raise CommandError("The alliance's collisions are not the intersections of the lists.")
        places.mark_checked(NAME)
