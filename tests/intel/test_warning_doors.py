"""Warning lists through the API and the portal: what comes in is read strictly, what goes out is signed and tagged."""

import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from intel.models import Digest, WarningVersion
from notices.models import Event
from privacy import signing
from privacy.encoding import b64
from privacy.warnings import opened
from tests import cast as people
from tests.cast import Cast, actor
from tests.intel.clues import file, row
from tests.intel.lists import HOTLINE, blob, exact, lead, leads, prefix, propose, put_in_force
from tests.intel.test_resealing import BOTH, NEW_ONLY, reseal, rings

__all__ = ["rings"]
ENTRIES = [exact(HOTLINE), prefix("cn-sc:95")]


def proposal(**fields: Any) -> dict[str, Any]:
    good = {
        "code": "hotlines",
        "sort": "hotline",
        "name_zh": "公共热线",
        "name_en": "Public hotlines",
        "reason": "Everybody calls them",
        "epoch": 1,
        "entries": [entry.to_json() for entry in ENTRIES],
        "digests": b64(blob(ENTRIES)),
    }
    return {**good, **fields}


def api(cast: Cast, institution: Any = None, scopes: list[str] | None = None) -> Any:
    return people.api_client(people.token_of(institution or cast.north, scopes))


def post(client: Any, address: str, body: object) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic("POST", address, content, "application/json")


def test_a_list_goes_through_the_api_from_proposal_to_publication(cast: Cast) -> None:
    north, south, harbour = (api(cast, one) for one in (cast.north, cast.south, cast.harbour_bank))
    created = post(north, "/api/v1/warning-versions", proposal())
    assert created.status_code == 201, created.content
    version = created.json()["version"]
    address = f"/api/v1/warning-versions/{version['reference']}"
    shown = south.get(address).json()
    assert "digest" not in json.dumps(shown)
    assert shown["may"] == ["approve", "refuse"] or set(shown["may"]) == {"approve", "refuse"}
    approval = {"epoch": 1, "digests": b64(blob(ENTRIES))}
    assert post(south, f"{address}/approval", approval).status_code == 200
    assert post(harbour, f"{address}/approval", approval).json()["version"]["state"] == "active"
    answer = api(cast, cast.outsider, ["collisions"]).get("/api/v1/warning-lists")
    key = signing.public_key(django_settings.KEYRING.current("alliance")[1])
    assert [one.code for one in opened(json.loads(answer.content), key)] == ["hotlines"]
    again = north.get("/api/v1/warning-lists", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        proposal(extra=1),
        {name: value for name, value in proposal().items() if name != "epoch"},
        proposal(entries={}),
        proposal(entries=["95588"]),
        proposal(entries=[{"kind": "phone/1", "value": HOTLINE, "prefix": "no", "label": "x"}]),
        proposal(entries=[{"kind": "phone/1", "value": HOTLINE, "prefix": False, "label": "x", "digest": "y"}]),
        proposal(entries=[exact("11010519491231002X", kind="cnid/1").to_json()]),
        proposal(entries=[exact("a\nb").to_json()]),
        proposal(digests="="),
        proposal(digests=b64(blob(ENTRIES)) + "A"),
        proposal(epoch="1"),
        proposal(epoch=True),
        proposal(name_en=["x"]),
        proposal(entries=[prefix(f"cn-sc:{number}").to_json() for number in range(10_000, 20_001)], digests=""),
    ],
)
def test_a_malformed_proposal_is_refused_and_stores_nothing(cast: Cast, body: Any) -> None:
    answer = post(api(cast), "/api/v1/warning-versions", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"]
    assert not WarningVersion.objects.exists()


def test_a_body_without_end_is_not_read(cast: Cast) -> None:
    body = b'{"code": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    assert post(api(cast), "/api/v1/warning-versions", body).status_code == 413


def test_the_scope_is_needed_and_reading_needs_a_member(cast: Cast) -> None:
    assert post(api(cast, scopes=["submit"]), "/api/v1/warning-versions", proposal()).status_code == 403
    assert api(cast, scopes=["collisions"]).get("/api/v1/warning-versions").status_code == 403
    assert api(cast, scopes=["submit"]).get("/api/v1/warning-versions").status_code == 200
    for who in (cast.police_officer, cast.regulator_reader):
        assert people.client_of(who).get(reverse("intel:warnings-in-force")).status_code == 403


def test_the_portal_proposes_and_approves_what_its_script_computed(cast: Cast) -> None:
    lead_of_north = people.client_of(cast.north_lead)
    assert b"entries" in lead_of_north.get(reverse("intel:warning-propose")).content
    headers = {"HTTP_ACCEPT": "application/json"}
    created = lead_of_north.post(
        reverse("intel:warning-propose"), json.dumps(proposal()), content_type="application/json", **headers
    )
    assert created.status_code == 201
    page = created.json()["location"]
    own = lead_of_north.get(page).content.decode()
    assert HOTLINE in own
    assert 'id="approve"' not in own
    for who in (cast.south_lead, lead(cast.harbour_bank)):
        browser = people.client_of(who)
        assert 'id="approve"' in browser.get(page).content.decode()
        wrong = browser.post(
            f"{page}/approval", json.dumps({"epoch": 1, "digests": ""}), content_type="application/json", **headers
        )
        assert (wrong.status_code, wrong.json()["code"]) == (409, "digests_differ")
        body = json.dumps({"epoch": 1, "digests": b64(blob(ENTRIES))})
        assert browser.post(f"{page}/approval", body, content_type="application/json", **headers).status_code == 200
    assert WarningVersion.objects.get().state == "active"
    listed = people.client_of(cast.outsider_analyst).get(reverse("intel:warnings")).content.decode()
    assert "公共热线" in listed


def test_the_page_refuses_with_a_reason(cast: Cast) -> None:
    version = propose(leads(cast)[0], *ENTRIES)
    browser = people.client_of(cast.south_lead)
    address = reverse("intel:warning-refuse", args=[version.ref])
    assert browser.post(address, {"reason": ""}).status_code == 400
    assert browser.post(address, {"reason": "That is a gang's line"}).status_code == 302
    assert "gang" in browser.get(reverse("intel:warning-list", args=[version.ref])).content.decode()


def test_every_member_is_told_of_a_proposal_and_of_its_force(cast: Cast) -> None:
    version = put_in_force(cast, *ENTRIES)
    for kind in ("warning_list.proposed", "warning_list.in_force"):
        told = set(Event.objects.filter(type=kind, subject=version.ref).values_list("institution_id", flat=True))
        assert {cast.north.pk, cast.south.pk, cast.outsider.pk} <= told
        assert cast.police.pk not in told


def test_a_new_pepper_keeps_what_is_held(cast: Cast, settings: Any, rings: Any) -> None:
    put_in_force(cast, *ENTRIES)
    file(actor(cast.north_analyst), row(HOTLINE), match=True)
    settings.KEYRING = rings[BOTH]
    put_in_force(cast, *ENTRIES, exact("cn-sc:12378"))
    # The list moved its own digests when it was applied again; nothing was stored twice.
    assert reseal()[0] == 0
    settings.KEYRING = rings[NEW_ONLY]
    assert set(Digest.objects.values_list("hold", "pepper")) == {(Digest.Hold.WARNED, "k2")}
    assert Digest.objects.count() == 4
    put_in_force(cast)
    assert set(Digest.objects.values_list("hold", flat=True)) == {Digest.Hold.FREE}
    assert Digest.objects.count() == 1


def test_resealing_moves_what_is_held_with_the_rest(cast: Cast, settings: Any, rings: Any) -> None:
    put_in_force(cast, *ENTRIES)
    settings.KEYRING = rings[BOTH]
    assert reseal()[0] == 2
    assert set(Digest.objects.values_list("hold", "pepper")) == {(Digest.Hold.WARNED, "k2")}


def test_pages_cost_few_queries_however_long_the_list(cast: Cast, django_assert_max_num_queries: Any) -> None:
    put_in_force(cast, *[exact(f"cn-sc:{number}") for number in range(95500, 95560)])
    browser = people.client_of(cast.south_lead)
    page = reverse("intel:warning-list", args=[WarningVersion.objects.get().ref])
    for address in (page, reverse("intel:warnings"), reverse("intel:warnings-in-force"), reverse("intel:holds")):
        with django_assert_max_num_queries(15):
            assert browser.get(address).status_code == 200
