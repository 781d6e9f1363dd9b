"""Custody over HTTP: the API for systems, JSON for the portal's script, pages for people."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from custody import quotas
from custody.services import budgets
from custody.services.signing_keys import register_key
from privacy import oprf, signing
from privacy.ceremony import Transcript
from privacy.encoding import b64
from privacy.requests import BudgetGrant, EvaluationAnswer, verified_parts
from tests import cast
from tests.custody.world import Member, World, some_elements

pytestmark = pytest.mark.django_db
UNTIL = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()


def test_a_system_evaluates_with_the_pinned_ceremony(people: cast.Cast, north: Member, custodians: World) -> None:
    client = cast.api_client(cast.token_of(people.north))
    transcript = Transcript.from_json(client.get("/api/v1/ceremony").json())
    transcript.check()
    assert transcript.fingerprint() == custodians.transcript.fingerprint()
    blinded = oprf.blind([b"qq/1\x1f10001"])
    request = custodians.request(north, blinded.elements, (1, 3))
    reply = client.post("/api/v1/evaluations", request.to_json(), format="json")
    assert reply.status_code == 200
    answer = EvaluationAnswer.from_json(reply.json())
    assert len(verified_parts(transcript, (1, 3), blinded.elements, answer)) == 2


@pytest.mark.parametrize("body", [{}, [], {"request": "x"}, None])
def test_a_malformed_evaluation_says_what_is_wrong(people: cast.Cast, north: Member, body: object) -> None:
    client = cast.api_client(cast.token_of(people.north))
    reply = client.post("/api/v1/evaluations", json.dumps(body), content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed")
    assert reply.json()["reason"]


ODD = {
    "deep": b"[" * 200_000,
    "half a surrogate pair": json.dumps({"values": 5, "until": UNTIL, "reason": "\ud800"}).encode(),
    "a field of half a surrogate pair": b'{"\\ud800": 1}',
    "a day that is a number": b'{"values": 5, "until": 5, "reason": "x"}',
    "lists and objects": b'{"values": [5], "until": ["2030-01-01"], "reason": {"a": 1}}',
    "an endless number": b'{"values": 1' + b"0" * 6000 + b', "until": "2030-01-01", "reason": "x"}',
    "no UTF-8": b'{"reason": "\xff"}',
}


@pytest.mark.parametrize("address", ["/api/v1/budgets", "/api/v1/evaluations"])
@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_odd_json_is_the_askers_fault(people: cast.Cast, address: str, body: bytes) -> None:
    reply = cast.api_client(cast.token_of(people.north)).generic("POST", address, body, content_type="application/json")
    assert (reply.status_code, reply.headers["Content-Type"]) == (400, "application/problem+json")


def test_what_grants_rights_needs_a_fresh_proof(people: cast.Cast) -> None:
    lead, admin, security = map(cast.client_of, (people.north_lead, people.north_admin, people.operator_security))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        for client, name in ((lead, "budget-approve"), (security, "budget-grant"), (admin, "key-revoke")):
            answer = client.post(reverse(f"custody:{name}", args=[uuid.uuid4()]))
            assert (answer.status_code, "reauthenticate" in answer.headers["Location"]) == (302, True)
        assert admin.get(reverse("custody:keys")).status_code == 200
        assert "reauthenticate" in admin.post(reverse("custody:keys")).headers["Location"]


def test_the_problem_of_a_failed_custodian_names_it(
    people: cast.Cast, north: Member, custodians: World, settings: Any
) -> None:
    settings.CUSTODIAN_URLS = {**custodians.urls, 2: "http://127.0.0.1:9"}
    client = cast.api_client(cast.token_of(people.north))
    reply = client.post("/api/v1/evaluations", custodians.request(north, some_elements(1)).to_json(), format="json")
    assert (reply.status_code, reply.headers["Content-Type"]) == (503, "application/problem+json")
    problem = reply.json()
    assert (problem["code"], problem["failed"], problem["reasons"]) == ("custodian_failed", [2], {"2": "unreachable"})


def test_scopes_and_credentials_are_needed(people: cast.Cast, north: Member, custodians: World) -> None:
    body = custodians.request(north, some_elements(1)).to_json()
    assert cast.api_client().post("/api/v1/evaluations", body, format="json").status_code == 401
    submitter = cast.api_client(cast.token_of(people.north, ["submit"]))
    assert submitter.post("/api/v1/evaluations", body, format="json").status_code == 403
    assert submitter.get("/api/v1/budgets").status_code == 403


def test_a_budget_goes_through_the_api(people: cast.Cast, north: Member) -> None:
    system = cast.api_client(cast.token_of(people.north))
    fields = {"values": 100, "until": UNTIL, "reason": "Clues of the last year"}
    created = system.post("/api/v1/budgets", fields, format="json")
    assert (created.status_code, created.json()["status"]) == (201, "requested")
    ref = created.json()["reference"]
    grant = BudgetGrant.from_json(created.json()["grant"]).signed("institution", north.approval_seed)
    approval = {"signature": b64(grant.institution_signature)}
    same = system.post(f"/api/v1/budgets/{ref}/approval", approval, format="json")
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    budgets.approve_budget(cast.actor(people.north_lead), ref=uuid.UUID(ref), signature=grant.institution_signature)
    budgets.grant_budget(cast.actor(people.operator_security), ref=uuid.UUID(ref))
    listed = system.get("/api/v1/budgets").json()["results"]
    assert [(row["status"], row["remaining"]) for row in listed] == [("granted", 100)]
    BudgetGrant.from_json(listed[0]["grant"]).verify_side("institution", signing.public_key(north.approval_seed))
    assert system.get(f"/api/v1/budgets/{ref}").json() == listed[0]


def test_another_institutions_budget_does_not_exist(people: cast.Cast, north: Member) -> None:
    mine = cast.api_client(cast.token_of(people.north))
    ref = mine.post("/api/v1/budgets", {"values": 1, "until": UNTIL, "reason": "x"}, format="json").json()["reference"]
    other = cast.api_client(cast.token_of(people.outsider))
    assert other.get("/api/v1/budgets").json() == {"results": []}
    theirs, absent = other.get(f"/api/v1/budgets/{ref}"), other.get(f"/api/v1/budgets/{uuid.uuid4()}")
    assert (theirs.status_code, theirs.content) == (404, absent.content)


def test_a_bad_budget_request_names_its_fields(people: cast.Cast) -> None:
    client = cast.api_client(cast.token_of(people.north))
    for body, fields in (
        ({"values": 0, "until": "soon", "reason": ""}, {"values", "until", "reason"}),
        ([], {"values", "until", "reason"}),
        ({"values": 1, "until": "2020-01-01", "reason": "x"}, {"until"}),
    ):
        reply = client.post("/api/v1/budgets", body, format="json")
        assert (reply.status_code, set(reply.json()["errors"])) == (400, fields)


def test_the_portals_script_evaluates_for_an_analyst(people: cast.Cast, custodians: World) -> None:
    browser = cast.client_of(people.north_analyst)
    ceremony = browser.get(reverse("custody:ceremony")).json()
    assert ceremony["fingerprint"] == custodians.transcript.fingerprint()
    blinded = oprf.blind([b"qq/1\x1f10001"])
    body = {
        "request": str(uuid.uuid4()),
        "epoch": 1,
        "generation": 0,
        "key": "id",
        "suite": 1,
        "quorum": [2, 3],
        "count": 1,
        "elements": b64(blinded.elements),
    }
    reply = _post(browser, body)
    assert reply.status_code == 200, reply.content
    answer = EvaluationAnswer.from_json(reply.json())
    verified_parts(custodians.transcript, (2, 3), blinded.elements, answer)
    assert answer.remaining == quotas.ANALYST_DAY - 1
    for change in ({"count": 2}, {"elements": "*"}, {"quorum": 1}, {"extra": 1}):
        refused = _post(browser, {**body, **change})
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


def _post(browser: Any, body: object) -> Any:
    return browser.post(
        reverse("custody:evaluate"),
        json.dumps(body),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def test_the_session_twin_wants_a_csrf_token(people: cast.Cast, custodians: World) -> None:
    browser = cast.client_of(people.north_analyst, enforce_csrf_checks=True)
    assert _post(browser, {}).status_code == 403


def test_each_role_sees_its_pages(people: cast.Cast, north: Member, custodians: World) -> None:
    pages = {
        "custody:budgets": {people.north_lead, people.north_admin, people.north_analyst, people.operator_security},
        "custody:budget-request": {people.north_lead},
        "custody:keys": {people.north_admin},
        "custody:custodians": {people.operator_system, people.operator_security},
    }
    everyone = [people.north_analyst, people.north_lead, people.north_admin, people.police_officer]
    everyone += [people.regulator_reader, people.operator_system, people.operator_security, people.operator_audit]
    for person in everyone:
        browser = cast.client_of(person)
        for name, allowed in pages.items():
            status = browser.get(reverse(name)).status_code
            assert status == (200 if person in allowed else 403), (person.name, name, status)


def test_a_budget_goes_through_the_pages(people: cast.Cast, north: Member) -> None:
    lead, admin = cast.client_of(people.north_lead), cast.client_of(people.north_admin)
    security, outsider = cast.client_of(people.operator_security), cast.client_of(people.outsider_admin)
    wrong = lead.post(reverse("custody:budget-request"), {"values": "x", "until": UNTIL, "reason": "Bulk"})
    assert wrong.status_code == 400
    made = lead.post(reverse("custody:budget-request"), {"values": 50, "until": UNTIL, "reason": "Bulk"})
    assert made.status_code == 302
    detail = made.headers["Location"]
    ref = uuid.UUID(detail.rstrip("/").split("/")[-1])
    assert outsider.get(detail).status_code == 404
    approve = reverse("custody:budget-approve", args=[ref])
    assert approve.encode() not in lead.get(detail).content
    assert approve.encode() in admin.get(detail).content
    grant = budgets.grant_of(budgets.budget_for(cast.actor(people.north_lead), ref))
    signature = b64(grant.signed("institution", north.approval_seed).institution_signature)
    assert admin.post(approve, {"signature": "nonsense"}).status_code == 400
    assert admin.post(approve, {"signature": signature}).status_code == 302
    assert security.post(reverse("custody:budget-grant", args=[ref])).status_code == 302
    assert "50" in security.get(detail).content.decode()
    assert security.post(reverse("custody:budget-refuse", args=[ref])).status_code == 409


def test_an_admin_registers_and_revokes_a_key_on_its_page(people: cast.Cast) -> None:
    admin = cast.client_of(people.north_admin)
    key = f"ed25519:{b64(b'k' * 32)}"
    assert admin.post(reverse("custody:keys"), {"purpose": "signing", "public_key": "short"}).status_code == 400
    assert admin.post(reverse("custody:keys"), {"purpose": "signing", "public_key": key}).status_code == 302
    page = admin.get(reverse("custody:keys")).content.decode()
    assert key in page
    ref = register_key(cast.actor(people.outsider_admin), purpose="signing", public_key=b"o" * 32).ref
    assert admin.post(reverse("custody:key-revoke", args=[ref])).status_code == 404
    assert str(ref) not in page


def test_the_custodians_page_shows_who_is_down_and_what_the_caps_mean(
    people: cast.Cast, custodians: World, settings: Any
) -> None:
    settings.CUSTODIAN_URLS = {**custodians.urls, 3: "http://127.0.0.1:9"}
    people.operator_system.locale = "en"
    people.operator_system.save()
    page = cast.client_of(people.operator_system).get(reverse("custody:custodians")).content.decode()
    assert page.count("Does not answer") == 1
    assert custodians.transcript.fingerprint() in page
    # 5.2e9 numbers at 2,000 a day.
    assert f"{5_200_000_000 / 2000 / 365.25:.0f}" in page
