"""The pages of four eyes, opinions, holds and quality, as people use them."""

import pytest
from django.urls import reverse

from audit.models import Entry
from intel.models import Clue, Collision, Opinion
from members.models import Institution
from tests.cast import Cast, actor, api_client, client_of, token_of
from tests.intel.clues import file, row


@pytest.fixture
def collision(cast: Cast) -> Collision:
    file(actor(cast.north_analyst), row("a"), match=True)
    file(actor(cast.south_analyst), row("a"), match=True)
    return Collision.objects.get()


def test_a_lead_approves_and_refuses_what_was_ticked(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), *[row(f"{n}", proof="clear") for n in range(3)], match=True)
    lead = client_of(cast.north_lead)
    page = lead.get(reverse("intel:clues-waiting")).content.decode()
    refs = [str(ref) for ref in Clue.objects.order_by("pk").values_list("ref", flat=True)]
    assert all(ref in page for ref in refs)
    assert lead.post(reverse("intel:clues-approve"), {"refs": refs[:1]}).status_code == 302
    without = lead.post(reverse("intel:clues-refuse"), {"refs": refs[1:2]})
    assert without.status_code == 400
    assert "1 to 500" in without.content.decode() or "500 字" in without.content.decode()
    lead.post(reverse("intel:clues-refuse"), {"refs": refs[1:2], "reason": "no evidence"})
    lead.post(reverse("intel:clues-approve"), {"submission": str(receipt.reference)})
    assert list(Clue.objects.order_by("pk").values_list("state", flat=True)) == ["filed", "refused", "filed"]
    assert lead.post(reverse("intel:clues-approve"), {"refs": ["x"]}).status_code == 400
    for ref in refs:
        assert lead.get(reverse("intel:clue-detail", args=[ref])).status_code == 200


def test_a_lead_suspends_and_resumes_from_the_clues_page(cast: Cast, collision: Collision) -> None:
    ref = Clue.objects.get(institution=cast.north).ref
    lead = client_of(cast.north_lead)
    assert (
        reverse("intel:clue-suspend", args=[ref]) in lead.get(reverse("intel:clue-detail", args=[ref])).content.decode()
    )
    analyst = client_of(cast.north_analyst).get(reverse("intel:clue-detail", args=[ref])).content.decode()
    assert reverse("intel:clue-suspend", args=[ref]) not in analyst
    lead.post(reverse("intel:clue-suspend", args=[ref]), {"reason": "under review"})
    assert (
        reverse("intel:clue-resume", args=[ref]) in lead.get(reverse("intel:clue-detail", args=[ref])).content.decode()
    )
    lead.post(reverse("intel:clue-resume", args=[ref]))
    assert Clue.objects.get(ref=ref).state == "filed"


def test_opinions_are_given_on_the_collisions_page(cast: Cast, collision: Collision) -> None:
    north, south = client_of(cast.north_analyst), client_of(cast.south_analyst)
    give = reverse("intel:opinion-give", args=[collision.ref])
    assert north.post(give, {"verdict": "disputed", "reason": "<b>a lawful agent</b>"}).status_code == 302
    page = south.get(reverse("intel:collision-detail", args=[collision.ref])).content.decode()
    assert "&lt;b&gt;a lawful agent&lt;/b&gt;" in page
    assert "North Bank" not in page
    assert north.post(give, {"verdict": "disputed", "reason": "ring 13812345678"}).status_code == 400
    north.post(reverse("intel:opinion-withdraw", args=[collision.ref]))
    assert not Opinion.objects.exists()


def test_opinions_are_given_by_api(cast: Cast, collision: Collision) -> None:
    north, south = api_client(token_of(cast.north)), api_client(token_of(cast.south))
    address, detail = reverse("api:opinion", args=[collision.ref]), reverse("api:collision", args=[collision.ref])
    said = {"verdict": "confirmed", "reason": "seen twice"}
    assert north.post(address, said, format="json").status_code == 204
    own = north.get(detail).json()["opinions"]["own"]
    assert (own["verdict"], own["counts"]) == ("confirmed", True)
    (other,) = south.get(detail).json()["opinions"]["others"]
    assert set(other) == {"label", "verdict", "reason", "given_on", "counts"}
    assert north.post(address, {"verdict": "maybe", "reason": "x"}, format="json").status_code == 400
    assert api_client(token_of(cast.north, ["collisions"])).post(address, said, format="json").status_code == 403
    assert api_client(token_of(cast.outsider)).post(address, said, format="json").status_code == 404
    assert (north.delete(address).status_code, north.delete(address).status_code) == (204, 204)
    assert north.get(detail).json()["opinions"] == {"own": None, "others": []}


def test_an_admin_sets_the_grade(cast: Cast) -> None:
    admin = client_of(cast.north_admin)
    assert admin.post(reverse("members:four-eyes"), {"four_eyes_from": "always"}).status_code == 302
    assert Institution.objects.get(pk=cast.north.pk).four_eyes_from == "always"
    assert Entry.objects.get(kind="institution.four_eyes_changed").facts == {"four_eyes_from": "always"}
    admin.post(reverse("members:four-eyes"), {"four_eyes_from": "always"})
    assert Entry.objects.filter(kind="institution.four_eyes_changed").count() == 1
    assert admin.post(reverse("members:four-eyes"), {"four_eyes_from": "sometimes"}).status_code == 200
    assert Institution.objects.get(pk=cast.south.pk).four_eyes_from == "clear"


def test_a_receipt_says_how_many_wait(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), row("b"), match=True)
    system = api_client(token_of(cast.north))
    assert system.get(reverse("api:submission", args=[receipt.reference])).json()["waiting"] == 1
    page = client_of(cast.north_analyst).get(reverse("intel:submission-detail", args=[receipt.reference]))
    assert page.status_code == 200
