"""Disclosures by a member's own systems: asked for, proposed, opened with a credential; approved by a person alone."""

import orjson
import pytest
from django.urls import reverse

from cases.models import Disclosure, Unmasking
from cases.services.disclosures import approve_disclosure
from members.roles import Scope
from privacy import hpke
from privacy.encoding import b64, unb64
from tests.cases import Story
from tests.cases.disclosing import CANARY, day, part_of, publish, sealed
from tests.cast import Cast, actor, api_client, token_of
from tests.intel import clues

pytestmark = pytest.mark.django_db


def address(name: str, story: Story, one: Disclosure | None = None) -> str:
    return reverse(f"api:{name}", kwargs={"ref": story.case.ref, **({"disclosure": one.ref} if one else {})})


def test_a_value_goes_from_one_system_to_another_and_a_person_approves(cast: Cast, story: Story) -> None:
    north, south = (api_client(token_of(one)) for one in (cast.north, cast.south))
    pair = publish(cast.south)
    (wanted,) = south.get(address("disclosures-askable", story)).json()["results"]
    assert (wanted["holder"], wanted["kind"]) == (str(part_of(story.case, cast.north).ref), "phone/1")
    ground = {"basis": "duty", "reference": "反电诈法第26条", "purpose": "核对号码", "until": f"{day()}"}
    body = {"item": wanted["item"], "holder": wanted["holder"], **ground}
    assert south.post(address("disclosures", story), body, format="json").status_code == 201
    one = Disclosure.objects.get()
    found = north.get(address("disclosure", story, one)).json()
    assert ([key["fingerprint"] for key in found["recipients"]], found["may"]) == ([pair.key.fingerprint], ["propose"])
    assert south.get(address("disclosure", story, one)).json()["recipients"] == []
    made = sealed(one, pair)
    seals = [{"key": str(key), "sealed": b64(blob)} for key, blob in made.seals.items()]
    handed = {"digest": b64(made.digest), "epoch": 1, "commitment": b64(made.commitment), "seals": seals}
    assert north.post(address("disclosure-propose", story, one), handed, format="json").status_code == 204
    approve_disclosure(actor(cast.north_lead), case=story.case.ref, ref=one.ref)
    said = {"fingerprint": pair.key.fingerprint, "reason": "核对"}
    given = south.post(address("disclosure-unmask", story, one), said, format="json").json()
    blob = unb64(given["sealed"], "sealed")
    plain = orjson.loads(hpke.open_sealed(pair.private, blob, place="disclosure", ref=str(one.ref)))
    assert plain["value"] == "shared"
    check = {"fingerprint": pair.key.fingerprint, "digest": clues.digest("shared"), "epoch": 1}
    assert south.post(address("disclosure-check", story, one), check, format="json").json() == {"matches": True}
    assert Unmasking.objects.get().user is None
    (row,) = north.get(reverse("api:ledger")).json()["results"]
    assert (row["was_given"], row["matches"], row["disclosure"]["unmaskings"]) == (True, True, 1)
    assert south.delete(address("disclosure", story, one)).status_code == 204
    assert south.post(address("disclosure-unmask", story, one), said, format="json").status_code == 409


def test_a_credential_of_another_scope_passes_nowhere(cast: Cast, story: Story) -> None:
    other = api_client(token_of(cast.north, [scope for scope in Scope.values if scope != Scope.CASES]))
    assert other.get(address("disclosures", story)).status_code == 403
    assert other.get(reverse("api:ledger")).status_code == 403


def test_a_value_that_is_sent_by_mistake_is_refused_and_not_repeated(cast: Cast, story: Story) -> None:
    north = api_client(token_of(cast.north))
    one = Disclosure.objects.create(
        case=story.case,
        collision=story.item,
        asker=cast.south,
        holder=cast.north,
        basis="duty",
        purpose=b"",
        until=day(),
    )
    for body in ({"value": CANARY}, {"digest": CANARY, "epoch": 1, "commitment": "", "seals": []}, [CANARY]):
        answer = north.post(address("disclosure-propose", story, one), body, format="json")
        assert answer.status_code == 400
        assert CANARY not in answer.content.decode()
