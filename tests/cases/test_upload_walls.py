"""What an upload is refused for: an old key, a name that lies, half a character."""

import json
from pathlib import Path

import pytest
from django.urls import reverse

from cases.models import Case, EvidenceVersion
from cases.services.closing import close_case
from cases.services.uploads import begin_upload
from cases.words import checked_words
from kit.errors import Conflict, Invalid
from tests.cases import joint_case
from tests.cases.lockers import ABOUT, begin, beginning, finish, send, source_of, upload
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sent_before", [False, True])
def test_an_upload_does_not_go_on_under_a_key_that_a_removed_participant_has(cast: Cast, sent_before: bool) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    begun = begin(north, case.ref)
    if sent_before:
        send(north, case.ref, begun)
    Case.objects.filter(pk=case.pk).update(key_generation=2)
    with pytest.raises(Conflict) as refused:
        send(north, case.ref, begun)
    assert refused.value.code == "key_generation"
    with pytest.raises(Conflict) as refused:
        finish(north, case.ref, begun)
    assert refused.value.code == "key_generation"
    with pytest.raises(Conflict):
        begin(north, case.ref)
    again = begin_upload(north, case.ref, source=source_of(b"evidence", generation=2), about=ABOUT)
    assert (again.pk != begun.version.pk, again.generation) == (True, 2)
    assert not EvidenceVersion.objects.filter(state="kept").exists()


def test_a_closed_case_takes_no_part_of_a_file(cast: Cast, tmp_path: Path) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    begun = begin(north, case.ref)
    close_case(actor(cast.north_lead), case=case.ref, reason="decided")
    with pytest.raises(Conflict) as refused:
        send(north, case.ref, begun)
    assert refused.value.code == "case_closed"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["a\x00.png", "通话\u202egnp.exe", "\u2066a.png", "a\n.png", "a\ud800.png", "a\ufffe"])
def test_a_name_that_shows_as_another_is_refused(cast: Cast, name: str) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    with pytest.raises(Invalid) as refused:
        begin_upload(north, case.ref, source=source_of(b"evidence", name), about=ABOUT)
    assert "name" in refused.value.extras["errors"]


def test_a_name_as_people_give_them_is_taken(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    for name in ("通话 录音（1）.wav", "截图\u3000二.png", "聊天👨\u200d👩\u200d👧.txt", "a'b&c.pdf"):
        assert begin_upload(north, case.ref, source=source_of(name.encode(), name), about=ABOUT)


def test_half_a_character_is_refused_and_no_failure(cast: Cast) -> None:
    case = joint_case(cast).case
    sent, client = upload(actor(cast.north_analyst), case.ref), client_of(cast.north_analyst)
    openings = reverse("cases:evidence-openings", kwargs={"ref": case.ref, "version": sent.version.ref})
    for address, body in (
        (reverse("cases:evidence-uploads", kwargs={"ref": case.ref}), beginning(b"more", name="a\ud800")),
        (openings, {"act": "viewed", "reason": "核对\udfff"}),
    ):
        assert client.post(address, json.dumps(body), content_type="application/json").status_code == 400
    with pytest.raises(Invalid):
        checked_words("核对\udfff", "body", 100)
