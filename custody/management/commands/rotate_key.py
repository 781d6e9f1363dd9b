"""`manage.py rotate_key note --begin`, restart the platform, `--reseal`, `--finish k1`, restart again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from custody.services import keyfile, rotation
from kit.capabilities import Capability
from kit.errors import Refusal
from members.actors import system_actor


class Command(BaseCommand):
    """Rotates a server key in the key file, around the job that seals stored values again."""

    help = (
        "Rotate a server key: --begin adds an id, --reseal moves stored values to it, --finish ID removes an old one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("name", choices=sorted(keyfile.ROTATED))
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument("--begin", action="store_true")
        step.add_argument("--reseal", action="store_true")
        step.add_argument("--finish", metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run one step; a refusal is a sentence and exit code 1."""
        actor = system_actor("rotate_key", Capability.MANAGE_KEYS)
        name = options["name"]
        try:
            if options["begin"]:
                key_id = rotation.begin_rotation(actor, name=name)
                self.stdout.write(f"{name} {key_id} is current. Restart the platform's processes, then --reseal.")
            elif options["reseal"]:
                self.stdout.write(f"{rotation.reseal(actor, name=name)} values sealed with the current {name} key.")
            else:
                rotation.finish_rotation(actor, name=name, key_id=options["finish"])
                self.stdout.write(f"{name} {options['finish']} is gone. Restart the platform's processes.")
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
