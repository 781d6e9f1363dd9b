"""The front door: password, second factor, locks, and what the record says about each attempt."""

import time
from collections import Counter

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from members.models import Mark, User
from members.roles import Role
from members.services.invitations import invite_user
from members.services.users import disable_user
from tests.cast import PASSWORD, Cast, actor, client_of, totp_code, with_password, with_totp

HOME = "/members/whoami"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


@pytest.fixture
def nora(cast: Cast) -> User:
    return with_totp(with_password(cast.north_analyst))


def signed_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def refusals() -> Counter[str]:
    return Counter(entry.facts["reason"] for entry in Entry.objects.filter(kind="session.refused"))


def test_a_password_alone_opens_nothing(client: Client, nora: User) -> None:
    answer = sign_in(client, nora.email)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)


def test_password_and_code_open_the_portal(client: Client, nora: User) -> None:
    sign_in(client, nora.email)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(nora)})
    assert signed_in(client)
    entry = Entry.objects.get(kind="session.started")
    assert (entry.subject, entry.facts) == (str(nora.ref), {"address": "127.0.0.1", "by": "password"})


def test_a_code_works_once(nora: User) -> None:
    code = totp_code(nora)
    for client, opens in ((Client(), True), (Client(), False)):
        sign_in(client, nora.email)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client) is opens
    assert refusals() == {"code": 1}


def test_the_session_key_changes_when_the_session_gets_its_rights(client: Client, nora: User) -> None:
    sign_in(client, nora.email)
    before = client.cookies["__Host-session"].value
    client.post(reverse("mfa_authenticate"), {"code": totp_code(nora)})
    after = client.cookies["__Host-session"].value
    assert before != after
    stolen = Client()
    stolen.cookies["__Host-session"] = before
    assert not signed_in(stolen)


@pytest.mark.django_db(transaction=True)
def test_enrolling_a_second_factor_changes_the_session_key(cast: Cast, client: Client) -> None:
    user = with_password(cast.north_analyst)
    sign_in(client, user.email)
    before = client.cookies["__Host-session"].value
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time() // 30)))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert client.cookies["__Host-session"].value != before
    assert signed_in(client)
    assert Entry.objects.filter(kind="mfa.enrolled", subject=str(user.ref), facts={"type": "totp"}).exists()


def test_seeds_lie_sealed_in_the_database(nora: User, client: Client) -> None:
    codes = RecoveryCodes.activate(nora)
    stored = [str(row.data) for row in Authenticator.objects.filter(user=nora)]
    assert len(stored) == 2
    for row in Authenticator.objects.filter(user=nora):
        sealed = row.data.get("secret") or row.data.get("seed")
        assert decrypt(sealed) not in str(row.data)
    assert not any(code in text for code in codes.generate_codes() for text in stored)


@pytest.mark.parametrize("page", ["members:users", "members:whoami", "members:profile", "mfa_view_recovery_codes"])
def test_without_a_second_factor_only_the_enrolment_is_reachable(cast: Cast, client: Client, page: str) -> None:
    sign_in(client, with_password(cast.north_admin).email)
    assert client.get(reverse(page))["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_without_a_second_factor_the_actor_may_do_nothing(cast: Cast, client: Client, rf) -> None:
    sign_in(client, with_password(cast.north_admin).email)
    answer = client.post(reverse("set-language"), {"language": "en", "next": "/"})
    assert answer.wsgi_request.actor.capabilities == frozenset()


def test_after_five_wrong_passwords_the_right_one_fails_too(nora: User, cast: Cast) -> None:
    for _attempt in range(200):
        sign_in(Client(), nora.email, "wrong horse battery staple")
        if _attempt == 20:
            # The address is not what locks here: it is moved on, as an attacker would.
            Mark.objects.filter(key__contains=":ip:").delete()
    client = Client()
    assert sign_in(client, nora.email).status_code == 200
    assert not signed_in(client)
    assert refusals().total() == 201
    assert refusals()["password"] == 5
    Mark.objects.filter(key__contains=":ip:").delete()
    other = with_totp(with_password(cast.south_analyst))
    client = Client()
    sign_in(client, other.email)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(other)})
    assert signed_in(client)


def test_an_address_is_locked_whatever_x_forwarded_for_says(cast: Cast, nora: User) -> None:
    for number in range(30):
        header = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"}
        sign_in(Client(), f"nobody{number}@north-bank.example", "wrong horse battery staple", **header)
    assert sign_in(Client(), nora.email, HTTP_X_FORWARDED_FOR="203.0.113.200")["Content-Type"].startswith("text/html")
    assert refusals() == {"password": 30, "locked": 1}
    assert sign_in(Client(), nora.email, REMOTE_ADDR="198.51.100.7")["Location"] == reverse("mfa_authenticate")


def test_a_right_sign_in_does_not_free_an_address_that_tried_others(cast: Cast, nora: User) -> None:
    for number in range(29):
        sign_in(Client(), f"nobody{number}@north-bank.example", "wrong horse battery staple")
    client = Client()
    sign_in(client, nora.email)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(nora)})
    assert signed_in(client)
    sign_in(Client(), "nobody29@north-bank.example", "wrong horse battery staple")
    sign_in(Client(), "nobody30@north-bank.example", "wrong horse battery staple")
    assert refusals() == {"password": 30, "locked": 1}


def test_a_wrong_code_counts_towards_a_lock(nora: User) -> None:
    client = Client()
    sign_in(client, nora.email)
    for _attempt in range(7):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": totp_code(nora)})
    assert not signed_in(client)
    assert refusals() == {"code": 5, "locked": 3}


def test_an_unknown_address_a_wrong_password_and_a_disabled_person_look_alike(nora: User, cast: Cast) -> None:
    disabled = with_password(cast.north_lead)
    disable_user(actor(cast.north_admin), disabled.ref)
    attempts = [(nora.email, "wrong horse battery staple"), ("nobody@x.example", PASSWORD), (disabled.email, PASSWORD)]
    pages = []
    for email, password in attempts:
        answer = sign_in(Client(), email, password)
        pages.append((answer.status_code, [str(error) for error in answer.context["form"].non_field_errors()]))
    assert pages[0] == pages[1] == pages[2]


def test_every_wrong_attempt_costs_one_hash(nora: User, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counted(self, *args, _real=real, _name=name, **kwargs):
            hashed.append(_name)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    invited = invite_user(actor(cast.north_admin), email="i@north.example", name="I", roles=[Role.ANALYST])
    for email in (nora.email, "nobody@x.example", invited.email):
        hashed.clear()
        sign_in(Client(), email, "wrong horse battery staple")
        assert len(hashed) == 1


def test_an_unknown_address_is_not_kept_because_it_may_be_a_password(client: Client, db: None) -> None:
    sign_in(client, "my.secret.password@typo.example", "x")
    entry = Entry.objects.get(kind="session.refused")
    assert entry.subject == "unknown"
    assert "secret" not in str(entry.facts)


def test_signing_out_is_recorded_and_ends_the_session(nora: User) -> None:
    client = client_of(nora)
    key = client.cookies["__Host-session"].value
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["__Host-session"] = key
    assert not signed_in(stolen)
    assert Entry.objects.get(kind="session.ended").facts == {"reason": "signed_out"}


def test_nobody_signs_up_and_no_password_comes_by_mail(client: Client, db: None) -> None:
    for path in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/accounts/3rdparty/"):
        assert client.get(path).status_code == 404


def test_a_new_password_ends_every_other_session(nora: User) -> None:
    here, elsewhere = client_of(nora), client_of(nora)
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another fine battery", "password2": "another fine battery"},
    )
    assert signed_in(here)
    assert not signed_in(elsewhere)
    assert Entry.objects.filter(kind="password.changed", subject=str(nora.ref)).count() == 1
