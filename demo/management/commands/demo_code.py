"""`manage.py demo_code EMAIL`: the code that a demo person's authenticator app shows now."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from demo import people


class Command(BaseCommand):
    """Plays the authenticator app of the demo's people; real people's apps are on their own phones."""

    help = "Show the current one-time code of a sign-in of the demo alliance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Django's hook."""
        parser.add_argument("email", help="the sign-in, as load_demo printed it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the code, and on standard error how long it is good for."""
        try:
            code, left = people.code_of(options["email"])
        except Authenticator.DoesNotExist:
            raise CommandError("No person of the demo has this address and an authenticator app.") from None
        self.stdout.write(code)
        self.stderr.write(f"good for {left} s, once", self.style.NOTICE)
