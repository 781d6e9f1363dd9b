"""The pages of sign-in itself: each loads, in our looks, without an inline script."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast, client_of, with_password, with_totp

INLINE = re.compile(rb"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son\w+=|\sstyle=|<style")
SIGNED_IN = ["account_reauthenticate", "account_change_password", "account_logout", "mfa_index", "mfa_reauthenticate",
             "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
             "members:profile", "members:whoami"]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", SIGNED_IN)
def test_a_signed_in_person_reaches_it(cast: Cast, name: str, language: str) -> None:
    cast.north_analyst.locale = language
    answer = client_of(with_password(cast.north_analyst)).get(reverse(name))
    assert answer.status_code == 200
    assert b"css/portal.css" in answer.content
    assert INLINE.search(answer.content) is None


@pytest.mark.parametrize("name", ["account_login", "members:enrol"])
def test_anybody_reaches_it(client: Client, db: None, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert INLINE.search(answer.content) is None


def test_the_second_step_of_signing_in_loads(cast: Cast, client: Client) -> None:
    user = with_totp(with_password(cast.north_analyst))
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    answer = client.get(reverse("mfa_authenticate"))
    assert answer.status_code == 200
    assert INLINE.search(answer.content) is None


def test_enrolment_shows_a_picture_to_scan(cast: Cast, client: Client) -> None:
    user = with_password(cast.north_analyst)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    answer = client.get(reverse("mfa_activate_totp"))
    assert b"data:image/svg+xml;base64" in answer.content
    assert INLINE.search(answer.content) is None
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def test_a_passkey_login_begins_without_a_session(client: Client, db: None) -> None:
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert "challenge" in answer.json()["request_options"]["publicKey"]
