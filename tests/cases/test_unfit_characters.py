"""A character that no column takes is refused in words: it is nobody's fault but the sender's."""

import json
from http import HTTPStatus

import pytest
from django.test import Client

from cases.models import Place
from cases.words import checked_words
from kit.errors import Invalid
from tests.cases import Story, joint_case
from tests.cases.disclosing import given
from tests.cases.lockers import begin
from tests.cast import Cast, actor, api_client, client_of, token_of

pytestmark = pytest.mark.django_db
NUL = "\x00"
REFUSAL = json.dumps({"generation": 1, "fingerprint": NUL})


@pytest.fixture(name="story")
def _story(cast: Cast) -> Story:
    return joint_case(cast)


def _sent(client: Client, address: str, body: str) -> int:
    client.raise_request_exception = False
    return int(client.post(address, body, content_type="application/json").status_code)


def test_a_place_that_no_case_can_have_is_not_found(cast: Cast, story: Story) -> None:
    client = client_of(cast.north_analyst)
    client.raise_request_exception = False
    Place.objects.create(case=story.case, tie="act", region="310000", added_by=cast.north)
    address = f"/cases/{story.case.ref}/places/removal"
    for tie, region in ((NUL, "310000"), ("act", NUL)):
        assert client.post(address, {"tie": tie, "region": region}).status_code == HTTPStatus.NOT_FOUND
    client.post(address, {"tie": "act", "region": "310000"})
    assert not Place.objects.exists()


def test_a_fingerprint_that_no_key_has_is_malformed(cast: Cast, story: Story) -> None:
    portal, api = client_of(cast.north_analyst), api_client(token_of(cast.north))
    assert _sent(portal, f"/cases/{story.case.ref}/key-refusals.json", REFUSAL) == HTTPStatus.BAD_REQUEST
    assert _sent(api, f"/api/v1/cases/{story.case.ref}/key-refusals", REFUSAL) == HTTPStatus.BAD_REQUEST


def test_a_length_beyond_all_numbers_is_not_the_parts(cast: Cast, story: Story) -> None:
    north = actor(cast.north_analyst)
    address = f"/cases/{story.case.ref}/uploads/{begin(north, story.case.ref).version.ref}/parts/0"
    client = client_of(cast.north_analyst)
    client.raise_request_exception = False
    answer = client.generic("PUT", address, b"x", "application/octet-stream", CONTENT_LENGTH="9" * 5000)
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_a_check_by_a_key_that_cannot_be_is_malformed(cast: Cast, story: Story) -> None:
    one, _pair = given(cast, story)
    body = json.dumps({"fingerprint": NUL, "digest": "A" * 43, "epoch": 1})
    address = f"/cases/{story.case.ref}/disclosures/{one.ref}/check"
    assert _sent(client_of(one.asked_by or cast.police_officer), address, body) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("turned", ["\u202e", "\u202d", "\u2066", "\u2069"])
def test_no_text_of_a_case_turns_the_order_of_what_follows(turned: str) -> None:
    with pytest.raises(Invalid):
        checked_words(f"不予{turned}立案", "body", 100)
    assert checked_words("转账 12 笔\u200d", "body", 100)
