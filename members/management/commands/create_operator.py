"""`manage.py create_operator`: the first sign-in of a fresh alliance, and every security and audit operator."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from kit.errors import Refusal
from members.roles import EXCLUSIVE_ROLES, Role
from members.services.host import appoint_operator


class Command(BaseCommand):
    """Invites an operator and prints the link, this once."""

    help = "Invite an operator; prints a link that works once and for 72 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The person, the role and, for the first operator, the operator's names."""
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=sorted(EXCLUSIVE_ROLES), default=Role.OPERATOR_SYSTEM.value)
        parser.add_argument("--organisation-zh", default="联盟运营方")
        parser.add_argument("--organisation-en", default="Alliance operator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite, or say what does not fit."""
        fields = {key: options[key] for key in ("name", "email", "role", "organisation_zh", "organisation_en")}
        try:
            invitation = appoint_operator(**fields)
        except Refusal as refusal:
            raise CommandError(f"{refusal.detail} {refusal.extras.get('errors', '')}") from refusal
        self.stdout.write(f"{settings.BASE_URL}{reverse('members:enrol')}#{invitation.code}")
