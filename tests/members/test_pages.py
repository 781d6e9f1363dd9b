"""Who reaches which page of members and of the log, and what an outsider finds there."""

import re

import pytest
from django.urls import reverse

from members.models import User
from members.roles import Role
from members.services.credentials import create_credential
from tests.cast import Cast, actor, client_of, person

ADMINS = {"users", "user-invite", "credentials", "credential-create"}
SYSTEM_OPERATOR = {
    "users",
    "user-invite",
    "institutions",
    "institution-onboard",
    "circles",
    "circle-create",
}
EVERYBODY = {"whoami", "profile"}
PLAIN_PAGES = sorted(ADMINS | SYSTEM_OPERATOR | EVERYBODY)


def allowed(user: User) -> set[str]:
    return (
        EVERYBODY
        | (ADMINS if Role.INSTITUTION_ADMIN in user.roles else set())
        | (SYSTEM_OPERATOR if Role.OPERATOR_SYSTEM in user.roles else set())
    )


@pytest.mark.parametrize(
    "who",
    ["north_analyst", "north_lead", "north_admin", "police_officer", "regulator_reader", "operator_system",
     "operator_security", "operator_audit"],
)  # fmt: skip
def test_each_role_reaches_its_pages_and_no_other(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    client = client_of(user)
    answers = {name: client.get(reverse(f"members:{name}")).status_code for name in PLAIN_PAGES}
    assert answers == {name: 200 if name in allowed(user) else 403 for name in PLAIN_PAGES}


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_nobody_unknown_reaches_a_page(cast: Cast, client, name: str) -> None:
    answer = client.get(reverse(f"members:{name}"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_a_foreign_person_looks_like_an_absent_one(cast: Cast) -> None:
    client = client_of(cast.north_admin)
    foreign = client.get(reverse("members:user-detail", args=[cast.outsider_analyst.ref]))
    absent = client.get(reverse("members:user-detail", args=["6b7a3f0e-3b43-4d0b-9d3d-000000000000"]))
    assert foreign.status_code == absent.status_code == 404
    assert _without_token(foreign.content, cast.outsider_analyst.ref) == _without_token(
        absent.content, "6b7a3f0e-3b43-4d0b-9d3d-000000000000"
    )


def test_an_outsiders_list_shows_only_the_outsiders(cast: Cast) -> None:
    body = client_of(cast.outsider_admin).get(reverse("members:users")).content.decode()
    assert cast.outsider_analyst.name in body
    assert cast.north_analyst.name not in body
    assert cast.south_admin.email not in body


def test_the_system_operator_sees_no_members_people(cast: Cast) -> None:
    body = client_of(cast.operator_system).get(reverse("members:users")).content.decode()
    assert cast.police_officer.name in body
    assert cast.north_analyst.name not in body
    assert cast.north_admin.name not in body
    assert cast.operator_audit.name not in body


def test_an_admin_sees_a_colleague_and_the_credentials_but_never_a_secret(cast: Cast) -> None:
    created = create_credential(actor(cast.north_admin), name="Gateway", scopes=["submit"], days=30)
    client = client_of(cast.north_admin)
    assert client.get(reverse("members:user-detail", args=[cast.north_analyst.ref])).status_code == 200
    body = client.get(reverse("members:credentials")).content.decode()
    assert "Gateway" in body
    assert created.token.split("_", 2)[2] not in body


def test_the_invitation_link_is_shown_once_with_the_code_behind_the_hash(cast: Cast) -> None:
    client = client_of(cast.north_admin)
    form = {"name": "New Colleague", "email": "new@north.example", "roles": ["analyst"]}
    body = client.post(reverse("members:user-invite"), form).content.decode()
    link = re.search(r"http://localhost:8000/members/enrol#([\w-]{43})", body)
    assert link
    assert link[1] not in client.get(reverse("members:users")).content.decode()


def test_an_invitation_that_does_not_fit_says_so_beside_the_field(cast: Cast) -> None:
    client = client_of(cast.north_admin, headers={"accept-language": "en"})
    form = {"name": "Twin", "email": cast.north_analyst.email, "roles": ["analyst"]}
    answer = client.post(reverse("members:user-invite"), form)
    assert "email" in answer.context["form"].errors


def test_the_secret_of_a_credential_is_shown_once(cast: Cast) -> None:
    client = client_of(cast.north_admin)
    form = {"name": "Gateway", "scopes": ["submit", "evaluate"], "days": "90"}
    body = client.post(reverse("members:credential-create"), form).content.decode()
    token = re.search(r"alc_[0-9a-f]{10}_[\w-]{43}", body)
    assert token
    assert token[0] not in client.get(reverse("members:credentials")).content.decode()


def test_an_operator_onboards_an_institution_into_a_circle(cast: Cast) -> None:
    client = client_of(cast.operator_system)
    form = {"kind": "insurer", "name_zh": "东湖保险", "name_en": "East Lake Insurance", "owner": "East Lake Group",
            "admin_name": "Ella First", "admin_email": "ella@east.example"}  # fmt: skip
    assert "#" in client.post(reverse("members:institution-onboard"), form).content.decode()
    joining = User.objects.get(email="ella@east.example").institution
    page = reverse("members:circle-detail", args=[cast.cards.ref])
    joined = client.post(reverse("members:circle-join", args=[cast.cards.ref]), {"institution": str(joining.ref)})
    assert (joined.status_code, joined["Location"]) == (302, page)
    assert joining.name_zh in client.get(page).content.decode()
    assert client.get(reverse("members:institution-detail", args=[joining.ref])).status_code == 200
    again = client.post(reverse("members:circle-join", args=[cast.cards.ref]), {"institution": str(joining.ref)})
    assert again.status_code == 400


def test_a_page_of_people_costs_the_same_with_more_people(cast: Cast, django_assert_max_num_queries) -> None:
    for number in range(20):
        person(cast.north, Role.ANALYST, f"Extra {number}")
    client = client_of(cast.north_admin)
    with django_assert_max_num_queries(4):
        client.get(reverse("members:users"))


def test_switching_the_language_lasts_beyond_the_session(cast: Cast) -> None:
    client = client_of(cast.north_analyst)
    assert '<html lang="zh-Hans"' in client.get(reverse("members:whoami")).content.decode()
    client.post(reverse("set-language"), {"language": "en", "next": "/members/whoami"})
    assert '<html lang="en"' in client_of(cast.north_analyst).get(reverse("members:whoami")).content.decode()


def test_whoami_says_who_can_grant_what_is_missing(cast: Cast) -> None:
    cast.north_analyst.locale = "en"
    cast.north_analyst.save()
    body = client_of(cast.north_analyst).get(reverse("members:whoami")).content.decode()
    assert "Ask for a declared budget" in body
    assert cast.north_admin.email in body
    assert cast.south_admin.email not in body


def _without_token(body: bytes, ref: object) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", body.decode().replace(str(ref), ""))
