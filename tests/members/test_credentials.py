"""API credentials: made once, shown once, good for what they say and as long as they say."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from members.models import Credential
from members.queries.credentials import credential_for, credentials_for
from members.services.credentials import create_credential, recognise, revoke_credential
from members.services.institutions import reinstate_institution, suspend_institution
from tests.cast import Cast, actor, api_client, client_of, system_of, token_of

WHOAMI = "/api/v1/whoami"


def refusal_of(token: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        recognise(token)
    return refused.value.code


def test_the_secret_is_not_in_the_database(cast: Cast) -> None:
    secret = token_of(cast.north).split("_", 2)[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_credential::text FROM members_credential")
        assert secret not in str(cursor.fetchall())
        cursor.execute("SELECT audit_entry::text FROM audit_entry")
        assert secret not in str(cursor.fetchall())


def test_a_token_acts_for_its_institution_within_its_scopes(cast: Cast) -> None:
    acting = recognise(token_of(cast.north, ["submit"]))
    assert acting.institution == cast.north.pk
    assert acting.user is None
    assert acting.capabilities == {Capability.SUBMIT, Capability.WITHDRAW, Capability.VIEW_SUBMISSIONS}


@pytest.mark.parametrize("token", ["", "alc", "alc_", "alc__", "alc_0123456789_", "bearer", "alc_x_" + "A" * 43, "雪"])
def test_an_unknown_token_is_unknown(db: None, token: str) -> None:
    assert refusal_of(token) == "credential_unknown"


def test_a_wrong_secret_learns_nothing_about_the_credential(cast: Cast) -> None:
    token = token_of(cast.north)
    wrong = token[:-4] + "AAAA"
    assert refusal_of(wrong) == "credential_unknown"
    revoke_credential(actor(cast.north_admin), Credential.objects.get().ref)
    assert refusal_of(wrong) == "credential_unknown"
    assert refusal_of(token) == "credential_revoked"


def test_it_expires_on_its_day(cast: Cast) -> None:
    token = token_of(cast.north)
    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        recognise(token)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert refusal_of(token) == "credential_expired"


def test_a_suspended_institutions_systems_are_out_and_come_back(cast: Cast) -> None:
    token = token_of(cast.north)
    suspend_institution(actor(cast.operator_system), cast.north.ref)
    assert refusal_of(token) == "institution_suspended"
    reinstate_institution(actor(cast.operator_system), cast.north.ref)
    recognise(token)


def test_its_last_use_is_noted_once_a_minute(cast: Cast) -> None:
    token, start = token_of(cast.north), timezone.now()
    seen = []
    for seconds in (0, 30, 59, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            recognise(token)
        seen.append(Credential.objects.get().last_used_at)
    assert seen[0] == seen[1] == seen[2] == start
    assert seen[3] == start + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["submit", "manage_users"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_a_credential_that_does_not_fit_names_the_field(cast: Cast, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_credential(actor(cast.north_admin), **{"name": "Gateway", "scopes": ["submit"], "days": 30, **changes})
    assert list(refused.value.extras["errors"]) == [field]


def test_only_an_institutions_admin_makes_them(cast: Cast) -> None:
    others = [actor(getattr(cast, name)) for name in ("north_analyst", "north_lead", "police_officer",
                                                       "regulator_reader", "operator_system")]  # fmt: skip
    for other in [*others, system_of(cast.north)]:
        with pytest.raises(Forbidden):
            create_credential(other, name="Gateway", scopes=["submit"], days=30)


def test_a_foreign_credential_does_not_exist(cast: Cast) -> None:
    token_of(cast.north)
    credential = Credential.objects.get()
    for outsider in (cast.outsider_admin, cast.south_admin):
        assert list(credentials_for(actor(outsider))) == []
        for act in (credential_for, revoke_credential):
            with pytest.raises(NotFound):
                act(actor(outsider), credential.ref)
    assert Credential.objects.get().revoked_at is None


def test_revoking_is_recorded_and_final(cast: Cast) -> None:
    token_of(cast.north)
    credential = Credential.objects.get()
    revoke_credential(actor(cast.north_admin), credential.ref)
    assert Entry.objects.get(kind="credential.revoked").subject == str(credential.ref)
    with pytest.raises(Conflict):
        revoke_credential(actor(cast.north_admin), credential.ref)


def test_whoami_tells_a_system_what_it_may_and_whom_to_ask(cast: Cast) -> None:
    body = api_client(token_of(cast.north, ["submit"])).get(WHOAMI).json()
    assert body["institution"]["ref"] == str(cast.north.ref)
    assert body["scopes"] == ["submit"]
    assert body["capabilities"] == ["submit", "withdraw", "view_submissions"]
    assert "evaluate" in {missing["capability"] for missing in body["missing"]}
    assert body["ask"] == ["Nina Admin"]
    assert "Sven Admin" not in str(body)


def test_circles_are_the_institutions_own(cast: Cast) -> None:
    for institution, code in ((cast.north, "cards"), (cast.outsider, "loans")):
        found = api_client(token_of(institution)).get("/api/v1/circles").json()["results"]
        assert [row["code"] for row in found] == [code]


def test_every_refusal_of_a_token_is_a_problem_with_its_code(cast: Cast) -> None:
    token = token_of(cast.north)
    revoke_credential(actor(cast.north_admin), Credential.objects.get().ref)
    answer = api_client(token).get(WHOAMI)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "credential_revoked"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert api_client().get(WHOAMI).json()["code"] == "unauthenticated"


def test_a_session_does_not_open_the_api(cast: Cast) -> None:
    assert client_of(cast.north_analyst).get(WHOAMI).status_code == 401


def test_a_session_cookie_beside_a_token_adds_nothing(cast: Cast) -> None:
    browser = client_of(cast.north_admin)
    token = token_of(cast.outsider, ["submit"])
    answer = browser.get(WHOAMI, headers={"authorization": f"Bearer {token}"})
    assert answer.json()["institution"]["ref"] == str(cast.outsider.ref)
    assert answer.wsgi_request.actor.institution == cast.outsider.pk
