"""An institution's evidence has so much room and no more: asked before anything is sent, and held in a race."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case, Evidence, EvidenceVersion
from cases.queries.room import room_of
from cases.services.holds import expire_evidence
from cases.services.uploads import drop_upload
from kit.errors import TooLarge
from privacy.locker import cipher_size
from tests.cases import joint_case
from tests.cases.lockers import begin, beginning, upload
from tests.cast import Cast, actor, api_client, client_of, token_of
from tests.intel.parallel import outcome, together

ONE = cipher_size(1)


@pytest.mark.django_db
def test_a_file_that_does_not_fit_is_refused_before_anything_is_sent(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 2 * ONE
    first, second = joint_case(cast).case, joint_case(cast, value="another").case
    north = actor(cast.north_analyst)
    upload(north, first.ref, b"1")
    begun = begin(north, second.ref, b"2")
    room = room_of(actor(cast.north_lead))
    assert (room.used, room.left, room.share) == (2 * ONE, 0, 100)
    with pytest.raises(TooLarge) as refused:
        begin(north, first.ref, b"3")
    assert (refused.value.code, refused.value.extras) == (
        "evidence_quota",
        {"used": 2 * ONE, "allowed": 2 * ONE, "needed": ONE},
    )
    assert EvidenceVersion.objects.count() == Evidence.objects.count() == 2
    # What was begun goes on, and another institution's room is its own.
    assert begin(north, second.ref, b"2").version.ref == begun.version.ref
    assert upload(actor(cast.south_analyst), first.ref, b"3").row.state == "kept"


@pytest.mark.django_db
def test_what_was_dropped_or_erased_counts_no_more(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 2 * ONE
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    upload(north, case.ref, b"1")
    begun = begin(north, case.ref, b"2")
    drop_upload(north, case.ref, version=begun.version.ref)
    assert room_of(north).used == ONE
    Case.objects.update(state="closed", closed_at=timezone.now())
    Evidence.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert expire_evidence() > 0
    assert room_of(north).used == 0


@pytest.mark.django_db
def test_the_pages_and_the_api_say_how_much_is_used(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 4 * ONE
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    upload(north, case.ref, b"1")
    for page in ("evidence", "evidence/new"):
        room = client_of(cast.north_analyst).get(f"/cases/{case.ref}/{page}").context["room"]
        assert (room.used, room.allowed, room.share) == (ONE, 4 * ONE, 25)
    found = api_client(token_of(cast.north)).get("/api/v1/evidence-room")
    assert found.json() == {"used": ONE, "allowed": 4 * ONE, "left": 3 * ONE}
    assert api_client(token_of(cast.south)).get("/api/v1/evidence-room").json()["used"] == 0


@pytest.mark.django_db
def test_portal_and_api_refuse_in_words(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = ONE - 1
    case = joint_case(cast).case
    body = beginning(b"1")
    portal = client_of(cast.north_analyst, HTTP_ACCEPT="application/json")
    answers = (
        portal.post(f"/cases/{case.ref}/uploads", body, content_type="application/json"),
        api_client(token_of(cast.north)).post(f"/api/v1/cases/{case.ref}/uploads", body, format="json"),
    )
    for answer in answers:
        told = answer.json()
        assert (answer.status_code, told["code"], told["needed"]) == (413, "evidence_quota", ONE)
        assert told["detail"]
    assert not EvidenceVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_uploads_that_begin_at_once_do_not_pass_the_line_together(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 3 * ONE
    cases = [joint_case(cast, value=f"value {number}").case.ref for number in range(8)]
    users = (cast.north_analyst, cast.north_lead)

    def starting(number: int) -> Callable[[], str]:
        who, case = actor(users[number % 2]), cases[number]
        return lambda: outcome(lambda: begin(who, case, bytes([number])))

    # Each in a case of its own: no lock of a case makes them take turns.
    acts = [starting(number) for number in range(len(cases))]
    assert sorted(together(acts)) == [*["done"] * 3, *["evidence_quota"] * 5]
    assert room_of(actor(cast.north_lead)).used == 3 * ONE
