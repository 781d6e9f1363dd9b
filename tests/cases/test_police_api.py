"""What a member's system reads of the police, and answers them."""

import pytest
from django.urls import reverse

from cases.documents import today
from cases.models import EvidenceRequest, Place
from cases.services.measures import record_measure, release_measure
from cases.services.requests import request_evidence
from cases.services.status import set_status
from cases.services.units import enter_unit
from tests.cases import joint_case
from tests.cast import Cast, actor, api_client, token_of

pytestmark = pytest.mark.django_db


def test_a_member_reads_steps_released_measures_and_what_it_is_asked_for(cast: Cast) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document="受1", on=today())
    hidden = record_measure(officer, case.ref, kind="arrest", document="捕1", on=today(), name="钱大山")
    for bank in (cast.north, cast.south):
        request_evidence(officer, case.ref, to=bank.ref, document="调1", dated_on=today(), items="录音", due_on=today())
    client = api_client(token_of(cast.north))
    found = client.get(reverse("api:case-police", args=[case.ref])).json()
    (proceeding,) = found["proceedings"]
    assert proceeding["current"]["status"] == "accepted"
    assert proceeding["measures"] == []
    assert [one["items"] for one in found["requests"]] == ["录音"]
    release_measure(officer, case.ref, measure=hidden.ref)
    body = client.get(reverse("api:case-police", args=[case.ref])).content.decode()
    assert "捕1" in body
    assert "钱大山" not in body


def test_a_members_system_answers_what_it_is_asked_for_once(cast: Cast) -> None:
    case = joint_case(cast).case
    asked = request_evidence(
        actor(cast.police_officer),
        case.ref,
        to=cast.north.ref,
        document="调1",
        dated_on=today(),
        items="录音",
        due_on=today(),
    )
    address = reverse("api:request-answer", args=[case.ref, asked.ref])
    given = {"answer": "录音已过保存期", "refused": True}
    assert api_client(token_of(cast.south)).post(address, given, format="json").status_code == 404
    client = api_client(token_of(cast.north))
    assert client.post(address, given, format="json").json()["state"] == "refused"
    assert EvidenceRequest.objects.get().state == "refused"
    assert client.post(address, given, format="json").status_code == 409


def test_the_directory_and_the_suggestion_are_read(cast: Cast) -> None:
    case = joint_case(cast, police=False).case
    given = {
        "level": "city",
        "region": "330100",
        "region_name": "杭州",
        "jurisdictions": [("3301", ["other"]), ("33", ())],
    }
    enter_unit(actor(cast.operator_system), unit=cast.police.ref, **given)
    Place.objects.create(case=case, tie="act", region="330106", added_by=cast.north)
    client = api_client(token_of(cast.north))
    found = client.get(reverse("api:police-units")).json()["results"]
    entered = next(one for one in found if one["level"])
    assert entered["jurisdictions"] == [{"region": "33", "typologies": []}, {"region": "3301", "typologies": ["other"]}]
    (one,) = client.get(reverse("api:case-police-suggestions", args=[case.ref])).json()["results"]
    assert one["reference"] == str(cast.police.ref)
    assert one["reasons"]
