"""Disclosures that several people decide on at the same moment: one of them does, whatever the order."""

from functools import partial

import pytest

from audit.models import Entry
from cases.models import DisclosureSeal, Unmasking
from cases.services.disclosures import approve_disclosure, withdraw_disclosure
from members.roles import Role
from notices.models import Event
from tests.cases import joint_case
from tests.cases.disclosing import ask, given, look, propose, publish
from tests.cast import Cast, actor, person
from tests.intel.parallel import outcome, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_fifty_approvals_at_once_one_gives_the_value(cast: Cast) -> None:
    story = joint_case(cast)
    pair, one = publish(cast.south), ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_analyst, pair)
    leads = [actor(person(cast.north, Role.LEAD, f"Lead {number}")) for number in range(50)]

    approvals = [partial(approve_disclosure, lead, case=story.case.ref, ref=one.ref) for lead in leads]
    assert together([partial(outcome, act) for act in approvals]).count("done") == 1
    assert Entry.objects.filter(kind="disclosure.approved").count() == 1
    assert Event.objects.filter(type="disclosure.decided").count() == 1


def test_no_value_is_shown_after_its_withdrawal_has_answered(cast: Cast) -> None:
    story = joint_case(cast)
    one, pair = given(cast, story)

    withdraw = partial(withdraw_disclosure, actor(cast.north_analyst), case=story.case.ref, ref=one.ref)
    show = partial(outcome, partial(look, story, cast.south_analyst, one, pair))
    shown = together([withdraw, *[show] * 12]).count("done")
    assert show() == "not_given"
    assert Unmasking.objects.count() == shown
    assert not DisclosureSeal.objects.exclude(sealed=None).exists()
