"""`manage.py load_demo`: bring up the demo alliance through the members' own clients, and check its answer."""

import logging
from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alliance_client.rows import CHINA
from custody.daemon.state import write_private
from demo import answer, joint, listing, roster
from demo.clients import ClientFailed
from demo.loading import NotMatched, load, make_world
from demo.places import Places
from demo.plan import CLUES, SEED, make_plan
from demo.plan.listed import still_expected

NAME = "demo"
SHOWN = ("jianglan-bank", "shuochuan-bank")
"""The two banks whose sign-ins are printed; the others stand in the file."""


class Command(BaseCommand):
    """Loads the demo once; run again it goes on where it was, and finds nothing to do when all is there."""

    help = "Load the demo alliance through the members' clients and compare its collisions with the plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--clues", type=int, default=CLUES, help=f"how many clues (default: {CLUES:,})")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed is another plan")
        parser.add_argument(
            "--world-only", action="store_true", help="make institutions and people, no keys and no clues"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, compare, print; exit code 1 if the alliance's answer is not the plan's."""
        # What joins of circles enqueue is the worker's log to tell, not the progress of a loading.
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        places = Places.here()
        try:
            self._load(places, options)
        except (ClientFailed, NotMatched, listing.NotApplied, joint.NothingShared, ValueError) as error:
            raise CommandError(str(error)) from error
        write_private(places.sign_ins, _sign_ins(places))
        self.stdout.write(places.sign_ins.read_text(encoding="utf-8"))

    def _load(self, places: Places, options: dict[str, Any]) -> None:
        if options["world_only"]:
            make_world(roster.DEMO, places, self.stdout.write)
            return
        yesterday = (datetime.now(CHINA) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        fresh = {"seed": options["seed"], "clues": options["clues"], "until": yesterday.isoformat()}
        facts = places.facts(NAME, fresh)
        if facts.get("checked"):
            make_world(roster.DEMO, places, self.stdout.write)
            self.stdout.write("  The demo is loaded, and its answer was checked then.")
            return
        until = datetime.fromisoformat(facts["until"])
        plan = make_plan(seed=facts["seed"], clues=facts["clues"], until=until)
        # A run that broke off after the list took force finds the hotlines' collisions gone already.
        wanted = still_expected(plan.expected) if listing.is_in_force() else plan.expected
        found = load(roster.DEMO, NAME, replace(plan, expected=wanted), places, self.stdout.write)
        gangs = sum(story.is_gang and story.shape != "sisters" for story in plan.stories)
        self.stdout.write(
            f"  {found.expected:,} collisions planned ({gangs} gangs and everyday noise), {found.found:,} found, "
            f"{found.missing} missing, {found.surplus} too many"
        )
        if not found.is_exact:
            raise CommandError("The alliance's collisions are not those of the plan.")
        listing.put_in_force(places, self.stdout.write)
        left = answer.compare(roster.DEMO, still_expected(plan.expected))
        self.stdout.write(
            f"  {found.found - left.found:,} collisions of public hotlines ended; {left.found:,} are left, "
            f"{left.missing} missing, {left.surplus} too many"
        )
        if not left.is_exact:
            raise CommandError("The warning list did not end exactly the collisions of what it names.")
        joint.work_on_case(places, self.stdout.write)
        places.mark_checked(NAME)


def _sign_ins(places: Places) -> str:
    """How to sign in: the two banks that are shown, and everybody who is no member."""
    rows = [line.split("\t") for line in places.logins.read_text(encoding="utf-8").splitlines()]
    shown = {*SHOWN, *(office.code for office in roster.OFFICES)}
    lines = ["", "Sign in with e-mail and password, then the code that `scripts/code EMAIL` shows:"]
    for role, email, password, institution in rows:
        if email.partition("@")[2].removesuffix("." + roster.MAIL_DOMAIN) in shown:
            lines.append(f"  {role:<17}  {email:<37}  {password:<22}  {institution}")
    lines.append(f"All {len(rows)} sign-ins: {places.logins}")
    lines.append(f"What would lie on the members' own machines: {places.members}")
    return "\n".join(lines) + "\n"
