"""`alliance police` against the platform itself."""

import pytest

from cases.documents import today
from cases.models import EvidenceRequest, Place
from cases.services.requests import request_evidence
from cases.services.status import set_status
from cases.services.units import enter_unit
from tests.cases import joint_case
from tests.cases.machines import Machine
from tests.cast import Cast, actor
from tests.client.console import run, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_system_reads_the_status_and_answers_what_it_is_asked_for(cast: Cast, machine: Machine) -> None:
    case = joint_case(cast).case
    officer = actor(cast.police_officer)
    set_status(officer, case.ref, status="accepted", document="受1", on=today())
    request_evidence(
        officer, case.ref, to=cast.north.ref, document="调1", dated_on=today(), items="录音", due_on=today()
    )
    found = told("police", "show", str(case.ref))
    assert found["proceedings"][0]["current"]["document"] == "受1"
    (asked,) = found["requests"]
    assert "受1" in run("police", "show", str(case.ref)).out
    answer = ("police", "answer", str(case.ref), asked["reference"], "--text", "已过保存期", "--refused")
    assert told(*answer)["state"] == "refused"
    assert EvidenceRequest.objects.get().state == "refused"
    assert run(*answer).code != 0


def test_the_directory_and_the_suggestion_are_shown(cast: Cast, machine: Machine) -> None:
    case = joint_case(cast, police=False).case
    enter_unit(
        actor(cast.operator_system),
        unit=cast.police.ref,
        level="city",
        region="330100",
        region_name="杭州",
        jurisdictions=[("3301", ())],
    )
    none = run("police", "suggest", str(case.ref)).out
    assert "涉案地" in none or "places of the case" in none, "what is missing"
    Place.objects.create(case=case, tie="act", region="330106", added_by=cast.north)
    assert [one["reference"] for one in told("police", "suggest", str(case.ref))] == [str(cast.police.ref)]
    assert "3301" in run("police", "units").out
