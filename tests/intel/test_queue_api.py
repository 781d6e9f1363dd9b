"""The queue by API: filters and order in the address, many references an act."""

from uuid import uuid4

import pytest
from django.utils import timezone

from intel.models import Party
from tests.cast import Cast, actor, api_client, token_of
from tests.intel.clues import file, row

COLLISIONS, TRIAGE = "/api/v1/collisions", "/api/v1/collisions/triage"


@pytest.fixture
def north(cast: Cast):
    return api_client(token_of(cast.north, ["collisions", "triage"]))


@pytest.fixture
def refs(cast: Cast):
    """References of three collisions of north and south, by falling score."""
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), *[row(f"v{n}") for n in range(3)], match=True)
    parties = list(Party.objects.filter(institution=cast.north))
    for place, party in enumerate(parties):
        Party.objects.filter(pk=party.pk).update(score=9000 - place * 1000)
    return [str(party.collision.ref) for party in parties]


def listed(client, **query: object) -> list[str]:
    answer = client.get(COLLISIONS, query)
    assert answer.status_code == 200, answer.content
    return [one["reference"] for one in answer.json()["results"]]


def test_a_row_says_where_it_stands(north, refs):
    found = north.get(COLLISIONS, {"order": "score"}).json()["results"][0]
    assert (found["score"], found["state"], found["status"], found["assignee"]) == (90.0, "open", "new", None)
    assert found["found_on"] == timezone.localdate().isoformat()
    assert found["due_on"] > found["found_on"]
    assert found["why"] == {"kinds": ["phone/1"], "proof": "reasonable", "is_victim": False}
    assert not [name for name in found if name.startswith("joined")]


def test_filters_and_order_stand_in_the_address(north, refs):
    assert listed(north, order="score") == refs
    assert sorted(listed(north)) == sorted(refs)
    assert listed(north, least=80, order="score") == refs[:2]
    assert listed(north, status="accepted") == []
    assert len(listed(north, assigned="nobody", state="open", kind="phone/1", circle="cards")) == 3
    assert sorted(listed(north, order="due")) == sorted(refs)
    assert len(listed(north, since=timezone.localdate().isoformat())) == 3
    first = north.get(COLLISIONS, {"order": "score", "limit": 2}).json()
    assert listed(north, order="score", limit=2, cursor=first["next_cursor"]) == refs[2:]


@pytest.mark.parametrize(
    "query",
    [{"order": "random"}, {"least": 101}, {"status": "x"}, {"due": "x"}, {"since": "soon"}, {"cursor": "x"}],
)
def test_a_filter_that_is_none_is_refused(north, query):
    assert north.get(COLLISIONS, query).status_code == 400


def test_one_act_is_for_many_and_safe_to_repeat(north, refs):
    body = {"references": [*refs, str(uuid4())], "act": "accept"}
    first, second = (north.post(TRIAGE, body, format="json") for _ in range(2))
    assert (sorted(first.json()["changed"]), first.json()["unchanged"]) == (sorted(refs), {"absent": 1})
    assert (second.json()["changed"], second.json()["unchanged"]) == ([], {"already": 3, "absent": 1})
    assert sorted(listed(north, status="accepted")) == sorted(refs)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"references": [], "act": "accept"},
        {"references": ["x"], "act": "accept"},
        {"references": [str(uuid4())], "act": "wake"},
        {"references": [str(uuid4())], "act": "reject"},
        {"references": [str(uuid4())], "act": "reject", "reason": "other", "note": "13812345678"},
        {"references": [str(uuid4())], "act": "snooze"},
        {"references": [str(uuid4()) for _ in range(201)], "act": "accept"},
    ],
)
def test_a_bad_request_is_refused(north, refs, body):
    assert north.post(TRIAGE, body, format="json").status_code == 400


def test_another_institutions_collisions_are_as_absent(cast, refs):
    stranger = api_client(token_of(cast.outsider))
    answers = [
        stranger.post(TRIAGE, {"references": some, "act": "accept"}, format="json") for some in (refs, [str(uuid4())])
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_reading_alone_does_not_triage(cast, refs):
    reader = api_client(token_of(cast.north, ["collisions"]))
    assert reader.post(TRIAGE, {"references": refs, "act": "accept"}, format="json").status_code == 403
