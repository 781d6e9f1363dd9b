"""The key of a case: who makes it, who is given it, and what is refused."""

import json
import secrets
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, KeyGrant, PublicKey
from cases.rights import READING
from cases.services.grants import case_keys, cases_waiting, end_grants, grant_case_key, refuse_grant
from cases.services.keys import revoke_key
from cases.services.rights import grant_rights
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Institution
from privacy import hpke
from privacy.commitments import key_check
from privacy.encoding import b64
from tests.cases import joint_case, remove, take_part
from tests.cases.key_hands import Pair, give, make, new_pair, opened, sealed
from tests.cast import Cast, actor, api_client, client_of, system_of, token_of

pytestmark = pytest.mark.django_db


def code_of(act: Callable[[], object]) -> str:
    with transaction.atomic(), pytest.raises(Conflict) as refused:
        act()
    return refused.value.code


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast).case


def keys_of(pairs: dict[str, Pair]) -> list[PublicKey]:
    return [pair.key for pair in pairs.values()]


def test_the_first_client_makes_it_and_every_participant_opens_the_same(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    made = make(actor(cast.north_analyst), case, keys_of(pairs))
    assert opened(actor(cast.south_lead), case, pairs["south"]) == made
    assert opened(actor(cast.police_officer), case, pairs["police"]) == made
    assert opened(system_of(cast.north), case, pairs["north"]) == made
    assert not case_keys(actor(cast.south_analyst), case.ref).waiting


def test_the_database_holds_no_case_key(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    made = make(actor(cast.north_analyst), case, keys_of(pairs))
    grants = list(KeyGrant.objects.all())
    assert len(grants) == len(pairs)
    for grant in grants:
        assert made not in bytes(grant.sealed) + bytes(grant.check_value) + bytes(grant.mac)


def test_a_second_client_that_makes_one_is_told_to_take_the_first(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    assert code_of(partial(make, actor(cast.south_analyst), case, keys_of(pairs))) == "key_exists"


def test_it_is_made_for_exactly_those_who_take_part(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    outsider = new_pair(actor(cast.outsider_analyst))
    for keys in (keys_of(pairs)[:2], [*keys_of(pairs), outsider.key]):
        assert code_of(partial(make, actor(cast.north_analyst), case, keys)) == "recipients_changed"
    assert not KeyGrant.objects.exists()


def test_who_has_no_key_makes_none(cast: Cast, case: Case) -> None:
    south = new_pair(actor(cast.south_analyst))
    assert code_of(partial(make, actor(cast.north_analyst), case, [south.key])) == "no_own_key"


def test_outsiders_and_readers_neither_make_nor_give(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    grant_rights(case, cast.south.pk, READING)
    outsider = new_pair(actor(cast.outsider_analyst))
    with pytest.raises(NotFound):
        make(actor(cast.outsider_analyst), case, [outsider.key])
    with pytest.raises(Forbidden):
        make(actor(cast.south_analyst), case, keys_of(pairs))
    made = make(actor(cast.north_analyst), case, keys_of(pairs))
    new = new_pair(actor(cast.south_analyst), is_personal=True)
    with pytest.raises(Forbidden):
        give(actor(cast.south_analyst), case, [new.key], made)
    assert give(actor(cast.north_analyst), case, [new.key], made) == 1


def test_a_new_key_waits_until_somebody_who_has_the_case_key_gives_it(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    made = make(actor(cast.north_analyst), case, keys_of(pairs))
    new = new_pair(actor(cast.south_lead), is_personal=True)
    state = case_keys(actor(cast.south_lead), case.ref)
    assert [(one.generation, one.key) for one in state.waiting] == [(1, new.key.ref)]
    assert cases_waiting(actor(cast.south_lead)) == [case.ref]
    assert opened(actor(cast.south_lead), case, new) is None
    assert give(actor(cast.north_analyst), case, [new.key], made) == 1
    assert give(actor(cast.north_analyst), case, [new.key], made) == 0, "a second copy changes nothing"
    assert opened(actor(cast.south_lead), case, new) == made
    assert opened(actor(cast.south_analyst), case, new) is None, "a person's key is served to that person"
    assert cases_waiting(actor(cast.south_lead)) == []


def test_a_closed_case_is_opened_with_new_keys_and_gets_none_of_its_own(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    made = make(actor(cast.north_analyst), case, keys_of(pairs))
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=timezone.now())
    new = new_pair(actor(cast.south_analyst))
    assert give(actor(cast.south_analyst), case, [new.key], made) == 1
    assert code_of(partial(make, actor(cast.north_analyst), case, keys_of(pairs), 2)) == "case_closed"


def test_nobody_is_given_another_key_than_the_others(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    new = new_pair(actor(cast.south_analyst))
    assert code_of(partial(give, actor(cast.north_analyst), case, [new.key], bytes(32))) == "other_key"


def test_who_was_not_given_it_cannot_give_it(cast: Cast, case: Case) -> None:
    north = new_pair(actor(cast.north_analyst))
    made = make(actor(cast.north_analyst), case, [north.key])
    south = new_pair(actor(cast.south_analyst))
    assert code_of(partial(give, actor(cast.south_analyst), case, [south.key], made)) == "not_held"
    assert code_of(partial(give, actor(cast.north_analyst), case, [south.key], made, 2)) == "no_key"


def test_it_is_given_to_live_keys_of_live_participants_only(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north = actor(cast.north_analyst)
    made = make(north, case, keys_of(pairs))
    outsider = new_pair(actor(cast.outsider_analyst))
    revoked = new_pair(actor(cast.south_analyst))
    revoke_key(actor(cast.south_analyst), ref=revoked.key.ref, end="lost")
    left = new_pair(actor(cast.south_lead), is_personal=True)
    cast.south_lead.is_active = False
    cast.south_lead.save()
    removed = new_pair(actor(cast.police_officer))
    remove(case, cast.police)
    for pair in (outsider, revoked, left, removed):
        assert code_of(partial(give, north, case, [pair.key], made)) == "not_a_recipient"
    for pair in (revoked, left, removed):
        assert pair.key.ref not in {one.key for one in case_keys(north, case.ref).recipients}


def test_a_suspended_institution_is_no_recipient(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    Institution.objects.filter(pk=cast.south.pk).update(status="suspended")
    found = {one.key for one in case_keys(actor(cast.north_analyst), case.ref).recipients}
    assert found == {pairs["north"].key.ref, pairs["police"].key.ref}


def test_a_removed_participant_is_served_nothing_and_new_evidence_gets_another_key(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    remove(case, cast.south)
    with pytest.raises(NotFound):
        case_keys(actor(cast.south_analyst), case.ref)
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        end_grants(locked, cast.south.pk)
    assert not KeyGrant.objects.filter(key__institution=cast.south).exists()
    assert case_keys(actor(cast.north_analyst), case.ref).generation == 2
    again = make(actor(cast.north_analyst), case, [pairs["north"].key, pairs["police"].key], 2)
    assert opened(actor(cast.police_officer), case, pairs["police"], 2) == again
    take_part(case, cast.south)
    assert opened(actor(cast.south_analyst), case, pairs["south"]) is None, "who comes back waits like anybody else"


def test_a_grant_that_does_not_open_is_dropped_and_waits_again(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    mark = pairs["south"].key.fingerprint
    refuse_grant(actor(cast.south_analyst), case.ref, generation=1, fingerprint=mark)
    assert [one.key for one in case_keys(actor(cast.north_analyst), case.ref).waiting] == [pairs["south"].key.ref]
    assert Entry.objects.filter(kind="case.key_dropped").exists()
    drop = partial(refuse_grant, actor(cast.south_analyst), case.ref, generation=1)
    assert code_of(partial(drop, fingerprint=pairs["north"].key.fingerprint)) == "not_held"


def test_the_last_grant_is_never_dropped(cast: Cast, case: Case) -> None:
    north = new_pair(actor(cast.north_analyst))
    make(actor(cast.north_analyst), case, [north.key])
    drop = partial(refuse_grant, actor(cast.north_analyst), case.ref, generation=1, fingerprint=north.key.fingerprint)
    assert code_of(drop) == "last_grant"


def test_grants_exchanged_in_the_database_are_refused_and_audited(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    mine = KeyGrant.objects.get(key=pairs["north"].key)
    theirs = KeyGrant.objects.get(key=pairs["south"].key)
    KeyGrant.objects.filter(pk=mine.pk).update(sealed=theirs.sealed, mac=theirs.mac)
    assert code_of(partial(case_keys, actor(cast.north_analyst), case.ref)) == "not_what_was_kept"
    assert Entry.objects.filter(kind="case.key_refused").count() == 1


def test_what_is_no_grant_is_refused(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    act = partial(grant_case_key, actor(cast.north_analyst), case.ref, generation=1)
    for check, grants in ((b"", {}), (bytes(32), {}), (bytes(32), {pairs["north"].key.ref: b"short"})):
        with pytest.raises(Invalid):
            act(check_value=check, grants=grants)


def test_the_door_of_scripts_takes_what_it_gives(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north, address = client_of(cast.north_analyst), reverse("cases:case-key-grants", args=[case.ref])
    found = north.get(address, headers={"accept": "application/json"}).json()
    assert (found["generation"], found["generations"], found["may_grant"]) == (1, [], True)
    case_key = secrets.token_bytes(32)
    grants = [{"key": str(key), "sealed": b64(one)} for key, one in sealed(case, keys_of(pairs), case_key).items()]
    body = {"new": True, "generation": 1, "check": b64(key_check(str(case.ref), 1, case_key)), "grants": grants}
    accept = {"accept": "application/json"}
    done = north.post(address, json.dumps(body), content_type="application/json", headers=accept)
    assert done.status_code == 200
    assert [one["fingerprint"] for one in done.json()["own"]] == [pairs["north"].key.fingerprint]
    again = north.post(address, json.dumps(body), content_type="application/json", headers=accept)
    assert (again.status_code, again.json()["code"]) == (409, "key_exists")
    assert north.post(address, "{", content_type="application/json", headers=accept).status_code == 400
    assert client_of(cast.outsider_analyst).get(address).status_code == 404


def test_recipients_are_asked_for_one_participant_too(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north, address = api_client(token_of(cast.north)), reverse("api:recipients", args=[case.ref])
    found = north.get(address, {"institution": str(cast.south.ref)}).json()["results"]
    assert [one["fingerprint"] for one in found] == [pairs["south"].key.fingerprint]
    assert hpke.fingerprint(bytes(pairs["south"].key.public)) == found[0]["fingerprint"]
    for ref in (cast.outsider.ref, uuid.uuid4()):
        assert north.get(address, {"institution": str(ref)}).status_code == 404


def test_the_page_says_who_waits_and_offers_to_give(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    make(actor(cast.north_analyst), case, keys_of(pairs))
    new = new_pair(actor(cast.south_analyst))
    shown = client_of(cast.north_analyst).get(reverse("cases:case-keys", args=[case.ref])).content.decode()
    assert f'data-give="{new.key.ref}"' in shown
    assert new.key.fingerprint in shown
    assert f'data-give="{pairs["south"].key.ref}"' not in shown
