"""What comes in place of a passkey's answer is refused like a wrong one, and is on the record."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from tests.cast import Cast, client_of

ANSWER = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {
    "clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "MQ"}}  # fmt: skip
ODD = {
    "no JSON": "x",
    "deep": "[" * 100_000,
    "half a surrogate pair": '{"id": "\\ud800"}',
    "another type": "[]",
    "numbers for texts": json.dumps({**ANSWER, "id": 5, "rawId": [], "response": {"clientDataJSON": 5}}),
    "text for an object": json.dumps({**ANSWER, "response": "x"}),
    "no user": json.dumps({**ANSWER, "response": {**ANSWER["response"], "userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}),
    "nobody's": json.dumps(ANSWER),
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_odd_answer_is_a_wrong_one(cast: Cast, answer: str) -> None:
    stranger, address = Client(), reverse("mfa_login_webauthn")
    stranger.get(address, headers={"accept": "application/json", "x-requested-with": "XMLHttpRequest"})
    assert stranger.post(address, {"credential": answer})["Location"] == reverse("account_login")
    assert "_auth_user_id" not in stranger.session
    person = client_of(cast.north_analyst)
    assert person.post(reverse("mfa_add_webauthn"), {"name": "Mine", "credential": answer}).status_code == 200


def test_a_refused_passkey_is_on_the_record(db: None) -> None:
    Client().post(reverse("mfa_login_webauthn"), {"credential": json.dumps(ANSWER)})
    entry = Entry.objects.get(kind="session.refused")
    assert (entry.subject, entry.facts["reason"]) == ("unknown", "passkey")
