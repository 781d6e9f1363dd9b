"""The demo's people and circles come in through the platform's own doors."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from alliance.embedded.state import State
from audit.models import Entry
from cases.queries.routing import units
from demo import lists, people, roster, world
from demo.people import SignIn
from demo.places import Places
from members.models import Circle, Credential, Institution, User
from members.roles import Role
from members.services.credentials import recognise


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(State(tmp_path))


@pytest.fixture
def sign_ins(db: None, places: Places, settings: Any) -> list[SignIn]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # 33 slow hashes prove nothing
    return world.build(roster.DEMO, places)


def test_everybody_comes_in_and_can_sign_in(sign_ins: list[SignIn], places: Places) -> None:
    assert Counter(one.role for one in sign_ins) == {
        Role.INSTITUTION_ADMIN: 10,
        Role.LEAD: 10,
        Role.ANALYST: 10,
        Role.POLICE_OFFICER: 3,
        Role.ISSUER_CLERK: 1,
        Role.REGULATOR: 1,
        Role.OPERATOR_SYSTEM: 1,
        Role.OPERATOR_SECURITY: 1,
        Role.OPERATOR_AUDIT: 1,
    }
    for one in sign_ins[:3]:
        user = User.objects.get(email=one.email)
        assert user.check_password(one.password)
        assert user.roles == [one.role]
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == len(sign_ins)
    assert len({one.password for one in sign_ins}) == len(sign_ins)
    assert len(set(User.objects.values_list("name", flat=True))) == len(sign_ins)


def test_the_secrets_are_private_files(sign_ins: list[SignIn], places: Places) -> None:
    lines = places.logins.read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[1] for line in lines] == [one.email for one in sign_ins]
    for path in (places.logins, places.credential("jianglan-bank")):
        assert path.stat().st_mode & 0o777 == 0o600
    assert places.machine("jianglan-bank").stat().st_mode & 0o777 == 0o700


def test_the_circles_overlap_and_know_their_voice_libraries(sign_ins: list[SignIn]) -> None:
    for circle in Circle.objects.all():
        institutions = set(circle.institutions.values_list("name_en", flat=True))
        planned = roster.CIRCLES[circle.code].members
        assert institutions == {roster.BY_CODE[code].name_en for code in planned}
        libraries = set(circle.voice_libraries.values_list("name", flat=True))
        assert libraries == {roster.LIBRARY_YUWEN, roster.LIBRARY_HUIYIN}
    assert Institution.objects.get(name_en="Jianglan Bank").group == (
        Institution.objects.get(name_en="Jianglan Consumer Finance").group
    )


def test_each_institution_has_a_credential_that_works(sign_ins: list[SignIn], places: Places) -> None:
    assert Credential.objects.count() == 10
    actor = recognise(places.credential("qihe-cf").read_text(encoding="utf-8").strip())
    assert actor.institution_ref == world.reference("Qihe Consumer Finance")


def test_everything_is_on_the_record_and_done_by_its_owner(sign_ins: list[SignIn]) -> None:
    operator = world.person(roster.DEMO, "operator", Role.OPERATOR_SYSTEM)
    assert set(Entry.objects.filter(kind="circle.joined").values_list("actor", flat=True)) == {operator.ref}
    assert Entry.objects.filter(kind="user.enrolled").count() == len(sign_ins)
    issuers = set(Entry.objects.filter(kind="credential.created").values_list("actor", flat=True))
    assert len(issuers) == 10
    assert "system:demo" not in issuers


def test_three_units_of_two_provinces_stand_in_the_directory(sign_ins: list[SignIn]) -> None:
    operator = world.person(roster.DEMO, "operator", Role.OPERATOR_SYSTEM)
    found = units(operator)
    assert sorted((unit.level, unit.region) for unit in found) == [
        ("city", "339900"),
        ("city", "449900"),
        ("county", "339902"),
    ]
    assert all(unit.jurisdictions for unit in found)


def test_a_world_that_was_built_before_gets_the_offices_it_does_not_have(
    db: None, places: Places, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    first = tuple(office for office in roster.OFFICES if office.code in {"operator", "police", "regulator"})
    before = world.build(replace(roster.DEMO, offices=first), places)
    made = world.complete(roster.DEMO, places)
    assert sorted(one.role for one in made) == [Role.ISSUER_CLERK, Role.POLICE_OFFICER, Role.POLICE_OFFICER]
    assert world.complete(roster.DEMO, places) == []
    assert len(places.logins.read_text(encoding="utf-8").splitlines()) == len(before) + len(made)


def test_the_lists_join_a_platform_that_has_its_operator(sign_ins: list[SignIn], places: Places) -> None:
    assert world.is_built(roster.DEMO)
    assert not world.is_built(lists.CAST)
    made = world.build(lists.CAST, places)
    assert {one.role for one in made} == {Role.INSTITUTION_ADMIN, Role.LEAD, Role.ANALYST}
    assert world.is_built(lists.CAST)
    assert len(places.logins.read_text(encoding="utf-8").splitlines()) == len(sign_ins) + len(made)


def test_the_code_shown_is_the_one_the_app_shows(sign_ins: list[SignIn]) -> None:
    code, left = people.code_of(sign_ins[0].email.upper())
    assert code.isdigit()
    assert len(code) == 6
    assert 0 < left <= 30
