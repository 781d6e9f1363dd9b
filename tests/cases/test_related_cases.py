"""What a case's readers learn of other cases that share its values: of a hidden or closed one, nothing at all."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, CaseLink, HandOver
from cases.queries.cases import case_for
from cases.queries.related import Related, related_to
from cases.services.closing import close_case, offer_hand_over, reopen_case
from cases.services.links import answer_link, offer_link, offer_links
from cases.services.opening import describe_case, open_case
from intel.models import Collision
from kit.errors import Conflict, Forbidden, NotFound
from tests.cases import Story, joint_case, remove, take_part
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db


def south_case(cast: Cast, collision: UUID, *, is_findable: bool = True, title: str = "南原自办案") -> Case:
    return open_case(
        actor(cast.south_analyst), title=title, typology="other", collisions=[collision], is_findable=is_findable
    )


def seen_by(user: object, case: Case) -> Related:
    who = actor(user)  # type: ignore[arg-type]
    return related_to(who, case_for(who, case.ref))


def test_those_who_see_both_are_shown_each_and_how_much_they_share(cast: Cast) -> None:
    story = joint_case(cast)
    other = south_case(cast, story.collision)
    [row] = seen_by(cast.south_analyst, story.case).seen
    assert (row.ref, row.shared, row.title) == (other.ref, 1, "南原自办案")
    assert seen_by(cast.south_analyst, story.case).elsewhere == 0


def test_others_learn_only_how_many_of_their_own_values_stand_elsewhere(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    for title in ("一", "二", "三"):
        south_case(cast, story.collision, title=title)
    found = seen_by(cast.north_lead, story.case)
    assert (found.seen, found.links, found.elsewhere) == ([], [], 1)
    # Who holds none of the values learns not even that: a police unit here.
    assert seen_by(cast.police_officer, story.case).elsewhere == 0


def body(client: Client, story: Story) -> str:
    shown = client.get(f"/cases/{story.case.ref}").content.decode()
    return re.sub(r"\b[A-Za-z0-9]{64}\b|nonce=\"[^\"]*\"", "", shown)


@pytest.mark.parametrize("how", ["closed", "unfindable"])
def test_a_closed_or_unfindable_case_is_as_none_to_the_byte(cast: Cast, how: str) -> None:
    story = joint_case(cast, south=False)
    client = client_of(cast.north_lead)
    body(client, story)
    with CaptureQueriesContext(connection) as of_none:
        before = body(client, story)
    other = south_case(cast, story.collision, is_findable=how == "closed")
    if how == "closed":
        assert seen_by(cast.north_lead, story.case).elsewhere == 1
        offer_links(actor(cast.south_lead), case=other.ref)
        assert seen_by(cast.north_lead, story.case).links
        close_case(actor(cast.south_lead), case=other.ref, reason="withdrawn")
    found = seen_by(cast.north_lead, story.case)
    assert (found.seen, found.links, found.elsewhere, found.has_offered) == ([], [], 0, False)
    with CaptureQueriesContext(connection) as of_hidden:
        after = body(client, story)
    assert after == before
    assert len(of_hidden) == len(of_none)


def test_an_unfindable_case_learns_of_no_other(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    south_case(cast, story.collision)
    lead = actor(cast.north_lead)
    describe_case(lead, case=story.case.ref, title="代理维权团伙", summary="", is_findable=False)
    assert seen_by(cast.north_lead, story.case).elsewhere == 0


def test_leads_who_both_agree_learn_each_others_name_and_nothing_else(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    other = south_case(cast, story.collision)
    with pytest.raises(Forbidden):
        offer_links(actor(cast.north_analyst), case=story.case.ref)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    assert seen_by(cast.north_lead, story.case).has_offered
    [offer] = seen_by(cast.south_lead, other).links
    assert (offer.lead, offer.state, offer.may_answer) == ("", "offered", True)
    assert not seen_by(cast.south_analyst, other).links[0].may_answer
    answer_link(actor(cast.south_lead), case=other.ref, link=offer.ref, accept=True)
    [link] = seen_by(cast.north_lead, story.case).links
    assert (link.lead, link.state) == (str(cast.south), "linked")
    with pytest.raises(NotFound):
        case_for(actor(cast.north_lead), other.ref)


def test_an_offer_is_shown_to_the_leads_institution_alone(cast: Cast) -> None:
    story = joint_case(cast, south=False, police=False)
    other = south_case(cast, story.collision)
    take_part(other, cast.police)
    before = seen_by(cast.police_officer, other)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    assert seen_by(cast.south_analyst, other).links
    take_part(other, cast.harbour_bank)
    for user in (cast.police_officer, cast.harbour_bank_analyst):
        assert seen_by(user, other).links == before.links == []


def test_who_takes_the_lead_over_later_is_not_named_to_the_linked_case(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    other = south_case(cast, story.collision)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    answer_link(actor(cast.south_lead), case=other.ref, link=CaseLink.objects.get().ref, accept=True)
    joined = take_part(other, cast.harbour_bank)
    offer = offer_hand_over(actor(cast.south_lead), case=other.ref, participant=joined.ref)
    assert seen_by(cast.north_lead, story.case).links[0].lead == str(cast.south)
    # As its lead's acceptance does.
    HandOver.objects.filter(pk=offer.pk).update(state="accepted", decided_at=timezone.now())
    Case.objects.filter(pk=other.pk).update(lead=cast.harbour_bank)
    assert seen_by(cast.north_lead, story.case).links[0].lead == ""
    page = client_of(cast.north_analyst).get(f"/cases/{story.case.ref}").content.decode()
    assert str(cast.harbour_bank) not in page


def test_offering_answers_the_same_whether_there_is_a_case_or_none(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    assert offer_links(actor(cast.north_lead), case=story.case.ref) is None
    assert not CaseLink.objects.exists()
    south_case(cast, story.collision, is_findable=False)
    assert offer_links(actor(cast.north_lead), case=story.case.ref) is None
    assert not CaseLink.objects.exists()


def test_an_offer_of_a_case_that_hid_itself_is_answered_by_nobody(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    other = south_case(cast, story.collision)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    link = CaseLink.objects.get()
    with pytest.raises(NotFound):
        answer_link(actor(cast.north_lead), case=story.case.ref, link=link.ref, accept=True)
    close_case(actor(cast.north_lead), case=story.case.ref, reason="merged")
    with pytest.raises(NotFound):
        answer_link(actor(cast.south_lead), case=other.ref, link=link.ref, accept=True)
    assert not seen_by(cast.south_lead, other).links


def test_a_declined_offer_stays_declined(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    other = south_case(cast, story.collision)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    answer_link(actor(cast.south_lead), case=other.ref, link=CaseLink.objects.get().ref, accept=False)
    offer_links(actor(cast.north_lead), case=story.case.ref)
    assert not seen_by(cast.south_lead, other).links
    assert CaseLink.objects.get().state == "declined"


def test_cases_that_one_sees_are_linked_by_name(cast: Cast) -> None:
    story = joint_case(cast)
    other = south_case(cast, story.collision)
    take_part(other, cast.north)
    lead = actor(cast.north_lead)
    offer_link(lead, case=story.case.ref, other=other.ref)
    with pytest.raises(Conflict):
        offer_link(lead, case=story.case.ref, other=other.ref)
    link = CaseLink.objects.get()
    answer_link(actor(cast.south_lead), case=other.ref, link=link.ref, accept=True)
    assert seen_by(cast.north_lead, story.case).seen[0].link == "linked"
    mine = open_case(actor(cast.north_analyst), title="三", typology="other", collisions=[story.collision])
    assert offer_link(lead, case=story.case.ref, other=mine.ref).state == "linked"
    foreign = joint_case(cast, south=False, police=False, value="x").case
    remove(foreign, cast.north)
    with pytest.raises(NotFound):
        offer_link(lead, case=story.case.ref, other=foreign.ref)


def test_a_collision_is_in_a_case_while_an_open_findable_one_stands_on_it(cast: Cast) -> None:
    story = joint_case(cast, south=False)

    def state() -> str:
        found = Collision.objects.get(ref=story.collision)
        assert {party.state for party in found.parties.all()} == {found.state}
        return found.state

    lead = actor(cast.north_lead)
    assert state() == "in_case"
    other = south_case(cast, story.collision)
    close_case(lead, case=story.case.ref, reason="decided")
    assert state() == "in_case"
    describe_case(actor(cast.south_lead), case=other.ref, title="南", summary="", is_findable=False)
    assert state() == "open"
    reopen_case(lead, case=story.case.ref)
    assert state() == "in_case"
