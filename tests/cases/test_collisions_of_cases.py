"""A case and the collisions it stands on: what is withdrawn, disputed or over-common stays in the case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import CaseCollision
from cases.queries.overview import items_of
from cases.services.closing import close_case
from cases.services.opening import add_collisions, add_place, open_case, remove_place
from intel.models import Clue, Collision, Digest
from intel.services.invariants import violations
from intel.services.opinions import give_opinion
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cases import joint_case
from tests.cast import Cast, actor
from tests.intel import clues

pytestmark = pytest.mark.django_db


def holds() -> bool:
    return not violations(pending_limit=timedelta(minutes=5))


def test_a_withdrawn_clue_ends_the_collision_and_not_what_the_case_was_opened_on(cast: Cast) -> None:
    story = joint_case(cast)
    for user in (cast.south_analyst, cast.north_analyst):
        withdraw_clue(actor(user), ref=Clue.objects.get(institution=user.institution).ref)
    assert not Collision.objects.exists()
    assert Digest.objects.get().is_kept
    [item] = items_of(actor(cast.south_analyst), story.case)
    assert (item.state, item.is_own) == ("", False)
    assert holds()


def test_one_that_comes_back_is_in_the_case_again(cast: Cast) -> None:
    story = joint_case(cast)
    withdraw_clue(actor(cast.south_analyst), ref=Clue.objects.get(institution=cast.south).ref)
    assert items_of(actor(cast.north_analyst), story.case)[0].state == ""
    clues.file(actor(cast.south_analyst), clues.row("shared"), match=True)
    [item] = items_of(actor(cast.north_analyst), story.case)
    assert (item.state, item.is_own) == ("in_case", True)
    assert item.collision == Collision.objects.get().ref
    assert holds()


def test_a_dispute_is_an_opinion_while_a_case_works_on_it_and_counts_afterwards(cast: Cast) -> None:
    story = joint_case(cast)
    give_opinion(actor(cast.south_analyst), ref=story.collision, verdict="disputed", reason="号码已经换人")
    assert Collision.objects.get().state == "in_case"
    close_case(actor(cast.north_lead), case=story.case.ref, reason="no_grounds")
    assert Collision.objects.get().state == "disputed"
    assert holds()


def test_an_over_common_one_stays_in_the_case_and_waits_for_its_review_afterwards(cast: Cast) -> None:
    story = joint_case(cast)
    Digest.objects.update(hold=2, held_at=timezone.now())
    assert Collision.objects.get().state == "in_case"
    close_case(actor(cast.north_lead), case=story.case.ref, reason="no_grounds")
    assert Collision.objects.get().state == "quarantined"
    assert holds()


def test_any_participant_that_contributes_adds_its_own_collisions_once(cast: Cast) -> None:
    story = joint_case(cast)
    for user in (cast.south_analyst, cast.harbour_bank_analyst):
        clues.file(actor(user), clues.row("second"), match=True)
    second = Collision.objects.exclude(ref=story.collision).get().ref
    with pytest.raises(NotFound):
        add_collisions(actor(cast.north_analyst), case=story.case.ref, collisions=[second])
    with pytest.raises(NotFound):
        add_collisions(actor(cast.harbour_bank_analyst), case=story.case.ref, collisions=[second])
    with pytest.raises(Forbidden):
        add_collisions(actor(cast.police_officer), case=story.case.ref, collisions=[second])
    assert add_collisions(actor(cast.south_analyst), case=story.case.ref, collisions=[second, story.collision]) == 1
    assert add_collisions(actor(cast.south_analyst), case=story.case.ref, collisions=[second]) == 0
    assert CaseCollision.objects.filter(case=story.case).count() == 2
    assert [item.is_own for item in items_of(actor(cast.north_analyst), story.case)] == [True, False]
    with pytest.raises(Invalid):
        add_collisions(actor(cast.south_analyst), case=story.case.ref, collisions=[])


def test_a_police_unit_and_an_outsider_open_no_case_on_it(cast: Cast) -> None:
    story = joint_case(cast)
    for user, refusal in ((cast.police_officer, Forbidden), (cast.outsider_analyst, NotFound)):
        with pytest.raises(refusal):
            open_case(actor(user), title="一", typology="other", collisions=[story.collision])


@pytest.mark.parametrize(
    ("title", "typology"), [("", "other"), ("一", "none"), ("打 13800138000", "other"), ("一" * 121, "other")]
)
def test_a_case_needs_a_title_without_a_value_and_a_known_typology(cast: Cast, title: str, typology: str) -> None:
    story = joint_case(cast, south=False, police=False)
    with pytest.raises(Invalid):
        open_case(actor(cast.north_analyst), title=title, typology=typology, collisions=[story.collision])


def test_places_are_codes_and_each_takes_back_its_own(cast: Cast) -> None:
    case = joint_case(cast).case
    south = actor(cast.south_analyst)
    for tie, region in (("act", "31011"), ("act", "上海"), ("where", "310115")):
        with pytest.raises(Invalid):
            add_place(south, case=case.ref, tie=tie, region=region)
    add_place(south, case=case.ref, tie="act", region="310115")
    with pytest.raises(Conflict):
        add_place(south, case=case.ref, tie="act", region="310115")
    with pytest.raises(Forbidden):
        remove_place(actor(cast.police_officer), case=case.ref, tie="act", region="310115")
    remove_place(actor(cast.north_lead), case=case.ref, tie="act", region="310115")
    assert not case.places.exists()
