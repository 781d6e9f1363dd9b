"""Inviting, enrolling, changing and shutting out people: who may, whom, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import User
from members.queries.users import user_for, users_for
from members.roles import Role
from members.services.invitations import invite_user, renew_invitation, take_invitation
from members.services.users import change_roles, change_settings, disable_user, enable_user
from tests.cast import PASSWORD, Cast, actor, build, client_of, person, reload, system_of, with_password, with_totp

STRONG = "seven green bicycles"


def invite(cast: Cast, **changes: object):
    fields = {"email": "new@north.example", "name": "New Colleague", "roles": [Role.ANALYST], **changes}
    return invite_user(actor(cast.north_admin), **fields)


def test_an_admin_invites_into_the_own_institution(cast: Cast) -> None:
    invitation = invite(cast, email=" New@North.example ")
    user = User.objects.get(ref=invitation.user)
    assert (user.institution, user.email, user.state) == (cast.north, "new@north.example", "invited")
    assert not user.has_usable_password()
    assert invitation.code not in str(user.__dict__)
    entry = Entry.objects.get(kind="user.invited")
    assert (entry.subject, entry.actor) == (str(user.ref), f"user:{cast.north_admin.ref}")


@pytest.mark.parametrize("who", ["north_analyst", "north_lead", "police_officer", "regulator_reader",
                                 "operator_security", "operator_audit"])  # fmt: skip
def test_nobody_else_invites(cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        invite_user(actor(getattr(cast, who)), email="x@x.example", name="X", roles=[Role.ANALYST])


def test_a_members_system_never_manages_people(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        invite_user(system_of(cast.north), email="x@x.example", name="X", roles=[Role.ANALYST])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "nora.analyst@north-bank.example"}, "email"),
        ({"email": "otto.analyst@outsider-bank.example"}, "email"),
        ({"name": "  "}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": [Role.POLICE_OFFICER]}, "roles"),
        ({"roles": [Role.OPERATOR_SYSTEM]}, "roles"),
        ({"roles": ["superuser"]}, "roles"),
    ],
)
def test_an_invitation_that_does_not_fit_names_the_field(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        invite(cast, **changes)
    assert list(refused.value.extras["errors"]) == [field]
    assert not Entry.objects.filter(kind="user.invited").exists()


def test_an_address_taken_elsewhere_is_refused_in_the_words_for_one_taken_here(cast: Cast) -> None:
    words = []
    for email in (cast.north_analyst.email, cast.outsider_analyst.email):
        with pytest.raises(Invalid) as refused:
            invite(cast, email=email)
        words.append(refused.value.extras["errors"])
    assert words[0] == words[1]


def test_a_system_operator_invites_officers_and_regulators_but_no_watchers_and_no_bankers(cast: Cast) -> None:
    sysop = actor(cast.operator_system)
    fields = {"email": "x@x.example", "name": "X"}
    invite_user(sysop, **fields, roles=[Role.POLICE_OFFICER], institution=cast.police.ref)
    for role in (Role.OPERATOR_SECURITY, Role.OPERATOR_AUDIT):
        with pytest.raises(Forbidden):
            invite_user(sysop, email="y@x.example", name="Y", roles=[role], institution=cast.operator.ref)
    for into in (cast.north.ref, None, uuid4()):
        with pytest.raises(Invalid):
            invite_user(sysop, email="z@x.example", name="Z", roles=[Role.ANALYST], institution=into)


def test_one_person_never_holds_two_operator_roles(cast: Cast) -> None:
    with pytest.raises(Invalid):
        invite_user(
            actor(cast.operator_system),
            email="x@x.example",
            name="X",
            roles=[Role.OPERATOR_SYSTEM, Role.OPERATOR_AUDIT],
            institution=cast.operator.ref,
        )


def test_the_code_sets_a_password_once(cast: Cast) -> None:
    code = invite(cast).code
    user = take_invitation(code=f" {code}\n", password=STRONG)
    assert user.state == "active"
    assert user.check_password(STRONG)
    assert Entry.objects.get(kind="user.enrolled").subject == str(user.ref)
    with pytest.raises(Invalid, match="not valid"):
        take_invitation(code=code, password=STRONG)


def test_a_code_dies_after_72_hours_and_looks_like_an_unknown_one(cast: Cast) -> None:
    code = invite(cast).code
    refusals = []
    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1)):
        for tried in (code, "no-such-code", ""):
            with pytest.raises(Invalid) as refused:
                take_invitation(code=tried, password=STRONG)
            refusals.append((refused.value.code, refused.value.detail))
    assert len(set(refusals)) == 1


@pytest.mark.parametrize("weak", ["short", "password1234", "new@north.example"])
def test_a_weak_password_keeps_the_code_alive(cast: Cast, weak: str) -> None:
    code = invite(cast).code
    with pytest.raises(Invalid) as refused:
        take_invitation(code=code, password=weak)
    assert list(refused.value.extras["errors"]) == ["password"]
    take_invitation(code=code, password=STRONG)


def test_the_code_of_a_disabled_person_opens_nothing(cast: Cast) -> None:
    invitation = invite(cast)
    disable_user(actor(cast.north_admin), invitation.user)
    with pytest.raises(Invalid):
        take_invitation(code=invitation.code, password=STRONG)


def test_the_invited_person_goes_from_the_link_to_the_second_factor(cast: Cast) -> None:
    code, client = invite(cast).code, Client()
    assert client.get(reverse("members:enrol")).status_code == 200
    answer = client.post(reverse("members:enrol"), {"code": code, "password": STRONG, "again": STRONG})
    assert answer["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("members:whoami"))["Location"] == reverse("mfa_activate_totp")
    assert Entry.objects.filter(kind="session.started").count() == 1


def test_two_different_passwords_are_refused_on_the_page(cast: Cast) -> None:
    form = {"code": invite(cast).code, "password": STRONG, "again": PASSWORD}
    answer = Client().post(reverse("members:enrol"), form)
    assert "again" in answer.context["form"].errors


def test_a_new_invitation_takes_password_factors_and_sessions(cast: Cast) -> None:
    user = with_totp(with_password(cast.north_analyst))
    client = client_of(user)
    invitation = renew_invitation(actor(cast.north_admin), user.ref)
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get(reverse("members:whoami")).status_code != 200
    take_invitation(code=invitation.code, password=STRONG)


@pytest.mark.parametrize(
    "act", [disable_user, enable_user, renew_invitation, user_for, partial(change_roles, roles=[Role.LEAD])]
)
def test_a_foreign_person_does_not_exist(cast: Cast, act) -> None:
    before = Entry.objects.count()
    for foreign in (cast.outsider_analyst, cast.south_admin, cast.police_officer, cast.operator_audit):
        with pytest.raises(NotFound):
            act(actor(cast.north_admin), foreign.ref)
    for out_of_reach in (cast.north_analyst, cast.operator_security, cast.operator_audit):
        with pytest.raises(NotFound):
            act(actor(cast.operator_system), out_of_reach.ref)
    assert Entry.objects.count() == before


def test_each_sees_only_whom_they_manage(cast: Cast) -> None:
    assert {user.institution_id for user in users_for(actor(cast.north_admin))} == {cast.north.pk}
    assert set(users_for(actor(cast.operator_system))) == {
        cast.police_officer,
        cast.county_officer,
        cast.clinic_clerk,
        cast.regulator_reader,
        cast.operator_system,
    }
    for nobody in (cast.north_analyst, cast.police_officer, cast.regulator_reader, cast.operator_audit):
        assert list(users_for(actor(nobody))) == []


def test_roles_change_and_are_recorded_with_what_they_were(cast: Cast) -> None:
    change_roles(actor(cast.north_admin), cast.north_analyst.ref, roles=[Role.LEAD, Role.ANALYST])
    assert reload(cast.north_analyst).roles == ["analyst", "lead"]
    assert Entry.objects.get(kind="user.changed").facts == {"before": ["analyst"], "after": ["analyst", "lead"]}


def test_nobody_changes_or_disables_themselves(cast: Cast) -> None:
    admin = actor(cast.north_admin)
    for act in (
        lambda: disable_user(admin, cast.north_admin.ref),
        lambda: change_roles(admin, cast.north_admin.ref, roles=[Role.INSTITUTION_ADMIN, Role.LEAD]),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "not_yourself"


def test_the_last_system_operator_and_the_last_admin_stay(cast: Cast) -> None:
    second = person(cast.north, Role.INSTITUTION_ADMIN, "Second Admin")
    disable_user(actor(second), cast.north_admin.ref)
    with pytest.raises(Conflict) as refused:
        disable_user(actor(cast.north_admin), second.ref)
    assert refused.value.code == "last_admin"
    with pytest.raises(Conflict):
        change_roles(actor(cast.north_admin), second.ref, roles=[Role.ANALYST])


def test_an_invited_admin_does_not_count_as_one_who_stays(cast: Cast) -> None:
    invitation = invite(cast, roles=[Role.INSTITUTION_ADMIN])
    newcomer = User.objects.get(ref=invitation.user)
    with pytest.raises(Conflict):
        disable_user(actor(newcomer), cast.north_admin.ref)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one() -> None:
    cast = build()
    second = person(cast.north, Role.INSTITUTION_ADMIN, "Second Admin")
    pairs = [(actor(second), cast.north_admin.ref), (actor(cast.north_admin), second.ref)]

    def remove(pair) -> bool:
        try:
            disable_user(*pair)
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, pairs)) == [False, True]
    admins = User.objects.filter(institution=cast.north, roles__contains=[Role.INSTITUTION_ADMIN], is_active=True)
    assert admins.count() == 1


def test_disabling_twice_is_a_conflict(cast: Cast) -> None:
    disable_user(actor(cast.north_admin), cast.north_analyst.ref)
    with pytest.raises(Conflict):
        disable_user(actor(cast.north_admin), cast.north_analyst.ref)
    with pytest.raises(Conflict):
        renew_invitation(actor(cast.north_admin), cast.north_analyst.ref)


def test_ones_own_settings_are_checked(cast: Cast) -> None:
    change_settings(actor(cast.north_analyst), locale="en", timezone="Europe/Zurich")
    assert reload(cast.north_analyst).timezone == "Europe/Zurich"
    with pytest.raises(Invalid) as refused:
        change_settings(actor(cast.north_analyst), locale="xx", timezone="Mars/Olympus")
    assert set(refused.value.extras["errors"]) == {"locale", "timezone"}
    with pytest.raises(NotFound):
        change_settings(system_of(cast.north), locale="en", timezone="UTC")
