"""The operator's home: jobs and health, nobody's business."""

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from intel.models import Submission
from tests.cast import Cast, actor, client_of
from tests.intel.clues import file, row

pytestmark = pytest.mark.django_db
HOME = "/operations/"


@pytest.fixture
def operator(cast: Cast) -> Client:
    return client_of(cast.operator_system)


def fail(submission: Submission) -> Submission:
    submission.failed_at, submission.attempts, submission.starts = timezone.now(), 5, 7
    submission.save()
    return submission


@pytest.fixture
def filed(cast: Cast) -> Submission:
    """A submission of north that waits, with everything in it that an operator must not see."""
    clue = row("secret", typology="forged_material", note="she called twice", own_reference="CASE-17")
    file(actor(cast.north_analyst), clue, key="upload-of-may", filename="customers-of-may.xlsx", channel="file")
    return Submission.objects.get()


@pytest.mark.parametrize(
    "who", ["north_analyst", "north_lead", "north_admin", "police_officer", "regulator_reader", "operator_audit"]
)
def test_nobody_else_sees_it_or_starts_a_job(cast: Cast, filed, who):
    fail(filed)
    client = client_of(getattr(cast, who))
    assert client.get(HOME).status_code == 403
    assert client.post(f"/jobs/{filed.ref}/retry").status_code == 403
    assert not Entry.objects.filter(kind="submission.retried").exists()


def test_a_stranger_is_asked_to_sign_in(db):
    assert Client().get(HOME).status_code == 302


@pytest.mark.parametrize("who", ["operator_system", "operator_security"])
def test_both_operators_who_run_the_machine_begin_here(cast: Cast, who):
    client = client_of(getattr(cast, who))
    assert client.get("/").url == HOME
    assert client.get(HOME).status_code == 200


def test_it_shows_a_waiting_job_by_reference_and_times(operator, filed):
    page = operator.get(HOME).content.decode()
    assert str(filed.ref) in page
    assert "customers-of-may" not in page


def test_it_shows_no_business_data(cast: Cast, operator, filed):
    page = operator.get(HOME).content.decode()
    for word in (
        *("north bank", cast.north.name_zh, str(cast.north.ref), "customers-of-may", "upload-of-may", "CASE-17"),
        *("伪造材料", "forged_material", cast.north_analyst.name, str(cast.north_analyst.ref), cast.cards.name_zh),
    ):
        assert word.lower() not in page.lower()


@pytest.mark.parametrize("address", ["/home", "/submissions", "/collisions", "/submit", "/reports/", "/audit/log"])
def test_the_operator_sees_nothing_of_the_members_work(operator, address):
    assert operator.get(address).status_code == 403


def test_a_failed_job_can_be_started_again_and_that_is_recorded(cast: Cast, operator, filed):
    fail(filed)
    assert f"/jobs/{filed.ref}/retry" in operator.get(HOME).content.decode()
    assert operator.post(f"/jobs/{filed.ref}/retry").url == HOME
    filed.refresh_from_db()
    assert (filed.status, filed.attempts, filed.starts) == ("matching", 0, 0)
    entry = Entry.objects.get(kind="submission.retried")
    assert (entry.actor, entry.subject) == (f"user:{cast.operator_system.ref}", str(filed.ref))


def test_a_job_that_has_not_failed_is_not_started_again(operator, filed):
    assert f"/jobs/{filed.ref}/retry" not in operator.get(HOME).content.decode()
    assert operator.post(f"/jobs/{filed.ref}/retry").status_code == 409


def test_it_is_polled_and_answers_304_while_nothing_changed(operator, filed, monkeypatch):
    monkeypatch.setattr("alliance.health.parts", lambda _actor: [])
    first = operator.get(HOME, headers={"HX-Request": "true"})
    assert first.content.decode().startswith('<div id="operate" data-live="/operations/"')
    again = operator.get(HOME, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_an_idle_alliance_says_so(operator):
    assert "empty-state" in operator.get(HOME).content.decode()
