"""`manage.py rule`: the scoring rules on record, and the parameters of one. Proposing and deciding takes two people."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intel.queries.runs import rule_for, rules_for
from intel.services.rules import changes
from intel.services.scoring import active_rule
from kit.capabilities import Capability
from kit.errors import NotFound
from members.actors import system_actor


class Command(BaseCommand):
    """Reads only: no host command changes a rule, so that none is changed by one person."""

    help = "List the scoring rules, or print the parameters of one; with --against, only what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("number", type=int, nargs="?", help="print the parameters of this rule")
        parser.add_argument("--against", type=int, metavar="NUMBER", help="only what differs from that rule")

    def handle(self, *_args: Any, number: int | None, against: int | None, **_options: Any) -> None:
        """Print."""
        actor = system_actor("rule", Capability.MANAGE_RULES)
        active_rule()
        try:
            if number is None:
                for rule in rules_for(actor):
                    self.stdout.write(f"{rule.number:>4}  {rule.state:<9} {rule.proposed_at:%Y-%m-%d}  {rule.reason}")
                return
            rule = rule_for(actor, number)
            shown = rule.parameters if against is None else changes(rule_for(actor, against), rule)
        except NotFound as error:
            raise CommandError("There is no such rule; without a number, all are listed.") from error
        self.stdout.write(json.dumps(shown, indent=2))
