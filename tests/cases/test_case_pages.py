"""The pages of a case's life, as the people of the story use them."""

import re
import uuid

import pytest
from django.test import Client

from cases.models import Case, Invitation, Participant
from members.models import User
from tests.cases import INSTRUMENT, Story, joint_case, take_part
from tests.cast import Cast, client_of

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def send(client: Client, address: str, **fields: object) -> str:
    response = client.post(address, fields, follow=True)
    assert response.status_code == 200, (address, response.status_code, response.content.decode()[:2000])
    return response.content.decode()


def test_a_case_is_opened_on_collisions_chosen_in_the_queue(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    north = client_of(cast.north_analyst)
    assert "cases/new" in page(north, "/collisions?status=all")
    assert "cases/new" in page(north, f"/collisions/{story.collision}")
    shown = north.post("/cases/new", {"ref": [str(story.collision), str(uuid.uuid4())]}).content.decode()
    assert str(story.collision) in shown
    shown = send(
        north, "/cases/new", ref=[str(story.collision)], title="二号案", typology="forged_material", is_findable="on"
    )
    assert "二号案" in shown
    assert Case.objects.count() == 2
    shown = page(north, "/cases")
    assert "二号案" in shown
    assert "代理维权团伙" in shown
    assert "二号案" not in page(north, "/cases?typology=illegal_complaint_agency")
    assert "二号案" not in page(north, "/cases?led=others")


def test_a_refused_form_says_why_and_keeps_what_was_typed(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    answer = client_of(cast.north_analyst).post(
        "/cases/new", {"ref": [str(story.collision)], "title": "打 13800138000", "typology": "other"}
    )
    assert answer.status_code == 400
    assert "打 13800138000" in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_member_is_invited_accepts_is_changed_and_removed(cast: Cast) -> None:
    case = joint_case(cast, south=False, police=False).case
    north, south = client_of(cast.north_lead), client_of(cast.south_lead)
    shown = page(north, f"/cases/{case.ref}/invitations/new")
    assert str(cast.south.ref) in shown
    assert str(cast.outsider.ref) not in shown
    send(north, f"/cases/{case.ref}/invitations/new", who=str(cast.south.ref), part="read", message="请一起办理")
    sent = Invitation.objects.get(case=case)
    assert f"/invitations/{sent.ref}" in page(south, "/cases")
    shown = page(south, f"/invitations/{sent.ref}")
    assert "请一起办理" in shown
    assert "代理维权团伙" not in shown
    assert "代理维权团伙" in send(south, f"/invitations/{sent.ref}/acceptance")
    part = Participant.objects.get(case=case, institution=cast.south)
    send(north, f"/cases/{case.ref}/participants/{part.ref}/part", part="disclose")
    assert "removal" in page(north, f"/cases/{case.ref}")
    assert "removal" not in page(south, f"/cases/{case.ref}")
    send(north, f"/cases/{case.ref}/participants/{part.ref}/removal", reason="不再参与")
    assert south.get(f"/cases/{case.ref}").status_code == 404


def test_an_officer_comes_under_an_instrument_and_sees_the_case(cast: Cast) -> None:
    case = joint_case(cast, south=False, police=False).case
    north, officer = client_of(cast.north_lead), client_of(cast.police_officer)
    address = f"/cases/{case.ref}/invitations/police"
    assert north.post(address, {"unit": str(cast.police.ref), "instrument": "", "instrument_on": ""}).status_code == 400
    send(north, address, unit=str(cast.police.ref), instrument=INSTRUMENT, instrument_on="2026-03-01")
    sent = Invitation.objects.get(case=case)
    assert INSTRUMENT in page(officer, f"/invitations/{sent.ref}")
    assert "代理维权团伙" in send(officer, f"/invitations/{sent.ref}/acceptance")
    assert INSTRUMENT in page(north, f"/cases/{case.ref}")


def test_the_lead_describes_places_hands_over_closes_and_opens_again(cast: Cast) -> None:
    case = joint_case(cast).case
    north, south = client_of(cast.north_lead), client_of(cast.south_lead)
    send(north, f"/cases/{case.ref}/description", title="新名称", summary="", is_findable="on")
    assert "310115" in send(north, f"/cases/{case.ref}/places", tie="act", region="310115")
    assert north.post(f"/cases/{case.ref}/places", {"tie": "act", "region": "31"}).status_code == 400
    assert 'value="310115"' not in send(north, f"/cases/{case.ref}/places/removal", tie="act", region="310115")
    part = Participant.objects.get(case=case, institution=cast.south)
    send(north, f"/cases/{case.ref}/hand-over", participant=str(part.ref))
    assert "hand-over/answer" in page(south, f"/cases/{case.ref}")
    send(south, f"/cases/{case.ref}/hand-over/answer", answer="accept")
    assert Case.objects.get(pk=case.pk).lead == cast.south
    assert north.get(f"/cases/{case.ref}/closing").status_code == 403
    shown = send(south, f"/cases/{case.ref}/closing", reason="merged", note="并入另案")
    assert "并入另案" in shown
    assert "tasks/add" not in shown
    assert "closed" not in re.findall(r"state=(\w+)", page(north, "/cases"))
    assert "新名称" not in page(north, "/cases")
    assert "新名称" in page(north, "/cases?state=closed")
    send(south, f"/cases/{case.ref}/reopening")
    assert "新名称" in page(north, "/cases")
    send(north, f"/cases/{case.ref}/leaving", reason="已移交")
    assert north.get(f"/cases/{case.ref}").status_code == 404


@pytest.mark.parametrize(
    "address", ["", "/description", "/places", "/closing", "/leaving", "/hand-over", "/invitations/new"]
)
def test_who_takes_no_part_gets_the_bytes_of_an_absent_case(cast: Cast, address: str) -> None:
    case = joint_case(cast).case
    take_part(case, cast.harbour_bank)
    lead = User.objects.get(pk=cast.outsider_analyst.pk)
    lead.roles = ["lead"]
    lead.save()
    client = client_of(lead)
    answers = [client.get(f"/cases/{ref}{address}") for ref in (case.ref, uuid.uuid4())]
    assert [one.status_code for one in answers] == [404, 404]
    bodies = [
        re.sub(rb'(csrf[^>]*?value|nonce)="[^"]*"|request[ _]id[^<]*', b"", one.content, flags=re.I) for one in answers
    ]
    assert len(bodies[0]) == len(bodies[1])


def test_a_page_of_a_case_costs_as_many_queries_however_much_it_holds(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    story: Story = joint_case(cast)
    client = client_of(cast.north_lead)
    address = f"/cases/{story.case.ref}"
    page(client, address)
    with django_assert_max_num_queries(70) as few:  # type: ignore[operator]
        page(client, address)
    take_part(story.case, cast.harbour_bank)
    take_part(story.case, cast.county_police)
    with django_assert_max_num_queries(len(few.captured_queries)):  # type: ignore[operator]
        page(client, address)
