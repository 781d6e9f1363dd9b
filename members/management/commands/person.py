"""`manage.py person renew|disable EMAIL`: for people no admin of the portal may help or stop."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from kit.errors import Refusal
from members.services.host import disable_person, renew_person


class Command(BaseCommand):
    """Renews an invitation, or shuts a person out."""

    help = "renew: password, factors and sessions go, a new link comes. disable: the person is out at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and to whom."""
        parser.add_argument("act", choices=["renew", "disable"])
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        try:
            if options["act"] == "disable":
                disable_person(email=options["email"])
                return
            invitation = renew_person(email=options["email"])
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{settings.BASE_URL}{reverse('members:enrol')}#{invitation.code}")
