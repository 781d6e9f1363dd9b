"""Band D: what an institution files waits for an operator, who sees whose and how much, never what."""

from datetime import timedelta

import pytest

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Sighting
from intel.queries.approvals import held_for
from intel.services.approvals import approve_clues
from intel.services.invariants import violations
from intel.services.releases import decline_submission, release_submission
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, NotFound
from members.services.circles import leave_circle
from notices.models import Event
from tests.cast import Cast, actor, client_of, system_of
from tests.intel.clues import file, row


@pytest.fixture(autouse=True)
def _in_band_d(cast: Cast) -> None:
    cast.north.band = "D"
    cast.north.save()
    file(actor(cast.south_analyst), row("a"), match=True)


def sound() -> bool:
    return violations(pending_limit=timedelta(seconds=60)) == []


def test_it_waits_by_every_door_and_matches_nothing(cast: Cast) -> None:
    receipt = file(system_of(cast.north), row("a"), match=True)
    assert receipt.waiting == 1
    assert not Collision.objects.exists()
    (held,) = held_for(actor(cast.operator_security))
    assert (held.ref, held.institution, held.held) == (receipt.reference, str(cast.north), 1)
    assert sound()
    assert release_submission(actor(cast.operator_security), ref=receipt.reference) == 1
    assert Collision.objects.exists()
    assert held_for(actor(cast.operator_security)) == []
    assert sound()
    with pytest.raises(Conflict):
        release_submission(actor(cast.operator_security), ref=receipt.reference)
    types = Event.objects.filter(institution=cast.north, type__startswith="submission.").order_by("pk")
    assert {"submission.held", "submission.released"} <= set(types.values_list("type", flat=True))


def test_declined_it_is_erased(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("b"), match=True)
    decline_submission(actor(cast.operator_security), ref=receipt.reference, reason="a flood of template filings")
    assert Clue.objects.get(institution=cast.north).state == "refused"
    assert Sighting.objects.filter(institution=cast.north).count() == 0
    assert Digest.objects.count() == 1
    assert Entry.objects.filter(kind="submission.declined").count() == 1
    assert sound()


def test_the_second_person_comes_before_the_operator(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), row("b"), match=True)
    assert sorted(Clue.objects.filter(institution=cast.north).values_list("state", flat=True)) == ["draft", "held"]
    assert release_submission(actor(cast.operator_security), ref=receipt.reference) == 1
    assert sound()
    assert approve_clues(actor(cast.north_lead), submission=receipt.reference).decided == 1
    assert Clue.objects.filter(institution=cast.north, state="held").count() == 1
    assert not Collision.objects.exists()
    assert sound()
    assert release_submission(actor(cast.operator_security), ref=receipt.reference) == 1
    assert Collision.objects.exists()
    assert sound()


def test_only_the_security_operator_releases(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a"), match=True)
    for nobody in (cast.operator_system, cast.operator_audit, cast.north_lead, cast.south_lead):
        with pytest.raises(Forbidden):
            release_submission(actor(nobody), ref=receipt.reference)
        with pytest.raises(Forbidden):
            held_for(actor(nobody))
    with pytest.raises(NotFound):
        release_submission(actor(cast.operator_security), ref=cast.north.ref)


def test_the_page_shows_no_content(cast: Cast) -> None:
    file(actor(cast.north_analyst), row("a", note="a very secret note", own_reference="OWN-77"), match=True)
    page = client_of(cast.operator_security).get("/filings").content.decode()
    for hidden in ("OWN-77", "secret", "anti_collection", str(Clue.objects.get(institution=cast.north).ref)):
        assert hidden not in page


def test_nothing_is_released_into_a_circle_that_was_left(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a"), match=True)
    leave_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.north.ref)
    assert release_submission(actor(cast.operator_security), ref=receipt.reference) == 0
    assert Clue.objects.get(institution=cast.north).state == "refused"
    assert not Collision.objects.exists()
    assert sound()


def test_withdrawn_it_waits_no_more(cast: Cast) -> None:
    file(actor(cast.north_analyst), row("a"), match=True)
    withdraw_clue(actor(cast.north_analyst), ref=Clue.objects.get(institution=cast.north).ref)
    assert held_for(actor(cast.operator_security)) == []
    assert sound()
