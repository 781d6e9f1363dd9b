"""The pages and doors of evidence: what a browser and a member's system send and are given."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import CustodyEntry, Evidence, EvidenceVersion
from cases.services.arrivals import check_arrival
from cases.services.evidence import open_version
from members.models import User
from privacy.encoding import b64, unb64
from privacy.locker import Sums
from tests.cases import joint_case
from tests.cases.lockers import begin, beginning, finish, send, upload
from tests.cast import Cast, actor, api_client, client_of, token_of

pytestmark = pytest.mark.django_db


def _english(user: User) -> Client:
    user.locale = "en"
    user.save()
    return client_of(user)


def _sums(content: bytes) -> dict[str, str]:
    sums = Sums()
    sums.update(content)
    return {"sha256": b64(sums.sha256()), "sm3": b64(sums.sm3())}


@pytest.mark.parametrize("door", ["cases", "api"])
def test_a_file_goes_up_and_comes_back_through(cast: Cast, door: str) -> None:
    case = joint_case(cast).case
    client: Any = _english(cast.north_analyst) if door == "cases" else api_client(token_of(cast.north))
    cipher = bytes(range(24))

    def address(name: str, **where: object) -> str:
        return reverse(f"{door}:evidence-{name}", kwargs={"ref": case.ref, **where})

    def post(url: str, body: object) -> Any:
        return client.post(url, json.dumps(body), content_type="application/json")

    begun = post(address("uploads"), beginning(b"evidence"))
    assert begun.status_code == 201, begun.content
    told = begun.json()
    assert (told["parts"], told["arrived"], told["cipher_size"]) == (1, [], 24)
    version = told["upload"]
    part = address("upload-part", version=version, number=0)
    sent = client.put(part, cipher, content_type="application/octet-stream")
    assert sent.json() == {"arrived": 1}
    assert client.get(address("upload", version=version)).json()["arrived"] == [0]
    ended = post(address("arrival", version=version), _sums(cipher))
    assert ended.json()["state"] == "checking"
    check_arrival(EvidenceVersion.objects.get().pk)
    assert client.get(address("upload", version=version)).json()["state"] == "kept"

    opened = post(address("openings", version=version), {"act": "copied", "reason": "复核"})
    assert opened.status_code == 201
    assert unb64(opened.json()["salt"], "salt", 32) == bytes(EvidenceVersion.objects.get().salt)
    read = client.get(address("part", version=version, number=0), {"opening": opened.json()["opening"]})
    assert b"".join(read.streaming_content) == cipher
    assert read["Content-Type"] == "application/octet-stream"
    assert read["Content-Disposition"].startswith("attachment")
    assert read["X-Content-Type-Options"] == "nosniff"
    assert client.get(address("part", version=version, number=0)).status_code == 409


def test_a_part_of_another_length_is_refused_before_it_is_read(cast: Cast) -> None:
    case = joint_case(cast).case
    sent = begin(actor(cast.north_analyst), case.ref)
    url = reverse("cases:evidence-upload-part", kwargs={"ref": case.ref, "version": sent.version.ref, "number": 0})
    client = _english(cast.north_analyst)
    headers = {"accept": "application/json"}
    refused = client.put(url, b"x" * 99, content_type="application/octet-stream", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "part_size")
    assert client.put(url.replace("parts/0", "parts/7"), b"x", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("size", -1),
        ("size", 1.5),
        ("sha256", "AA"),
        ("salt", None),
        ("generation", 0),
        ("evidence", "x"),
        ("about", None),
        ("name", 7),
        ("more", "x"),
    ],
)
def test_what_is_malformed_is_said(cast: Cast, field: str, given: object) -> None:
    case = joint_case(cast).case
    client = api_client(token_of(cast.north))
    url = reverse("api:evidence-uploads", kwargs={"ref": case.ref})
    answer = client.post(url, json.dumps(beginning(b"x", **{field: given})), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert not Evidence.objects.exists()


def _page(client: Client, name: str, **where: object) -> str:
    answer = client.get(reverse(f"cases:{name}", kwargs=where))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_pages_show_state_sums_and_custody(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    client = _english(cast.police_officer)
    assert "No evidence yet" in _page(client, "evidence", ref=case.ref)
    sent = upload(north, case.ref, b"content")
    ref = sent.version.evidence.ref
    assert "转账截图" in _page(client, "evidence", ref=case.ref)
    open_version(actor(cast.south_analyst), case.ref, version=sent.version.ref, act="viewed", reason="核对流水")
    shown = _page(client, "evidence-item", ref=case.ref, evidence=ref)
    for words in ("核对流水", "Verified now", "screen.png", bytes(sent.version.source_sm3).hex(), "South Bank"):
        assert words in shown
    assert "Seal" in shown, "the police seal what members provide"
    assert "Add a version" not in shown
    begin(north, case.ref, b"unfinished")
    own = _english(cast.north_analyst)
    assert "not finished" in _page(own, "evidence", ref=case.ref)
    assert "Encrypt and upload" in _page(own, "evidence-add", ref=case.ref)
    assert "Another version" in _page(own, "evidence-version-add", ref=case.ref, evidence=ref)


def test_an_upload_that_broke_off_is_gone_on_with_by_its_file_alone(cast: Cast) -> None:
    case, own = joint_case(cast).case, _english(cast.north_analyst)
    row = begin(actor(cast.north_analyst), case.ref, bytes(5)).version
    where = {"ref": case.ref, "version": row.ref}
    assert reverse("cases:evidence-resume", kwargs=where) in _page(
        own, "evidence-item", ref=case.ref, evidence=row.evidence.ref
    )
    page = _page(own, "evidence-resume", **where)
    assert f'"sha256": "{b64(bytes(row.source_sha256))}"' in page
    assert 'name="title"' not in page
    url = reverse("cases:evidence-resume", kwargs=where)
    assert client_of(cast.south_analyst).get(url).status_code == 404, "another's"


def test_an_upload_that_has_arrived_is_not_gone_on_with(cast: Cast) -> None:
    case, own = joint_case(cast).case, _english(cast.north_analyst)
    row = upload(actor(cast.north_analyst), case.ref).version
    answer = own.get(reverse("cases:evidence-resume", kwargs={"ref": case.ref, "version": row.ref}))
    kwargs = {"ref": case.ref, "evidence": row.evidence.ref}
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("cases:evidence-item", kwargs=kwargs))


def test_a_broken_record_is_shown_and_said(cast: Cast) -> None:
    case = joint_case(cast).case
    sent = upload(actor(cast.north_analyst), case.ref)
    Evidence.objects.update(custody_count=9)
    client = _english(cast.north_analyst)
    assert "does not hold from entry 2" in _page(
        client, "evidence-item", ref=case.ref, evidence=sent.version.evidence.ref
    )


def test_sealing_holding_and_handing_over_by_their_forms(cast: Cast) -> None:
    case = joint_case(cast).case
    sent = upload(actor(cast.north_analyst), case.ref)
    where = {"ref": case.ref, "evidence": sent.version.evidence.ref}
    client = _english(cast.police_officer)

    def post(name: str, **fields: object) -> int:
        return client.post(reverse(f"cases:evidence-{name}", kwargs=where), fields).status_code

    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert post("hold", instrument="保字1号", until=until, reason="") == 400
    assert post("hold", instrument="保字1号", until=until, reason="侦办需要") == 302
    assert post("release", reason="已结束") == 302
    assert post("hand-over", to=cast.south.ref, reason="移交复印件") == 302
    assert post("hand-over", to=cast.outsider.ref, reason="移交复印件") == 400
    assert post("seal", reason="取证完成") == 302
    assert post("verify") == 302
    acts = list(CustodyEntry.objects.order_by("number").values_list("act", flat=True))
    assert acts == ["received", "held", "released", "transferred", "sealed"]


def test_pages_ask_the_database_as_often_for_many_as_for_few(cast: Cast, django_assert_max_num_queries: Any) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    for number in range(4):
        upload(north, case.ref, bytes([number]))
    client = _english(cast.north_analyst)
    url = reverse("cases:evidence", kwargs={"ref": case.ref})
    client.get(url)
    with django_assert_max_num_queries(25):
        client.get(url)


def test_who_waits_is_told_how_far_it_is(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref, bytes(9 * 2**20))
    send(north, case.ref, sent, 0)
    client = _english(cast.north_analyst)
    assert "50 %" in _page(client, "evidence", ref=case.ref)
    send(north, case.ref, sent, 1)
    assert finish(north, case.ref, sent).state == "kept"
