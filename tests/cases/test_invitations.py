"""How an institution comes into a case, and what it learns before it has said yes."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Invitation, Participant, TimelineEntry
from cases.queries.cases import case_for, rights_on
from cases.queries.invitations import invitation_for, invitations_for, invitations_sent, shared_collisions
from cases.rights import OF_MEMBER, OF_POLICE, OFFERED
from cases.services.closing import answer_hand_over, close_case, offer_hand_over
from cases.services.invitations import (
    accept_invitation,
    decline_invitation,
    invite_member,
    invite_police,
    withdraw_invitation,
)
from cases.services.opening import add_collisions
from intel.models import Collision
from intel.services.handshakes import offer_handshake
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Circle
from notices.models import Event
from tests.cases import INSTRUMENT, joint_case, remove, take_part
from tests.cast import Cast, actor, client_of, system_of
from tests.intel import clues

pytestmark = pytest.mark.django_db


def shake_hands(cast: Cast, collision: uuid.UUID) -> str:
    """Both leads open their names in the collision; the label under which North sees South."""
    label = ""
    for user, other in ((cast.north_lead, "B"), (cast.south_lead, "A")):
        for guess in (other, "A", "B"):
            try:
                offered = offer_handshake(actor(user), collision=collision, label=guess)
            except Invalid:
                continue
            label = offered.label if user == cast.north_lead else label
            break
    return label


def test_an_acquaintance_is_invited_by_name_and_takes_part_once_its_lead_accepts(cast: Cast) -> None:
    case = joint_case(cast, south=False, police=False).case
    sent = invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="contribute")
    assert [one.ref for one in invitations_for(actor(cast.south_analyst))] == [sent.ref]
    with pytest.raises(NotFound):
        case_for(actor(cast.south_lead), case.ref)
    with pytest.raises(Forbidden):
        accept_invitation(actor(cast.south_analyst), ref=sent.ref)
    accept_invitation(actor(cast.south_lead), ref=sent.ref)
    assert case_for(actor(cast.south_analyst), case.ref) == case
    assert rights_on(actor(cast.south_lead), case) == OFFERED["contribute"]
    assert not invitations_for(actor(cast.south_lead))
    with pytest.raises(Conflict):
        accept_invitation(actor(cast.south_lead), ref=sent.ref)


def test_only_a_lead_of_the_leading_institution_invites(cast: Cast) -> None:
    case = joint_case(cast).case
    for user, refusal in (
        (cast.north_analyst, Forbidden),
        (cast.south_lead, Forbidden),
        (cast.police_officer, Forbidden),
        (cast.outsider_analyst, Forbidden),
    ):
        with pytest.raises(refusal):
            invite_member(actor(user), case=case.ref, institution=cast.east.ref, part="read")
    with pytest.raises(Forbidden):
        invite_member(system_of(cast.north), case=case.ref, institution=cast.east.ref, part="read")


def test_whom_one_may_not_know_is_refused_like_nobody(cast: Cast) -> None:
    case = joint_case(cast).case
    refusals = set()
    for ref in (cast.outsider.ref, cast.regulator.ref, cast.police.ref, cast.clinic.ref, cast.north.ref, uuid.uuid4()):
        with pytest.raises(Invalid) as refused:
            invite_member(actor(cast.north_lead), case=case.ref, institution=ref, part="read")
        refusals.add((refused.value.detail, str(refused.value.extras)))
    assert len(refusals) == 1


def test_a_confidential_circle_makes_nobody_known(cast: Cast) -> None:
    case = joint_case(cast, south=False).case
    Circle.objects.filter(pk=cast.cards.pk).update(is_confidential=True)
    with pytest.raises(Invalid):
        invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read")


def test_by_a_collision_one_invites_only_whose_name_is_open(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    Circle.objects.filter(pk=cast.cards.pk).update(is_confidential=True)
    for label in ("A", "B", "C", ""):
        with pytest.raises(Invalid):
            invite_member(
                actor(cast.north_lead), case=story.case.ref, collision=story.collision, label=label, part="read"
            )
    label = shake_hands(cast, story.collision)
    sent = invite_member(
        actor(cast.north_lead), case=story.case.ref, collision=story.collision, label=label, part="disclose"
    )
    assert sent.institution == cast.south
    assert shared_collisions(actor(cast.south_lead), sent) == {story.collision}
    accept_invitation(actor(cast.south_lead), ref=sent.ref)
    assert rights_on(actor(cast.south_lead), story.case) == OF_MEMBER


def test_a_collision_that_is_not_in_the_case_opens_no_door(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    other = joint_case(cast, south=False, police=False, value="other")
    label = shake_hands(cast, other.collision)
    with pytest.raises(Invalid):
        invite_member(actor(cast.north_lead), case=story.case.ref, collision=other.collision, label=label, part="read")


def test_an_invitation_is_nobody_elses(cast: Cast) -> None:
    case = joint_case(cast, south=False).case
    sent = invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read")
    for user in (cast.outsider_analyst, cast.police_officer, cast.north_lead, cast.harbour_bank_analyst):
        for ref in (sent.ref, uuid.uuid4()):
            with pytest.raises(NotFound):
                invitation_for(actor(user), ref)
        assert not invitations_for(actor(user))


def test_the_others_learn_of_an_invited_institution_only_when_it_joins(cast: Cast) -> None:
    case = joint_case(cast).case
    before = TimelineEntry.objects.filter(case=case).count()
    sent = invite_member(actor(cast.north_lead), case=case.ref, institution=cast.harbour_bank.ref, part="read")
    decline_by = cast.harbour_bank_analyst
    decline_by.roles = ["lead"]
    decline_by.save()
    decline_invitation(actor(decline_by), ref=sent.ref)
    written = list(TimelineEntry.objects.filter(case=case).order_by("pk")[before:])
    assert [(entry.kind, entry.institution, entry.facts) for entry in written] == [
        ("invitation.sent", cast.north, {"police": False})
    ]
    told = Event.objects.filter(type="case.changed", subject=case.ref).values_list("institution", flat=True)
    assert set(told) == {cast.north.pk}
    assert [one.state for one in invitations_sent(actor(cast.north_lead), case)] == ["declined"]


def test_a_new_lead_reads_no_name_that_was_opened_to_the_old_one(cast: Cast) -> None:
    case = joint_case(cast).case
    invite_member(actor(cast.north_lead), case=case.ref, institution=cast.harbour_bank.ref, part="read")
    south = Participant.objects.get(case=case, institution=cast.south)
    offer_hand_over(actor(cast.north_lead), case=case.ref, participant=south.ref)
    answer_hand_over(actor(cast.south_lead), case=case.ref, accept=True)
    assert not invitations_sent(actor(cast.south_lead), Case.objects.get(pk=case.pk))
    assert Invitation.objects.get(case=case).state == Invitation.State.WITHDRAWN


def test_police_come_under_a_legal_instrument_and_any_officer_accepts(cast: Cast) -> None:
    case = joint_case(cast, police=False).case
    today = timezone.localdate()
    for number, day in (("", today), (" ", today), (INSTRUMENT, today + timedelta(days=2))):
        with pytest.raises(Invalid):
            invite_police(
                actor(cast.north_lead), case=case.ref, unit=cast.police.ref, instrument=number, instrument_on=day
            )
    with pytest.raises(NotFound):
        invite_police(
            actor(cast.north_lead), case=case.ref, unit=cast.south.ref, instrument=INSTRUMENT, instrument_on=today
        )
    sent = invite_police(
        actor(cast.north_lead), case=case.ref, unit=cast.police.ref, instrument=INSTRUMENT, instrument_on=today
    )
    with pytest.raises(NotFound):
        accept_invitation(actor(cast.county_officer), ref=sent.ref)
    accept_invitation(actor(cast.police_officer), ref=sent.ref)
    assert rights_on(actor(cast.police_officer), case) == OF_POLICE
    part = Participant.objects.get(case=case, institution=cast.police)
    assert part.is_police
    assert part.instrument == INSTRUMENT


def test_what_does_not_stand_is_not_accepted(cast: Cast) -> None:
    case = joint_case(cast, south=False).case
    lead = actor(cast.north_lead)
    sent = invite_member(lead, case=case.ref, institution=cast.south.ref, part="read")
    with pytest.raises(Conflict):
        invite_member(lead, case=case.ref, institution=cast.south.ref, part="read")
    withdraw_invitation(lead, case=case.ref, invitation=sent.ref)
    with pytest.raises(Conflict):
        accept_invitation(actor(cast.south_lead), ref=sent.ref)
    late = invite_member(lead, case=case.ref, institution=cast.south.ref, part="read")
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    with pytest.raises(Conflict):
        accept_invitation(actor(cast.south_lead), ref=late.ref)
    again = invite_member(lead, case=case.ref, institution=cast.south.ref, part="read")
    close_case(lead, case=case.ref, reason="withdrawn")
    with pytest.raises(Conflict):
        accept_invitation(actor(cast.south_lead), ref=again.ref)
    assert not Participant.objects.filter(case=case, institution=cast.south).exists()


def test_one_who_takes_part_is_not_invited_again(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Conflict):
        invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read")
    take_part(case, cast.harbour_bank)
    with pytest.raises(Conflict):
        invite_member(actor(cast.north_lead), case=case.ref, institution=cast.harbour_bank.ref, part="read")


def test_a_message_holds_no_plain_value(cast: Cast) -> None:
    case = joint_case(cast, south=False).case
    with pytest.raises(Invalid):
        invite_member(
            actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read", message="打 13800138000"
        )


def test_an_invitation_tells_no_more_once_it_stands_no_more_and_nothing_that_was_added_since(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    lead, south = actor(cast.north_lead), actor(cast.south_lead)
    sent = invite_member(lead, case=story.case.ref, institution=cast.south.ref, part="read")
    for user in (cast.north_analyst, cast.south_analyst):
        clues.file(actor(user), clues.row("later"), match=True)
    second = Collision.objects.exclude(ref=story.collision).get()
    assert add_collisions(actor(cast.north_analyst), case=story.case.ref, collisions=[second.ref]) == 1
    assert shared_collisions(south, invitation_for(south, sent.ref)) == {story.collision}
    accept_invitation(south, ref=sent.ref)
    remove(story.case, cast.south)
    assert not shared_collisions(south, invitation_for(south, sent.ref))
    again = invite_member(lead, case=story.case.ref, institution=cast.south.ref, part="read")
    assert shared_collisions(south, invitation_for(south, again.ref)) == {story.collision, second.ref}
    decline_invitation(south, ref=again.ref)
    assert not shared_collisions(south, invitation_for(south, again.ref))
    page = client_of(cast.south_lead).get(f"/invitations/{again.ref}").content.decode()
    assert str(story.collision) not in page
