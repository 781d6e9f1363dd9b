"""The work in a case over the API, as the portal has it."""

import pytest
from rest_framework.test import APIClient

from tests.cases import Story, remove
from tests.cast import Cast, api_client, token_of

pytestmark = pytest.mark.django_db


def client(cast: Cast, institution: str) -> APIClient:
    return api_client(token_of(getattr(cast, institution)))


def test_tasks_are_added_given_and_done(cast: Cast, story: Story) -> None:
    north, south = client(cast, "north"), client(cast, "south")
    address = f"/api/v1/cases/{story.case.ref}/tasks"
    added = north.post(address, {"title": "补充流水", "institution": str(cast.south.ref)}, format="json")
    assert (added.status_code, added.json()["is_own"]) == (201, False)
    one = f"{address}/{added.json()['reference']}"
    assert [task["title"] for task in south.get("/api/v1/tasks").json()["results"]] == ["补充流水"]
    assert north.patch(one, {"state": "done"}, format="json").status_code == 403  # a system leads nothing
    assert south.patch(one, {"state": "done"}, format="json").json()["state"] == "done"
    assert south.patch(one, {"state": "open"}, format="json").json()["state"] == "open"
    given = south.patch(one, {"assignee": str(cast.south_lead.ref)}, format="json")
    assert given.json()["assignee"] == cast.south_lead.name
    for wrong in ({}, {"state": "done", "assignee": None}, {"state": "burnt"}):
        assert south.patch(one, wrong, format="json").status_code == 400
    assert north.post(address, {"title": "打 13812345678"}, format="json").status_code == 400


def test_something_is_said_and_read_page_by_page(cast: Cast, story: Story) -> None:
    north, south = client(cast, "north"), client(cast, "south")
    address = f"/api/v1/cases/{story.case.ref}/comments"
    found = north.get(f"/api/v1/cases/{story.case.ref}/people").json()["results"]
    people = {one["name"]: one["institution"] for one in found}
    assert cast.police_officer.name in people
    assert cast.north_admin.name not in people
    said = north.post(address, {"body": f"@{cast.south_lead.name} 请看"}, format="json")
    assert (said.status_code, said.json()["mentioned"]) == (201, [cast.south_lead.name])
    assert said.json()["author"] == ""  # a system
    south.post(address, {"body": "收到"}, format="json")
    first = north.get(address, {"limit": 1}).json()
    second = north.get(address, {"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [first["results"][0]["body"], second["results"][0]["body"]] == ["收到", f"@{cast.south_lead.name} 请看"]
    told = north.get(f"/api/v1/cases/{story.case.ref}/timeline").json()["results"]
    assert [row["kind"] for row in told] == ["case.commented", "case.commented", "case.opened"]


def test_victims_are_marked_and_redressed_and_complain(cast: Cast, story: Story) -> None:
    north, south = client(cast, "north"), client(cast, "south")
    address = f"/api/v1/cases/{story.case.ref}/victims"
    marked = north.post(address, {"customers": [{"own_reference": "CRM-1", "fee_lost": "12.50"}]}, format="json")
    assert marked.status_code == 201
    one = f"/api/v1/customers/{marked.json()['results'][0]['reference']}"
    assert "CRM-1" not in south.get(address).content.decode()
    assert south.get(address).json()["results"][0].keys() == {
        *("number", "institution", "fee_lost", "redress", "fee_refunded", "interest_relief", "contacted")
    }
    assert south.get(one).status_code == 404
    assert south.post(f"{one}/complaint", {"on": "2026-01-02"}, format="json").status_code == 404
    sent = {"redress": "done", "fee_lost": "12.50", "fee_refunded": "12.50", "interest_relief": "0"}
    assert north.put(one, sent, format="json").json()["redress"] == "done"
    remove(story.case, cast.north)
    assert north.get(address).status_code == 404
    assert north.post(f"{one}/complaint", {"on": "2026-01-02"}, format="json").json()["complaint"] == "open"
    assert north.post(f"{one}/answer", {"on": "2026-01-03"}, format="json").json()["complaint"] == "answered"
    assert [row["own_reference"] for row in north.get("/api/v1/customers").json()["results"]] == ["CRM-1"]


def test_a_mark_is_taken_back_by_its_institution(cast: Cast, story: Story) -> None:
    north, south = client(cast, "north"), client(cast, "south")
    address = f"/api/v1/cases/{story.case.ref}/victims"
    marked = north.post(address, {"customers": [{"own_reference": "CRM-1"}, {"own_reference": "CRM-2"}]}, format="json")
    one = f"/api/v1/customers/{marked.json()['results'][0]['reference']}"
    assert south.post(f"{one}/take-back", {"reason": "登记有误"}, format="json").status_code == 404
    assert north.post(f"{one}/take-back", {"reason": ""}, format="json").status_code == 400
    told = north.post(f"{one}/take-back", {"reason": "登记有误"}, format="json").json()
    assert (told["number"], told["taken_back_reason"], bool(told["taken_back_at"])) == (1, "登记有误", True)
    assert north.post(f"{one}/take-back", {"reason": "登记有误"}, format="json").status_code == 409
    for reader in (north, south):
        assert [row["number"] for row in reader.get(address).json()["results"]] == [2]
    assert "登记有误" not in south.get(f"/api/v1/cases/{story.case.ref}/timeline").content.decode()
    assert north.post(f"{one}/complaint", {"on": "2026-01-02"}, format="json").json()["complaint"] == "open"
