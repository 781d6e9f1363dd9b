"""`alliance cases` against the platform itself."""

from uuid import uuid4

import pytest

from cases.models import Case
from cases.services.invitations import decline_invitation, invite_member
from cases.services.opening import open_case
from intel.models import Collision
from tests.cases import joint_case
from tests.cases.machines import Machine
from tests.cast import Cast, actor
from tests.client.console import run, told
from tests.intel import clues

pytestmark = pytest.mark.django_db(transaction=True)


def test_cases_are_listed_and_shown(cast: Cast, machine: Machine) -> None:
    story = joint_case(cast)
    [row] = told("cases", "list")
    assert (row["reference"], row["title"], row["participants"]) == (str(story.case.ref), "代理维权团伙", 3)
    found = told("cases", "show", str(story.case.ref))
    assert [one["collision"] for one in found["items"]] == [str(story.collision)]
    shown = run("cases", "show", str(story.case.ref))
    assert "代理维权团伙" in shown.out
    assert told("cases", "list", "--state", "closed") == []
    assert told("cases", "list", "--led", "others") == []


def test_a_case_is_opened_and_added_to(cast: Cast, machine: Machine) -> None:
    story = joint_case(cast, south=False, police=False)
    made = told("cases", "open", str(story.collision), "--title", "二号案", "--typology", "other", "--unfindable")
    case = Case.objects.get(ref=made["reference"])
    assert (case.lead, case.is_findable) == (cast.north, False)
    for user in (cast.north_analyst, cast.south_analyst):
        clues.file(actor(user), clues.row("second"), match=True)
    refs = {row["reference"] for row in told("collisions")} - {str(story.collision)}
    assert told("cases", "add", made["reference"], *refs) == {"added": 1}
    assert told("cases", "add", made["reference"], *refs) == {"added": 0}


def test_what_is_refused_is_said_in_words(cast: Cast, machine: Machine) -> None:
    story = joint_case(cast, south=False, police=False)
    refused = run("cases", "open", str(story.collision), "--title", "打 13800138000", "--typology", "other")
    assert refused.code != 0
    assert "13800138000" not in refused.err
    absent = run("cases", "show", str(uuid4())).code
    assert absent != 0
    assert run("cases", "show", "no reference").code == absent
    assert Case.objects.count() == 1


def test_an_invitation_is_listed_until_it_is_answered(cast: Cast, machine: Machine) -> None:
    for user in (cast.north_analyst, cast.south_analyst):
        clues.file(actor(user), clues.row("shared"), match=True)
    case = open_case(actor(cast.south_analyst), title="一", typology="other", collisions=[Collision.objects.get().ref])
    assert told("cases", "invitations") == []
    sent = invite_member(actor(cast.south_lead), case=case.ref, institution=cast.north.ref, part="read")
    [row] = told("cases", "invitations")
    assert (row["reference"], row["part"]) == (str(sent.ref), "read")
    decline_invitation(actor(cast.north_lead), ref=sent.ref)
    assert told("cases", "invitations") == []
