"""Cases by the API: a member's system reads them, opens one and adds to it; the rest takes a lead in the portal."""

import uuid

import pytest

from cases.models import Case
from cases.services.invitations import invite_member
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, api_client, token_of
from tests.intel import clues

pytestmark = pytest.mark.django_db
CASES = "/api/v1/cases"


def test_a_system_lists_and_reads_the_cases_of_its_institution(cast: Cast) -> None:
    story = joint_case(cast)
    for institution, leads in ((cast.north, True), (cast.south, False)):
        client = api_client(token_of(institution, ["cases", "collisions"]))
        [row] = client.get(CASES).json()["results"]
        assert (row["reference"], row["is_lead"], row["participants"]) == (str(story.case.ref), leads, 3)
        found = client.get(f"{CASES}/{story.case.ref}").json()
        assert found["title"] == "代理维权团伙"
        assert [one["collision"] for one in found["items"]] == [str(story.collision)]
        assert {one["part"] for one in found["participating"] if not one["is_police"]} == {"lead", "disclose"}
    reader = api_client(token_of(cast.north, ["cases"]))
    assert reader.get(f"{CASES}/{story.case.ref}").json()["items"][0]["collision"] is None


def test_an_outsider_and_a_removed_one_get_the_bytes_of_an_absent_case(cast: Cast) -> None:
    case = joint_case(cast).case
    remove(case, cast.south)
    for institution in (cast.south, cast.outsider):
        client = api_client(token_of(institution))
        assert client.get(CASES).json() == {"results": [], "next_cursor": ""}
        answers = [client.get(f"{CASES}/{ref}") for ref in (case.ref, uuid.uuid4())]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_a_system_opens_a_case_and_adds_to_it(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    client = api_client(token_of(cast.north, ["cases", "collisions"]))
    body = {"title": "二号案", "typology": "other", "collisions": [str(story.collision)]}
    answer = client.post(CASES, body, format="json")
    assert answer.status_code == 201, answer.content
    case = Case.objects.get(ref=answer.json()["reference"])
    assert case.lead == cast.north
    for user in (cast.north_analyst, cast.south_analyst):
        clues.file(actor(user), clues.row("second"), match=True)
    [second] = [
        one["reference"]
        for one in client.get("/api/v1/collisions").json()["results"]
        if one["reference"] != str(story.collision)
    ]
    for added in (1, 0):
        answer = client.post(f"{CASES}/{case.ref}/collisions", {"collisions": [second]}, format="json")
        assert answer.json() == {"added": added}
    assert client.post(CASES, {**body, "title": "13800138000"}, format="json").status_code == 400
    assert client.post(CASES, {**body, "collisions": [str(uuid.uuid4())]}, format="json").status_code == 404
    assert api_client(token_of(cast.north, ["cases"])).post(CASES, body, format="json").status_code == 403


def test_a_closed_case_shows_on_demand_and_an_invitation_is_listed(cast: Cast) -> None:
    case = joint_case(cast, south=False).case
    south = api_client(token_of(cast.south, ["cases"]))
    assert south.get("/api/v1/invitations").json() == {"results": []}
    sent = invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read")
    [row] = south.get("/api/v1/invitations").json()["results"]
    assert (row["reference"], row["part"]) == (str(sent.ref), "read")
    assert "title" not in row
    Case.objects.update(state="closed", closed_at=case.opened_at)
    north = api_client(token_of(cast.north, ["cases"]))
    assert north.get(CASES).json()["results"] == []
    assert len(north.get(CASES, {"state": "closed"}).json()["results"]) == 1
    assert len(north.get(CASES, {"state": "all", "led": "own"}).json()["results"]) == 1
    assert north.get(CASES, {"state": "none"}).status_code == 400


@pytest.mark.parametrize("address", ["nothing-here", "tasks/", "docs/"])
def test_an_unknown_address_of_the_api_is_a_problem_and_no_page(cast: Cast, address: str) -> None:
    for client in (api_client(token_of(cast.north, ["cases"])), api_client("")):
        refused = client.get(f"/api/v1/{address}")
        assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
        assert refused.json()["code"] == "not_found"


def test_the_errors_of_fields_are_in_the_readers_language(cast: Cast) -> None:
    client = api_client(token_of(cast.north, ["cases"]))
    told = []
    for language in ("zh-Hans", "en"):
        sent = {"customers": [{"own_reference": "13800138000"}]}
        url = f"{CASES}/{joint_case(cast).case.ref}/victims"
        refused = client.post(url, sent, content_type="application/json", headers={"Accept-Language": language})
        problem = refused.json()
        assert problem["errors"]["own_reference"] == [problem["detail"]]
        told.append(problem["detail"])
    assert told[0].startswith("本机构系统中的编号")
    assert told[1].startswith("1 to 64 characters")
