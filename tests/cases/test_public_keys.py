"""The directory of public keys: who publishes, who sees, what a revocation does."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from rest_framework.test import APIClient

from audit.models import Entry
from cases.models import KeyGrant, PublicKey
from cases.queries.keys import directory_for
from cases.services.keys import publish_key, revoke_key
from kit.errors import Forbidden, Invalid, NotFound
from notices.models import Event
from privacy import hpke
from privacy.encoding import b64
from tests.cases import joint_case, remove
from tests.cases.key_hands import give, make, new_pair, opened
from tests.cases.test_case_keys import code_of
from tests.cast import Cast, actor, client_of, system_of, token_of

pytestmark = pytest.mark.django_db


def seen_by(user: object) -> set[str]:
    return {key.fingerprint for key in directory_for(actor(user))}  # type: ignore[arg-type]


def test_publishing_and_revoking_stand_in_the_audit_log_by_fingerprint(cast: Cast) -> None:
    pair = new_pair(actor(cast.north_analyst))
    revoke_key(actor(cast.north_lead), ref=pair.key.ref, end="lost")
    entries = Entry.objects.filter(subject=str(pair.key.ref)).order_by("pk")
    assert [one.kind for one in entries] == ["public_key.published", "public_key.revoked"]
    assert {one.facts["fingerprint"] for one in entries} == {pair.key.fingerprint}
    assert entries[1].facts["end"] == "lost"
    told = Event.objects.filter(type="public_key.changed", subject=pair.key.ref)
    assert {one.institution_id for one in told} == {cast.north.pk}


def test_it_shows_own_keys_those_of_shared_cases_and_of_offices(cast: Cast) -> None:
    north = new_pair(actor(cast.north_analyst)).key.fingerprint
    south = new_pair(actor(cast.south_analyst)).key.fingerprint
    outsider = new_pair(actor(cast.outsider_analyst)).key.fingerprint
    clinic = new_pair(actor(cast.clinic_clerk)).key.fingerprint
    assert seen_by(cast.north_analyst) == {north, clinic}
    case = joint_case(cast).case
    assert seen_by(cast.north_analyst) == {north, south, clinic}
    assert seen_by(cast.police_officer) == {north, south, clinic}
    assert seen_by(cast.outsider_analyst) == {outsider, clinic}
    assert seen_by(cast.clinic_clerk) == {clinic}
    remove(case, cast.south)
    assert seen_by(cast.south_analyst) == {south, clinic}
    assert seen_by(cast.north_analyst) == {north, clinic}


def test_who_may_not_publish_neither_sees_nor_publishes(cast: Cast) -> None:
    for user in (cast.north_admin, cast.regulator_reader, cast.operator_system):
        with pytest.raises(Forbidden):
            directory_for(actor(user))
        with pytest.raises(Forbidden):
            new_pair(actor(user))


def test_a_system_publishes_for_its_institution_only(cast: Cast) -> None:
    system = system_of(cast.north)
    assert new_pair(system).key.user is None
    with pytest.raises(Forbidden):
        new_pair(system, is_personal=True)
    with pytest.raises(Forbidden):
        new_pair(system_of(cast.north, ["collisions"]))


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), bytes(31)])
def test_a_key_that_everybody_could_open_is_refused(cast: Cast, public: bytes) -> None:
    with pytest.raises(Invalid):
        publish_key(actor(cast.north_analyst), public=public, name="Office")


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "13800138000"])
def test_a_name_that_is_none_or_holds_an_indicator_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        publish_key(actor(cast.north_analyst), public=hpke.generate()[1], name=name)


def test_no_key_is_published_twice_not_even_after_its_end(cast: Cast) -> None:
    pair = new_pair(actor(cast.north_analyst))
    again = partial(publish_key, actor(cast.south_analyst), public=bytes(pair.key.public), name="Ours")
    assert code_of(again) == "known_key"
    revoke_key(actor(cast.north_analyst), ref=pair.key.ref, end="rotated")
    assert code_of(again) == "known_key"
    assert code_of(partial(revoke_key, actor(cast.north_analyst), ref=pair.key.ref, end="lost")) == "revoked"


def test_a_holder_has_a_bounded_number_of_live_keys(cast: Cast) -> None:
    for _turn in range(5):
        new_pair(actor(cast.north_analyst), is_personal=True)
    assert code_of(partial(new_pair, actor(cast.north_analyst), is_personal=True)) == "too_many_keys"
    assert new_pair(actor(cast.north_lead), is_personal=True)


def test_another_institutions_key_is_absent_to_whoever_would_end_it(cast: Cast) -> None:
    pair = new_pair(actor(cast.north_analyst))
    for user in (cast.south_lead, cast.outsider_analyst, cast.police_officer):
        for ref in (pair.key.ref, uuid4()):
            with pytest.raises(NotFound):
                revoke_key(actor(user), ref=ref, end="lost")
            with pytest.raises(NotFound):
                new_pair(actor(user), replaces=ref)
    assert PublicKey.objects.get().is_live


def test_a_colleagues_key_is_ended_by_them_or_by_a_lead(cast: Cast) -> None:
    pair = new_pair(actor(cast.north_lead), is_personal=True)
    with pytest.raises(NotFound):
        revoke_key(actor(cast.north_analyst), ref=pair.key.ref, end="lost")
    mine = new_pair(actor(cast.north_analyst), is_personal=True)
    revoke_key(actor(cast.north_lead), ref=mine.key.ref, end="lost")
    with pytest.raises(Invalid):
        revoke_key(actor(cast.north_lead), ref=pair.key.ref, end="because")


def test_a_key_is_replaced_by_one_of_the_same_holder(cast: Cast) -> None:
    old = new_pair(actor(cast.north_analyst))
    with pytest.raises(Invalid):
        new_pair(actor(cast.north_analyst), is_personal=True, replaces=old.key.ref)
    new = new_pair(actor(cast.north_analyst), replaces=old.key.ref)
    assert new.key.replaces == old.key
    assert PublicKey.objects.get(pk=old.key.pk).is_live, "until access is taken over, both are live"


def test_a_revoked_key_loses_its_access_to_cases_and_is_given_none(cast: Cast) -> None:
    case = joint_case(cast).case
    north, south = new_pair(actor(cast.north_analyst)), new_pair(actor(cast.south_analyst))
    make(actor(cast.north_analyst), case, [north.key, south.key])
    revoke_key(actor(cast.south_analyst), ref=south.key.ref, end="lost")
    assert opened(actor(cast.south_analyst), case, south) is None
    assert not KeyGrant.objects.filter(key=south.key).exists()
    case.refresh_from_db()
    assert case.key_generation == 1


def test_a_replaced_key_is_not_ended_while_a_case_opens_to_it_alone(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    old = new_pair(north)
    case_key = make(north, case, [old.key])
    new = new_pair(north, replaces=old.key.ref)
    end = partial(revoke_key, north, ref=old.key.ref, end="rotated")
    assert code_of(end) == "last_holder"
    give(north, case, [new.key], case_key)
    end()
    assert opened(north, case, new) == case_key


def test_a_key_that_somebody_else_may_have_makes_new_evidence_use_another(cast: Cast) -> None:
    case = joint_case(cast).case
    north, south = new_pair(actor(cast.north_analyst)), new_pair(actor(cast.south_analyst))
    make(actor(cast.north_analyst), case, [north.key, south.key])
    revoke_key(actor(cast.south_analyst), ref=south.key.ref, end="compromised")
    case.refresh_from_db()
    assert case.key_generation == 2
    assert case.timeline.filter(kind="case.key_renewed", facts={"generation": 2}).exists()


def test_the_page_shows_the_directory_and_takes_a_key_after_a_fresh_proof(cast: Cast) -> None:
    cast.north_analyst.locale = "en"
    cast.north_analyst.save()
    client, public = client_of(cast.north_analyst), hpke.generate()[1]
    form = {"name": "Office", "public": b64(public), "holder": "institution"}
    done = client.post(reverse("cases:key-publish"), form)
    assert done.status_code == 302
    shown = client.get(reverse("cases:keys")).content.decode()
    assert hpke.fingerprint(public) in shown
    key = PublicKey.objects.get()
    assert client.post(reverse("cases:key-publish"), form).status_code == 409
    assert client.post(reverse("cases:key-publish"), form | {"public": "no"}).status_code == 400
    assert client.post(reverse("cases:key-revoke", args=[key.ref]), {"end": "lost"}).status_code == 302
    assert "Lost" in client.get(reverse("cases:keys")).content.decode()


def test_publishing_and_revoking_ask_who_you_are_once_more(cast: Cast) -> None:
    pair, client = new_pair(actor(cast.north_analyst)), client_of(cast.north_analyst)
    form = {"name": "Office", "public": b64(hpke.generate()[1]), "holder": "institution"}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        answers = [
            client.post(reverse("cases:key-publish"), form),
            client.post(reverse("cases:key-revoke", args=[pair.key.ref]), {"end": "lost"}),
        ]
    assert ["reauthenticate" in answer.headers["Location"] for answer in answers] == [True, True]
    assert PublicKey.objects.get().is_live


def test_the_api_publishes_lists_and_revokes(cast: Cast) -> None:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(cast.north)}")
    public = hpke.generate()[1]
    made = api.post(reverse("api:public-keys"), {"name": "System", "public": b64(public)}, format="json")
    assert (made.status_code, made.json()["fingerprint"]) == (201, hpke.fingerprint(public))
    listed = api.get(reverse("api:public-keys")).json()["results"]
    assert [(one["public"], one["own"], one["end"]) for one in listed] == [(b64(public), True, "")]
    revoked = api.post(
        reverse("api:public-key-revocation", args=[made.json()["reference"]]), {"end": "lost"}, format="json"
    )
    assert revoked.status_code == 204
    assert api.get(reverse("api:public-keys")).json()["results"][0]["end"] == "lost"
