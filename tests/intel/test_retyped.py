"""Finding one's own value again by its digest, and learning nothing else by asking."""

import pytest
from django.urls import reverse

from intel.queries.collisions import collisions_for
from intel.queries.retyped import retyped_for
from kit.errors import Forbidden
from privacy.encoding import unb64
from tests.cast import Cast, actor, client_of
from tests.intel.clues import EPOCH, digest, file, row


def ask(who, value: str, kind: str = "phone/1"):
    return retyped_for(who, kind=kind, digest=unb64(digest(value, kind), "digest", 32), epoch=EPOCH)


def test_a_retyped_value_opens_its_collision_and_the_own_clues(cast: Cast):
    north, south = actor(cast.north_analyst), actor(cast.south_analyst)
    file(north, row("shared", own_reference="N-1"), row("alone"), match=True)
    file(south, row("shared", own_reference="S-1"), match=True)
    found = ask(north, "shared")
    assert list(found.collisions) == [one.ref for one in collisions_for(north).rows]
    assert [clue.own_reference for clue in found.clues] == ["N-1"]


def test_what_only_others_filed_is_not_found(cast: Cast):
    file(actor(cast.south_analyst), row("theirs"), match=True)
    found = ask(actor(cast.north_analyst), "theirs")
    assert (list(found.collisions), list(found.clues)) == ([], [])


def test_the_same_digest_under_another_kind_is_not_found(cast: Cast):
    north = actor(cast.north_analyst)
    file(north, row("value"), match=True)
    assert list(retyped_for(north, kind="qq/1", digest=unb64(digest("value"), "digest", 32), epoch=EPOCH).clues) == []


def test_a_withdrawn_clue_is_not_found(cast: Cast):
    client, north = client_of(cast.north_analyst), actor(cast.north_analyst)
    file(north, row("mistake"), match=True)
    (clue,) = ask(north, "mistake").clues
    client.post(reverse("intel:clue-withdraw", args=[clue.ref]))
    assert list(ask(north, "mistake").clues) == []


@pytest.mark.parametrize("who", ["regulator_reader", "operator_system", "police_officer", "north_admin"])
def test_nobody_but_an_analyst_asks(cast: Cast, who: str):
    with pytest.raises(Forbidden):
        ask(actor(getattr(cast, who)), "value")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kind":"phone/1","digest":"short","epoch":1}',
        b'{"kind":"nothing/1","digest":"' + b"A" * 43 + b'","epoch":1}',
        b'{"kind":"phone/1","digest":"' + b"A" * 43 + b'","epoch":"1"}',
    ],
)
def test_a_malformed_question_is_refused(cast: Cast, body: bytes):
    answer = client_of(cast.north_analyst).post(
        reverse("intel:find"), body, content_type="application/json", headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
