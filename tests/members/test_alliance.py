"""Institutions and circles: the system operator runs them, and nobody else."""

from uuid import uuid4

import pytest

from audit.models import Entry
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Institution, User
from members.queries.circles import circles_for, managed_circles_for, owners_in, ownership
from members.queries.institutions import institution_for, institutions_for, owners_for
from members.queries.users import users_for
from members.services.circles import change_circle, create_circle, join_circle, leave_circle, register_voice_library
from members.services.institutions import onboard_institution, reinstate_institution, suspend_institution
from members.services.invitations import invite_user, renew_invitation, take_invitation
from tests.cast import Cast, actor, system_of

NEW = {"kind": "bank", "name_zh": "新城银行", "name_en": "New Town Bank", "owner": "New Town Group",
       "admin_name": "First Admin", "admin_email": "first@newtown.example"}  # fmt: skip
OTHERS = ["north_analyst", "north_lead", "north_admin", "police_officer", "regulator_reader", "operator_security",
          "operator_audit"]  # fmt: skip


def acts(cast: Cast):
    north, cards = cast.north.ref, cast.cards.ref
    return [
        lambda a: onboard_institution(a, **NEW),
        lambda a: suspend_institution(a, north),
        lambda a: reinstate_institution(a, north),
        lambda a: create_circle(a, code="x", name_zh="x", name_en="x"),
        lambda a: change_circle(a, cards, is_confidential=True),
        lambda a: join_circle(a, cards, institution=cast.outsider.ref),
        lambda a: leave_circle(a, cards, institution=north),
        lambda a: register_voice_library(a, cards, name="acme:fraud:v3"),
    ]


@pytest.mark.parametrize("who", OTHERS)
def test_only_the_system_operator_runs_the_alliance(cast: Cast, who: str) -> None:
    other = actor(getattr(cast, who))
    for act in acts(cast):
        with pytest.raises(Forbidden):
            act(other)
    assert list(institutions_for(other)) == list(managed_circles_for(other)) == owners_for(other) == []
    with pytest.raises(NotFound):
        institution_for(other, cast.north.ref)
    assert not Entry.objects.exists()


def test_a_members_system_does_not_either(cast: Cast) -> None:
    for act in acts(cast):
        with pytest.raises(Forbidden):
            act(system_of(cast.north))


def test_a_new_member_comes_with_its_admin_who_then_is_on_their_own(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    invitation = onboard_institution(sysop, **NEW)
    institution = Institution.objects.get(name_en="New Town Bank")
    admin = take_invitation(code=invitation.code, password="seven green bicycles")
    assert admin.institution == institution
    assert admin.roles == ["institution_admin"]
    with pytest.raises(Invalid):
        invite_user(sysop, email="spy@newtown.example", name="Spy", roles=["analyst"], institution=institution.ref)
    assert [e.kind for e in Entry.objects.order_by("id")] == ["institution.created", "user.invited", "user.enrolled"]


def test_an_admin_whom_a_member_invites_later_is_not_the_operators_to_take_over(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    first = onboard_institution(sysop, **NEW)
    again = renew_invitation(sysop, first.user)
    admin = actor(take_invitation(code=again.code, password="seven green bicycles"))
    second = invite_user(admin, email="second@newtown.example", name="Second", roles=["institution_admin"])
    for ref in (first.user, second.user):
        with pytest.raises(NotFound):
            renew_invitation(sysop, ref)
    assert not users_for(sysop).filter(institution__name_en="New Town Bank").exists()


def test_a_second_institution_of_an_owner_joins_the_group(cast: Cast) -> None:
    onboard_institution(actor(cast.operator_system), **{**NEW, "owner": "Harbour Group"})
    institution = Institution.objects.get(name_en="New Town Bank")
    assert ownership()[institution.pk] == ownership()[cast.harbour_bank.pk]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "casino"}, "kind"),
        ({"owner": ""}, "owner"),
        ({"kind": "police"}, "owner"),
        ({"name_en": " "}, "name_en"),
        ({"name_zh": "北岸银行"}, "name_zh"),
        ({"admin_email": "nowhere"}, "admin_email"),
        ({"admin_email": "nora.analyst@north-bank.example"}, "admin_email"),
        ({"admin_name": ""}, "admin_name"),
    ],
)
def test_what_does_not_fit_leaves_nothing_behind(cast: Cast, changes: dict[str, str], field: str) -> None:
    before = Institution.objects.count(), User.objects.count()
    with pytest.raises(Invalid) as refused:
        onboard_institution(actor(cast.operator_system), **{**NEW, **changes})
    assert list(refused.value.extras["errors"]) == [field]
    assert (Institution.objects.count(), User.objects.count()) == before
    assert not Entry.objects.exists()


def test_the_operator_cannot_suspend_itself(cast: Cast) -> None:
    with pytest.raises(Conflict):
        suspend_institution(actor(cast.operator_system), cast.operator.ref)


def test_an_institution_joins_and_leaves_and_joins_again(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    outsider = actor(cast.outsider_analyst)
    for _round in range(2):
        join_circle(sysop, cast.cards.ref, institution=cast.outsider.ref)
        assert [row.code for row in circles_for(outsider)] == ["cards", "loans"]
        with pytest.raises(Conflict):
            join_circle(sysop, cast.cards.ref, institution=cast.outsider.ref)
        leave_circle(sysop, cast.cards.ref, institution=cast.outsider.ref)
        assert [row.code for row in circles_for(outsider)] == ["loans"]
        with pytest.raises(Conflict):
            leave_circle(sysop, cast.cards.ref, institution=cast.outsider.ref)


def test_only_members_join_and_only_what_exists(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    for unfit in (cast.police, cast.regulator, cast.operator):
        with pytest.raises(Conflict):
            join_circle(sysop, cast.cards.ref, institution=unfit.ref)
    with pytest.raises(NotFound):
        join_circle(sysop, uuid4(), institution=cast.north.ref)
    with pytest.raises(NotFound):
        join_circle(sysop, cast.cards.ref, institution=uuid4())


def test_the_owners_of_a_circle_count_once(cast: Cast) -> None:
    circles = {circle.code: owners_in(circle) for circle in managed_circles_for(actor(cast.operator_system))}
    assert circles == {"cards": 6, "loans": 4}


def test_a_circle_has_one_code_for_ever(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    create_circle(sysop, code="auto-loans", name_zh="车贷", name_en="Auto loans")
    for code in ("auto-loans", "Auto Loans", "", "x" * 41):
        with pytest.raises(Invalid) as refused:
            create_circle(sysop, code=code, name_zh="车贷", name_en="Auto loans")
        assert list(refused.value.extras["errors"]) == ["code"]


def test_an_operator_makes_a_circle_confidential_and_that_is_recorded_once(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    for confidential in (True, True, False):
        change_circle(sysop, cast.cards.ref, is_confidential=confidential)
        assert circles_for(actor(cast.north_analyst))[0].is_confidential is confidential
    changes = Entry.objects.filter(kind="circle.changed", subject=str(cast.cards.ref)).order_by("id")
    assert [entry.facts for entry in changes] == [{"confidential": True}, {"confidential": False}]
    with pytest.raises(NotFound):
        change_circle(sysop, uuid4(), is_confidential=True)
    assert create_circle(sysop, code="quiet", name_zh="静", name_en="Quiet", is_confidential=True).is_confidential


def test_a_voice_library_belongs_to_its_circle(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    register_voice_library(sysop, cast.cards.ref, name=" Acme:Fraud:v3 ")
    assert circles_for(actor(cast.north_analyst))[0].voice_libraries == ("acme:fraud:v3",)
    assert circles_for(actor(cast.outsider_analyst))[0].voice_libraries == ()
    with pytest.raises(Conflict):
        register_voice_library(sysop, cast.cards.ref, name="acme:fraud:v3")
    for name in ("acme", "acme:fraud", "a:b:c:d", "a: :c", ""):
        with pytest.raises(Invalid):
            register_voice_library(sysop, cast.cards.ref, name=name)
