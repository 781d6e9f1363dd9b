"""The pages and doors of packages."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse

from cases.models import Package, Unmasking
from privacy import hpke
from privacy.encoding import unb64
from privacy.verify_package import check
from tests.cases import Story, island, joint_case
from tests.cases.disclosing import given
from tests.cases.lockers import upload
from tests.cast import Cast, actor, api_client, client_of, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: Cast) -> Story:
    found = joint_case(cast)
    upload(actor(cast.north_analyst), found.case.ref, b"evidence")
    return found


def test_an_officer_builds_one_and_sees_what_is_in_it(cast: Cast, story: Story) -> None:
    officer, of = client_of(cast.police_officer), {"ref": story.case.ref}
    assert (
        reverse("cases:package-build", kwargs=of) in officer.get(reverse("cases:packages", kwargs=of)).content.decode()
    )
    answer = officer.post(reverse("cases:package-build", kwargs=of), follow=True)
    assert answer.status_code == 200
    built = Package.objects.get()
    text = answer.content.decode()
    assert "evidence/001-v1.png" in text
    assert json.loads(bytes(built.manifest))["key"] in text
    assert str(built.ref)[:8] in officer.get(reverse("cases:packages", kwargs=of)).content.decode()


def test_the_documents_alone_are_an_archive_that_checks(cast: Cast, story: Story, tmp_path: Path) -> None:
    officer, of = client_of(cast.police_officer), {"ref": story.case.ref}
    officer.post(reverse("cases:package-build", kwargs=of))
    one = {**of, "package": Package.objects.get().ref}
    answer = officer.get(reverse("cases:package-documents", kwargs=one))
    assert answer["Content-Disposition"].startswith("attachment")
    target = tmp_path / "documents.zip"
    target.write_bytes(b"".join(answer.streaming_content))
    found = check(target)
    assert (found.problems, found.absent) == ([], ["evidence/001-v1.png"])
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as opened:  # other programs read it too
        assert opened.testzip() is None
        assert opened.read("report.pdf").startswith(b"%PDF-")


def test_a_system_builds_and_takes_one_by_the_api(cast: Cast, story: Story) -> None:
    system, of = api_client(token_of(cast.north)), {"ref": story.case.ref}
    built = system.post(reverse("api:packages", kwargs=of))
    assert built.status_code == 201
    one = {**of, "package": built.json()["reference"]}
    taken = system.get(reverse("api:package-contents", kwargs=one)).json()
    assert {"manifest.json", "seal.json", "report.pdf"} <= {file["path"] for file in taken["files"]}
    assert [file["path"] for file in taken["evidence"]] == ["evidence/001-v1.png"]


def test_values_are_opened_only_for_a_reason(cast: Cast, story: Story) -> None:
    officer, of = client_of(cast.police_officer), {"ref": story.case.ref}
    officer.post(reverse("cases:package-build", kwargs=of))
    one = {**of, "package": Package.objects.get().ref}
    door = reverse("cases:package-values", kwargs=one)
    assert officer.post(door, {"reason": "", "fingerprints": ""}).status_code == 400
    assert officer.post(door, {"reason": "核对涉案号码", "fingerprints": ""}).status_code == 200
    assert not Unmasking.objects.exists()


def test_each_value_that_is_added_is_an_unmasking_for_the_reason_given(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    analyst, of = client_of(cast.south_analyst), {"ref": story.case.ref}
    analyst.post(reverse("cases:package-build", kwargs=of))
    door = reverse("cases:package-values", kwargs={**of, "package": Package.objects.get().ref})
    strange = analyst.post(door, {"reason": "移送公安机关", "fingerprints": "0" * 64})
    assert island(strange.content.decode(), "values") == []
    answer = analyst.post(door, {"reason": "移送公安机关", "fingerprints": pair.key.fingerprint})
    (value,) = island(answer.content.decode(), "values")
    raw = hpke.open_sealed(pair.private, unb64(value["sealed"], "sealed"), place="disclosure", ref=str(one.ref))
    assert (value["disclosure"], json.loads(raw)["value"]) == (str(one.ref), "shared")
    assert [act.seal.disclosure_id for act in Unmasking.objects.all()] == [one.pk]
