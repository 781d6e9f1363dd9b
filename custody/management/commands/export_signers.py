"""`manage.py export_signers --out signers.json`, then at every custodian `enrol --file signers.json`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from custody.services import registry
from kit.capabilities import Capability
from kit.errors import Refusal
from members.actors import system_actor


class Command(BaseCommand):
    """Writes the custodians' registry: public keys and caps, no secret."""

    help = "Write the file that custodians enrol from: every member's public keys and caps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("--out", type=Path, help="the file to write; standard output without it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the registry; a refusal is a sentence and exit code 1."""
        try:
            content = registry.signers(system_actor("export_signers", Capability.MANAGE_KEYS))
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        if options["out"]:
            options["out"].write_text(text, encoding="utf-8")
            self.stdout.write(f"{len(content['signers'])} signers, {len(content['revoked'])} revoked")
        else:
            self.stdout.write(text, ending="")
