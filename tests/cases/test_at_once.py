"""Acts on one case at the same moment: each takes its turn, and the state is what the last one found."""

import pytest

from cases.models import Case, Invitation, Participant
from cases.services.closing import close_case
from cases.services.invitations import accept_invitation, invite_member
from cases.services.opening import open_case
from cases.services.participants import remove_participant
from intel.models import Collision
from tests.cases import joint_case
from tests.cast import Cast, actor
from tests.intel.parallel import outcome, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_acceptances_at_once_one_takes_part(cast: Cast) -> None:
    case = joint_case(cast, south=False, police=False).case
    sent = invite_member(actor(cast.north_lead), case=case.ref, institution=cast.south.ref, part="read")
    lead = actor(cast.south_lead)
    found = together([lambda: outcome(lambda: accept_invitation(lead, ref=sent.ref))] * 8)
    assert sorted(found) == ["done", *["not_standing"] * 7]
    assert Participant.objects.filter(case=case, institution=cast.south).count() == 1


def test_of_many_closings_at_once_one_closes(cast: Cast) -> None:
    case = joint_case(cast).case
    lead = actor(cast.north_lead)
    found = together([lambda: outcome(lambda: close_case(lead, case=case.ref, reason="decided"))] * 8)
    assert sorted(found) == [*["case_closed"] * 7, "done"]


def test_an_acceptance_and_a_closing_at_once_leave_no_standing_invitation(cast: Cast) -> None:
    case = joint_case(cast, south=False, police=False).case
    north, south = actor(cast.north_lead), actor(cast.south_lead)
    sent = invite_member(north, case=case.ref, institution=cast.south.ref, part="read")
    found = together(
        [
            lambda: outcome(lambda: accept_invitation(south, ref=sent.ref)),
            lambda: outcome(lambda: close_case(north, case=case.ref, reason="decided")),
        ]
    )
    assert found[1] == "done"
    joined = Participant.objects.filter(case=case, institution=cast.south).exists()
    assert Invitation.objects.get().state == ("accepted" if joined else "withdrawn")


def test_of_many_removals_at_once_one_removes(cast: Cast) -> None:
    case = joint_case(cast).case
    part = Participant.objects.get(case=case, institution=cast.south)
    lead = actor(cast.north_lead)
    found = together(
        [lambda: outcome(lambda: remove_participant(lead, case=case.ref, participant=part.ref, reason="无"))] * 8
    )
    assert sorted(found) == ["done", *["not_found"] * 7]


def test_two_cases_that_end_at_once_leave_the_collision_free(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    other = open_case(actor(cast.south_analyst), title="二", typology="other", collisions=[story.collision])
    acts = [(actor(cast.north_lead), story.case), (actor(cast.south_lead), other)]
    found = together(
        [
            lambda who=who, case=case: outcome(lambda: close_case(who, case=case.ref, reason="decided"))
            for who, case in acts
        ]
    )
    assert found == ["done", "done"]
    assert not Case.objects.filter(state="open").exists()
    assert Collision.objects.get().state == "open"
