"""What only the host's command line does, and the hourly housekeeping."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members.models import Institution, Mark, User
from members.services.invitations import take_invitation
from members.tasks import forget_expired
from tests.cast import PASSWORD, Cast, client_of, totp_code, with_password, with_totp

STRONG = "seven green bicycles"


def test_a_fresh_alliance_gets_its_first_operator(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_operator", "first@operator.example", "--name", "First Operator")
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://localhost:8000/members/enrol#")
    user = take_invitation(code=link.partition("#")[2], password=STRONG)
    assert (user.roles, user.institution.kind) == (["operator_system"], "operator")
    assert [e.kind for e in Entry.objects.order_by("id")] == ["institution.created", "user.invited", "user.enrolled"]
    assert Entry.objects.earliest("id").actor == "system:host"


def test_the_other_operators_join_the_same_institution(cast: Cast) -> None:
    call_command("create_operator", "s@operator.example", "--name", "S", "--role", "operator_security")
    assert User.objects.get(email="s@operator.example").institution == cast.operator
    assert Institution.objects.filter(kind="operator").count() == 1


def test_it_says_what_does_not_fit(cast: Cast) -> None:
    with pytest.raises(CommandError, match="email"):
        call_command("create_operator", cast.north_analyst.email, "--name", "Twin")
    with pytest.raises(CommandError):
        call_command("person", "renew", "nobody@x.example")


def test_an_only_admin_who_lost_the_device_begins_anew(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("person", "renew", cast.north_admin.email)
    take_invitation(code=capsys.readouterr().out.strip().partition("#")[2], password=STRONG)


def test_a_security_operator_can_be_stopped(cast: Cast) -> None:
    client = client_of(cast.operator_security)
    call_command("person", "disable", cast.operator_security.email)
    assert client.get(reverse("members:whoami")).status_code == 302
    with pytest.raises(CommandError):
        call_command("person", "disable", cast.operator_security.email)


def test_housekeeping_forgets_what_is_over_and_keeps_what_lives(cast: Cast) -> None:
    user, client = with_totp(with_password(cast.north_analyst)), Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": totp_code(user)})
    cache.set("old", 1, 1)
    forget_expired()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    with time_machine.travel(timezone.now() + timedelta(hours=9)):
        forget_expired()
    assert (Session.objects.count(), UserSession.objects.count(), Mark.objects.count()) == (0, 0, 0)
