"""Four eyes: a clue at or above the grade matches nothing until somebody other than its filer approves it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from audit.models import Entry
from intel.models import Clue, Collision, Digest, Sighting, Submission
from intel.queries.approvals import waiting_for, waiting_submissions
from intel.queries.clues import clue_for
from intel.queries.submissions import submission_for
from intel.services.approvals import approve_clues, refuse_clues
from intel.services.invariants import violations
from intel.services.withdrawals import withdraw_clue
from kit.errors import Forbidden, Invalid, NotFound
from members.models import Institution
from members.roles import Role
from members.services.circles import leave_circle
from notices.models import Event
from tests.cast import Cast, actor, person, system_of
from tests.intel.clues import file, match_pending, row
from tests.intel.parallel import together


def sound() -> bool:
    return violations(pending_limit=timedelta(seconds=60)) == []


def wait_from(institution: Institution, grade: str) -> None:
    institution.four_eyes_from = grade
    institution.save()


@pytest.mark.parametrize(("grade", "waiting"), [("never", 0), ("clear", 1), ("reasonable", 2), ("always", 3)], ids=str)
def test_from_the_grade_on_clues_wait(cast: Cast, grade: str, waiting: int) -> None:
    wait_from(cast.north, grade)
    rows = [row(proof, proof=proof) for proof in ("suspicion", "reasonable", "clear")]
    receipt = file(actor(cast.north_analyst), *rows, match=True)
    assert receipt.waiting == waiting == Clue.objects.filter(state="draft").count()
    assert Sighting.objects.filter(is_live=False).count() == waiting
    assert sound()


def test_what_waits_matches_nothing_and_shows_nobody_anything(cast: Cast) -> None:
    south = actor(cast.south_analyst)
    file(south, row("a"), match=True)
    file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    assert not Collision.objects.exists()
    assert submission_for(actor(cast.north_analyst), Submission.objects.latest("pk").ref).waiting == 1
    lead = actor(cast.north_lead)
    (waiting,) = waiting_for(lead).rows
    assert [one.collision for one in waiting.clue.sighted] == [None]
    assert waiting.clue.standing == "draft"
    assert approve_clues(lead, refs=[waiting.clue.ref]).decided == 1
    assert Collision.objects.count() == 1
    assert submission_for(lead, Submission.objects.latest("pk").ref).waiting == 0
    assert sound()


def test_a_draft_on_a_collision_of_others_does_not_say_so(cast: Cast) -> None:
    file(actor(cast.south_analyst), row("a"), match=True)
    file(actor(cast.harbour_bank_analyst), row("a"), match=True)
    file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    found = clue_for(actor(cast.north_analyst), Clue.objects.get(institution=cast.north).ref)
    assert [one.collision for one in found.clue.sighted] == [None]


def test_nobody_approves_their_own_filing(cast: Cast) -> None:
    lead, other = actor(cast.north_lead), actor(person(cast.north, Role.LEAD, "Nomi Lead"))
    receipt = file(lead, row("a", proof="clear"), match=True)
    assert (waiting_for(lead).rows[0].is_own, waiting_for(other).rows[0].is_own) == (True, False)
    assert (waiting_submissions(lead)[0].is_own, waiting_submissions(other)[0].waiting) == (True, 1)
    done = approve_clues(lead, submission=receipt.reference)
    assert (done.decided, done.own, done.earlier) == (0, 1, 0)
    assert approve_clues(other, submission=receipt.reference).decided == 1


def test_nobody_approves_what_their_own_credential_filed(cast: Cast) -> None:
    system = system_of(cast.north, ["submit"])
    both = cast.north_admin
    both.roles = [Role.INSTITUTION_ADMIN, Role.LEAD]
    both.save()
    receipt = file(system, row("a", proof="clear"), match=True)
    assert approve_clues(actor(both), submission=receipt.reference).own == 1
    assert approve_clues(actor(cast.north_lead), submission=receipt.reference).decided == 1


def test_a_system_with_the_scope_files_what_it_had_approved(cast: Cast) -> None:
    wait_from(cast.north, "always")
    assert file(system_of(cast.north, ["submit"]), row("a")).waiting == 1
    assert file(system_of(cast.north, ["submit", "approved"]), row("b")).waiting == 0


def test_an_analyst_an_outsider_and_another_institution_cannot(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    ref = Clue.objects.get().ref
    with pytest.raises(Forbidden):
        approve_clues(actor(cast.north_analyst), refs=[ref])
    for asked in ({"refs": [ref]}, {"submission": receipt.reference}, {"refs": [uuid4()]}):
        with pytest.raises(NotFound):
            approve_clues(actor(cast.south_lead), **asked)
    assert waiting_for(actor(cast.south_lead)).rows == []


def test_a_refused_clue_is_erased_and_may_be_filed_again(cast: Cast) -> None:
    north, lead = actor(cast.north_analyst), actor(cast.north_lead)
    receipt = file(north, row("a", proof="clear"), match=True)
    with pytest.raises(Invalid):
        refuse_clues(lead, submission=receipt.reference, reason="call 13812345678")
    assert refuse_clues(lead, submission=receipt.reference, reason="wrong person").decided == 1
    assert (Clue.objects.get().state, Sighting.objects.count(), Digest.objects.count()) == ("refused", 0, 0)
    entry = Entry.objects.get(kind="clue.refused")
    assert entry.facts == {}, "the audit operator reads facts, and no member's words"
    assert clue_for(lead, UUID(entry.subject)).decision == "wrong person"
    withdraw_clue(north, ref=Clue.objects.get().ref)
    assert Clue.objects.get().state == "refused"
    assert file(north, row("a", proof="clear")).repeats is None
    match_pending()
    assert sound()


def test_deciding_is_safe_to_repeat(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), row("b", proof="clear"), match=True)
    lead = actor(cast.north_lead)
    ref = Clue.objects.order_by("pk").first().ref
    assert approve_clues(lead, refs=[ref]).decided == 1
    again = approve_clues(lead, refs=[ref])
    assert (again.decided, again.earlier) == (0, 1)
    assert approve_clues(lead, submission=receipt.reference).decided == 1
    assert Entry.objects.filter(kind="clue.approved").count() == 2


def test_a_withdrawn_draft_waits_no_more(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    withdraw_clue(actor(cast.north_analyst), ref=Clue.objects.get().ref)
    assert submission_for(actor(cast.north_lead), receipt.reference).waiting == 0
    assert sound()


def test_those_concerned_are_told(cast: Cast) -> None:
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    approve_clues(actor(cast.north_lead), submission=receipt.reference)
    told = Event.objects.filter(institution=cast.north, type__startswith="clue.").order_by("pk")
    assert [(one.type, one.subject) for one in told] == [
        ("clue.waiting", receipt.reference),
        ("clue.decided", receipt.reference),
    ]


def test_many_are_decided_in_a_fixed_number_of_statements(cast: Cast, django_assert_max_num_queries: object) -> None:
    lead = actor(cast.north_lead)
    for number in (2, 40):
        rows = [row(f"{number} {n}", proof="clear") for n in range(number)]
        receipt = file(actor(cast.north_analyst), *rows, match=True)
        with django_assert_max_num_queries(45):  # type: ignore[operator]
            assert approve_clues(lead, submission=receipt.reference).decided == number


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_approve_exactly_once(cast: Cast) -> None:
    file(actor(cast.south_analyst), row("a"), match=True)
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    lead = actor(cast.north_lead)

    def approve() -> int:
        return approve_clues(lead, submission=receipt.reference).decided

    assert sum(together([approve] * 50)) == 1
    assert Entry.objects.filter(kind="clue.approved").count() == 1
    assert Entry.objects.filter(kind="collision.found").count() == Collision.objects.count() == 1
    assert Submission.objects.get(ref=receipt.reference).waiting == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intel_sighting WHERE NOT is_live")
        assert cursor.fetchone() == (0,)


def test_nothing_enters_a_circle_that_was_left(cast: Cast) -> None:
    file(actor(cast.south_analyst), row("a"), match=True)
    receipt = file(actor(cast.north_analyst), row("a", proof="clear"), match=True)
    leave_circle(actor(cast.operator_system), cast.cards.ref, institution=cast.north.ref)
    lead = actor(cast.north_lead)
    done = approve_clues(lead, submission=receipt.reference)
    assert (done.decided, done.outside) == (0, 1)
    assert not Collision.objects.exists()
    assert refuse_clues(lead, submission=receipt.reference, reason="we left").decided == 1
    assert sound()
