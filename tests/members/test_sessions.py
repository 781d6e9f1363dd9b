"""How long a session lasts, and what ends it."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members import sessions
from members.middleware import BACKGROUND
from members.models import Institution
from members.roles import Role
from members.services.institutions import suspend_institution
from members.services.users import change_roles, disable_user, enable_user
from tests.cast import PASSWORD, Cast, actor, client_of, totp_code, with_password, with_totp

HOME = "/members/whoami"


def alive(client: Client, **headers: str) -> bool:
    return client.get(HOME, headers=headers).status_code == 200


def reason() -> str:
    return Entry.objects.filter(kind="session.ended").latest("id").facts["reason"]


def test_fifteen_idle_minutes_end_it(cast: Cast) -> None:
    client, start = client_of(cast.north_analyst), timezone.now()
    with time_machine.travel(start + timedelta(minutes=14)):
        assert alive(client)
    with time_machine.travel(start + timedelta(minutes=28)):
        assert alive(client)
    with time_machine.travel(start + timedelta(minutes=44)):
        assert not alive(client)
    assert reason() == "idle"


def test_a_polling_page_keeps_nobody_signed_in(cast: Cast) -> None:
    client, start = client_of(cast.north_analyst), timezone.now()
    for minute in range(1, 15):
        with time_machine.travel(start + timedelta(minutes=minute)):
            assert alive(client, **{BACKGROUND: "1"})
    with time_machine.travel(start + timedelta(minutes=15)):
        assert not alive(client, **{BACKGROUND: "1"})


def test_eight_hours_end_it_however_busy(cast: Cast) -> None:
    client, start = client_of(cast.north_analyst), timezone.now()
    for minute in range(10, 480, 10):
        with time_machine.travel(start + timedelta(minutes=minute)):
            assert alive(client)
    with time_machine.travel(start + timedelta(hours=8)):
        assert not alive(client)
    assert reason() == "absolute"


def test_a_session_without_clocks_is_over(cast: Cast) -> None:
    client = Client()
    client.force_login(with_totp(cast.north_analyst), backend="members.backends.PeopleBackend")
    assert not alive(client)


@pytest.mark.parametrize(
    ("session", "verdict"),
    [
        ({}, "unknown"),
        ({sessions.STARTED: "soon", sessions.SEEN: 0}, "unknown"),
        ({sessions.STARTED: 0, sessions.SEEN: 900}, None),
        ({sessions.STARTED: 0, sessions.SEEN: 100}, "idle"),
        ({sessions.STARTED: -27_900, sessions.SEEN: 900}, "absolute"),
    ],
)
def test_over_says_why(session: dict[str, object], verdict: str | None) -> None:
    assert sessions.over(session, 1000, idle=900, absolute=28_800) == verdict


def test_the_fourth_session_ends_the_first(cast: Cast) -> None:
    user = with_totp(with_password(cast.north_analyst))
    clients = []
    start = timezone.now()
    for number in range(4):
        client = Client()
        with time_machine.travel(start + timedelta(seconds=31 * number), tick=False):
            client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
            client.post(reverse("mfa_authenticate"), {"code": totp_code(user)})
        clients.append(client)
    with time_machine.travel(start + timedelta(seconds=100)):
        assert [alive(client) for client in clients] == [False, True, True, True]
    assert UserSession.objects.filter(user=user).count() == 3
    assert reason() == "too_many"


def test_a_disabled_person_is_out_with_the_next_request(cast: Cast) -> None:
    client = client_of(cast.north_analyst)
    assert alive(client)
    disable_user(actor(cast.north_admin), cast.north_analyst.ref)
    assert not alive(client)
    enable_user(actor(cast.north_admin), cast.north_analyst.ref)
    assert alive(client_of(cast.north_analyst))


def test_people_of_a_suspended_institution_are_out_with_the_next_request(cast: Cast) -> None:
    clients = client_of(cast.north_analyst), client_of(cast.south_analyst)
    suspend_institution(actor(cast.operator_system), cast.north.ref)
    assert [alive(client) for client in clients] == [False, True]


def test_a_role_taken_away_is_gone_with_the_next_request(cast: Cast) -> None:
    client = client_of(cast.north_admin)
    second = cast.north_lead
    second.roles = [Role.INSTITUTION_ADMIN]
    second.save()
    assert client.get(reverse("members:users")).status_code == 200
    change_roles(actor(second), cast.north_admin.ref, roles=[Role.ANALYST])
    assert client.get(reverse("members:users")).status_code != 200


def test_signing_out_elsewhere_keeps_this_session(cast: Cast) -> None:
    user = with_totp(with_password(cast.north_analyst))
    here, there = Client(), Client()
    start = timezone.now()
    for number, client in enumerate((here, there)):
        with time_machine.travel(start + timedelta(seconds=31 * number), tick=False):
            client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
            client.post(reverse("mfa_authenticate"), {"code": totp_code(user)})
    with time_machine.travel(start + timedelta(seconds=60)):
        here.post(reverse("members:sessions-end"))
        assert alive(here)
        assert not alive(there)


def test_an_expired_session_sends_scripts_away_in_their_own_words(cast: Cast) -> None:
    client, start = client_of(cast.north_analyst), timezone.now()
    with time_machine.travel(start + timedelta(minutes=16)):
        assert client.get(HOME, headers={"HX-Request": "true"})["HX-Redirect"] == reverse("account_login")
        answer = client.get(HOME, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert client.get(HOME)["Location"] == f"{reverse('account_login')}?next={HOME}"


def test_a_sensitive_act_needs_a_fresh_proof(cast: Cast) -> None:
    client, start = client_of(with_password(cast.north_admin)), timezone.now()
    disable = reverse("members:user-disable", args=[cast.north_analyst.ref])
    with time_machine.travel(start + timedelta(minutes=6)):
        assert client.post(disable)["Location"].startswith(reverse("account_reauthenticate"))
        cast.north_analyst.refresh_from_db()
        assert cast.north_analyst.is_active
        client.post(f"{reverse('account_reauthenticate')}?next={disable}", {"password": PASSWORD, "next": disable})
    cast.north_analyst.refresh_from_db()
    assert not cast.north_analyst.is_active


def test_pages_are_not_kept_and_times_are_the_persons(cast: Cast) -> None:
    cast.north_analyst.timezone = "America/New_York"
    cast.north_analyst.save()
    answer = client_of(cast.north_analyst).get(reverse("members:profile"))
    assert answer["Cache-Control"] == "no-store"
    assert "America/New_York" in answer.content.decode()


def test_every_cookie_is_bound_to_the_host(cast: Cast) -> None:
    client = Client()
    client.get(reverse("account_login"))
    user = with_totp(with_password(cast.north_analyst))
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("set-language"), {"language": "en", "next": "/"})
    assert len(client.cookies) == 3
    for cookie in client.cookies.values():
        assert cookie.key.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        assert cookie["samesite"] in {"Lax", "Strict"}


def test_a_post_without_the_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_of(cast.north_admin).cookies
    for name in ("sessions-end", "user-invite", "credential-create", "profile"):
        answer = client.post(reverse(f"members:{name}"))
        assert answer.status_code == 403
        assert b"css/portal.css" in answer.content
        assert (
            client.post(reverse(f"members:{name}"), headers={"accept": "application/json"}).json()["code"]
            == "csrf_failed"
        )


def test_asking_too_often_is_answered_in_our_words(cast: Cast) -> None:
    client = client_of(with_password(cast.north_analyst))
    answers = [client.post(reverse("account_reauthenticate"), {"password": "x"}) for _attempt in range(11)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert b"css/portal.css" in answers[-1].content


def test_the_institution_kinds_of_the_cast_are_active(cast: Cast) -> None:
    assert set(Institution.objects.values_list("status", flat=True)) == {"active"}
