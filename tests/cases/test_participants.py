"""How a part in a case changes and ends, and that with it every door is shut at once."""

from datetime import date

import pytest

from cases.models import Case, CaseRight, KeyGrant, Participant, StatusEntry
from cases.queries.cases import case_for, cases_for, rights_on
from cases.rights import OF_LEAD, OF_MEMBER, OFFERED
from cases.services.closing import answer_hand_over, close_case, offer_hand_over, reopen_case, withdraw_hand_over
from cases.services.participants import change_part, leave_case, remove_participant
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from notices.models import Delivery, Event, Notice, Webhook
from notices.queries.events import events_for
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out
from tests.cases import joint_case
from tests.cast import Cast, actor, client_of, system_of

pytestmark = pytest.mark.django_db


def part_of(case: Case, institution: object) -> Participant:
    return Participant.objects.get(case=case, institution=institution, left_at=None)


def test_a_part_is_changed_by_the_lead_at_once(cast: Cast) -> None:
    case = joint_case(cast).case
    change_part(actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref, part="read")
    assert rights_on(actor(cast.south_lead), case) == OFFERED["read"]
    for institution in (cast.north, cast.police):
        with pytest.raises(Conflict):
            change_part(actor(cast.north_lead), case=case.ref, participant=part_of(case, institution).ref, part="read")
    with pytest.raises(Forbidden):
        change_part(actor(cast.south_lead), case=case.ref, participant=part_of(case, cast.police).ref, part="read")


def test_a_removed_participant_sees_nothing_more_and_is_told_so(cast: Cast) -> None:
    case = joint_case(cast).case
    browser = client_of(cast.south_analyst)
    assert browser.get(f"/cases/{case.ref}").status_code == 200
    remove_participant(
        actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref, reason="不再参与"
    )
    assert browser.get(f"/cases/{case.ref}").status_code == 404
    assert str(case.ref) not in browser.get("/cases").content.decode()
    with pytest.raises(NotFound):
        case_for(system_of(cast.south), case.ref)
    assert not cases_for(actor(cast.south_lead)).exists()
    assert not CaseRight.objects.filter(content_object=case, group__name=f"institution:{cast.south.pk}").exists()
    told = Event.objects.filter(institution=cast.south, subject=case.ref)
    assert [one.type for one in told] == ["case.removed"]


@pytest.mark.parametrize(
    "kind",
    [
        "case.changed",
        "case.status_set",
        "case.task_given",
        "disclosure.asked",
        "disclosure.decided",
        "evidence.requested",
    ],
)
def test_what_is_on_its_way_to_a_removed_participant_is_recalled(cast: Cast, kind: str) -> None:
    case = joint_case(cast).case
    webhook = Webhook.objects.create(
        institution=cast.south, name="one", url="https://south.example/", types=[kind], secret=b"", created_by="x"
    )
    publish([NewEvent(cast.south.pk, kind, case.ref)])
    fan_out(cast.south.pk)
    publish([NewEvent(cast.south.pk, kind, case.ref)])
    assert Delivery.objects.filter(webhook=webhook).count() == 1
    assert Notice.objects.filter(event__institution=cast.south, event__type=kind).exists()
    remove_participant(
        actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref, reason="不再参与"
    )
    assert not Delivery.objects.filter(webhook=webhook).exists()
    assert not Notice.objects.filter(event__institution=cast.south, event__type=kind).exists()
    assert not Event.objects.filter(institution=cast.south, type=kind, sequence=None).exists()


def test_an_event_of_a_case_that_comes_after_the_removal_reaches_no_way_out(cast: Cast) -> None:
    case = joint_case(cast).case
    webhook = Webhook.objects.create(
        institution=cast.south,
        name="one",
        url="https://south.example/",
        types=["case.changed"],
        secret=b"",
        created_by="x",
    )
    publish([NewEvent(cast.south.pk, "case.changed", case.ref)])
    fan_out(cast.south.pk)
    Delivery.objects.all().delete()
    remove_participant(
        actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref, reason="不再参与"
    )
    publish([NewEvent(cast.south.pk, "case.changed", case.ref)])
    fan_out(cast.south.pk)
    assert not Delivery.objects.filter(webhook=webhook).exists()
    assert not Notice.objects.filter(event__institution=cast.south, event__type="case.changed").exists()
    listed = events_for(system_of(cast.south), cursor="", limit=200).rows
    assert "case.changed" not in {row.type for row in listed}
    assert "case.removed" in {row.type for row in listed}


def test_the_lead_leaves_only_by_handing_over(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Conflict):
        leave_case(actor(cast.north_lead), case=case.ref, reason="换人")
    with pytest.raises(Conflict):
        remove_participant(
            actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.north).ref, reason="换人"
        )
    offer_hand_over(actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref)
    with pytest.raises(Conflict):
        offer_hand_over(actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref)
    with pytest.raises(NotFound):
        answer_hand_over(actor(cast.north_lead), case=case.ref, accept=True)
    with pytest.raises(Forbidden):
        answer_hand_over(actor(cast.south_analyst), case=case.ref, accept=True)
    answer_hand_over(actor(cast.south_lead), case=case.ref, accept=True)
    assert rights_on(actor(cast.south_lead), case) == OF_LEAD
    assert rights_on(actor(cast.north_lead), case) == OF_MEMBER
    leave_case(actor(cast.north_lead), case=case.ref, reason="已移交")
    with pytest.raises(NotFound):
        case_for(actor(cast.north_lead), case.ref)


def test_an_offer_of_the_lead_may_be_declined_or_taken_back(cast: Cast) -> None:
    case = joint_case(cast).case
    lead, south = actor(cast.north_lead), part_of(case, cast.south)
    offer_hand_over(lead, case=case.ref, participant=south.ref)
    withdraw_hand_over(lead, case=case.ref)
    with pytest.raises(NotFound):
        answer_hand_over(actor(cast.south_lead), case=case.ref, accept=True)
    offer_hand_over(lead, case=case.ref, participant=south.ref)
    answer_hand_over(actor(cast.south_lead), case=case.ref, accept=False)
    assert Case.objects.get(pk=case.pk).lead == cast.north
    with pytest.raises(Conflict):
        offer_hand_over(lead, case=case.ref, participant=part_of(case, cast.police).ref)


def test_a_unit_that_has_begun_a_proceeding_is_not_removed_and_may_leave(cast: Cast) -> None:
    case = joint_case(cast).case
    unit = part_of(case, cast.police)
    StatusEntry.objects.create(participant=unit, status="reported", on=date(2026, 3, 1))
    with pytest.raises(Conflict):
        remove_participant(actor(cast.north_lead), case=case.ref, participant=unit.ref, reason="不再参与")
    leave_case(actor(cast.police_officer), case=case.ref, reason="移送管辖")
    with pytest.raises(NotFound):
        case_for(actor(cast.police_officer), case.ref)


def test_leaving_and_removing_need_a_reason_and_the_right(cast: Cast) -> None:
    case = joint_case(cast).case
    south = part_of(case, cast.south)
    with pytest.raises(Invalid):
        remove_participant(actor(cast.north_lead), case=case.ref, participant=south.ref, reason=" ")
    with pytest.raises(Forbidden):
        remove_participant(actor(cast.north_analyst), case=case.ref, participant=south.ref, reason="不再参与")
    with pytest.raises(Forbidden):
        leave_case(actor(cast.south_analyst), case=case.ref, reason="不再参与")
    with pytest.raises(NotFound):
        leave_case(actor(cast.police_officer), case=joint_case(cast, police=False, value="two").case.ref, reason="无")
    assert not KeyGrant.objects.filter(case=case).exists()


def test_a_closed_case_is_read_by_all_until_it_is_opened_again(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid):
        close_case(actor(cast.north_lead), case=case.ref, reason="none of these")
    with pytest.raises(Forbidden):
        close_case(actor(cast.south_lead), case=case.ref, reason="decided")
    close_case(actor(cast.north_lead), case=case.ref, reason="decided", note="检察院已决定")
    assert case_for(actor(cast.south_analyst), case.ref).close_reason == "decided"
    with pytest.raises(Conflict):
        close_case(actor(cast.north_lead), case=case.ref, reason="decided")
    remove_participant(
        actor(cast.north_lead), case=case.ref, participant=part_of(case, cast.south).ref, reason="不再参与"
    )
    reopen_case(actor(cast.north_lead), case=case.ref)
    assert Case.objects.get(pk=case.pk).closed_at is None
