"""Who may see a case, and with which rights."""

import uuid

import pytest
from django.db import transaction

from cases.models import Case
from cases.queries.cases import case_for, case_to_change, cases_for, rights_on
from cases.rights import OF_LEAD, OF_MEMBER, OF_POLICE, Right
from kit.errors import Conflict, Forbidden, NotFound
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, system_of

pytestmark = pytest.mark.django_db


def test_those_who_take_part_see_it_and_nobody_else(cast: Cast) -> None:
    case = joint_case(cast).case
    for user in (cast.north_analyst, cast.north_lead, cast.south_analyst, cast.police_officer):
        assert case_for(actor(user), case.ref) == case
    assert case_for(system_of(cast.north), case.ref) == case
    for user in (cast.outsider_analyst, cast.harbour_bank_analyst):
        with pytest.raises(NotFound):
            case_for(actor(user), case.ref)
        assert not cases_for(actor(user)).exists()


def test_who_runs_or_watches_the_alliance_sees_no_case(cast: Cast) -> None:
    case = joint_case(cast).case
    for user in (cast.operator_system, cast.operator_audit, cast.operator_security, cast.regulator_reader):
        for ref in (case.ref, uuid.uuid4()):
            with pytest.raises(Forbidden):
                case_for(actor(user), ref)


def test_a_removed_participant_loses_it_at_once(cast: Cast) -> None:
    case = joint_case(cast).case
    remove(case, cast.south)
    with pytest.raises(NotFound):
        case_for(actor(cast.south_analyst), case.ref)
    assert not cases_for(system_of(cast.south)).exists()


def test_each_has_the_rights_of_their_part_that_their_role_may_use(cast: Cast) -> None:
    case = joint_case(cast).case
    assert rights_on(actor(cast.north_lead), case) == OF_LEAD
    assert rights_on(actor(cast.north_analyst), case) == OF_LEAD - {Right.MANAGE, Right.HAND_OVER}
    assert rights_on(actor(cast.south_lead), case) == OF_MEMBER
    assert rights_on(actor(cast.police_officer), case) == OF_POLICE
    assert rights_on(actor(cast.north_admin), case) == frozenset()
    with pytest.raises(Forbidden):
        case_for(actor(cast.south_lead), case.ref, Right.MANAGE)


def test_a_closed_case_is_read_and_not_changed(cast: Cast) -> None:
    case = joint_case(cast).case
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=case.opened_at)
    assert case_for(actor(cast.south_analyst), case.ref)
    with transaction.atomic(), pytest.raises(Conflict):
        case_to_change(actor(cast.south_analyst), case.ref, Right.CONTRIBUTE)
