"""Keys under many hands at once: one maker wins, and no grant slips past a revocation or a removal."""

import secrets
from functools import partial

import pytest
from django.db import transaction

from cases.models import Case, KeyGrant
from cases.services.grants import end_grants
from cases.services.keys import revoke_key
from kit.errors import Conflict
from tests.cases import joint_case, remove
from tests.cases.key_hands import Pair, give, make, new_pair, opened
from tests.cast import Cast, actor
from tests.intel.parallel import outcome, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast).case


def test_of_many_who_make_it_at_once_one_does_and_all_open_its_key(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    makers = [actor(user) for user in (cast.north_analyst, cast.south_analyst, cast.police_officer)]
    keys = [pair.key for pair in pairs.values()]
    done = together([partial(outcome, partial(make, makers[turn % 3], case, keys)) for turn in range(12)])
    assert sorted(done) == ["done", *["key_exists"] * 11]
    assert KeyGrant.objects.count() == 3
    found = {opened(maker, case, pair) for maker, pair in zip(makers, pairs.values(), strict=True)}
    assert len(found) == 1


def test_no_grant_outlives_the_revocation_of_its_key(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north = actor(cast.north_analyst)
    made = make(north, case, [pair.key for pair in pairs.values()])
    for end in ("lost", "compromised", "rotated"):
        waits = new_pair(actor(cast.south_analyst))
        done = together(
            [
                *[partial(outcome, partial(give, north, case, [waits.key], made)) for _turn in range(4)],
                partial(outcome, partial(revoke_key, actor(cast.south_analyst), ref=waits.key.ref, end=end)),
            ]
        )
        assert done[-1] == "done"
        assert set(done[:-1]) <= {"done", "not_a_recipient"}
        assert not KeyGrant.objects.filter(key=waits.key).exists()


def test_of_all_keys_that_are_replaced_at_once_the_last_one_is_kept(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    make(actor(cast.north_analyst), case, [pair.key for pair in pairs.values()])
    holders = {"north": cast.north_analyst, "south": cast.south_analyst, "police": cast.police_officer}
    done = together(
        [
            partial(outcome, partial(revoke_key, actor(holders[name]), ref=pair.key.ref, end="rotated"))
            for name, pair in pairs.items()
        ]
    )
    assert sorted(done) == ["done", "done", "last_holder"]
    assert KeyGrant.objects.filter(key__revoked_at=None).count() == 1


def test_no_grant_outlives_the_removal_of_its_holder(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north = actor(cast.north_analyst)
    made = make(north, case, [pair.key for pair in pairs.values()])
    waits = new_pair(actor(cast.south_analyst))

    def removal() -> None:
        with transaction.atomic():
            locked = Case.objects.select_for_update().get(pk=case.pk)
            remove(locked, cast.south)
            end_grants(locked, cast.south.pk)

    done = together([*[partial(outcome, partial(give, north, case, [waits.key], made)) for _turn in range(4)], removal])
    assert set(done[:-1]) <= {"done", "not_a_recipient"}
    assert not KeyGrant.objects.filter(key__institution=cast.south).exists()
    case.refresh_from_db()
    assert case.key_generation == 2


def test_a_make_and_a_publication_at_once_leave_the_new_key_in_or_waiting(
    cast: Cast, case: Case, pairs: dict[str, Pair]
) -> None:
    north, keys = actor(cast.north_analyst), [pair.key for pair in pairs.values()]
    done = together(
        [
            partial(outcome, partial(make, north, case, keys)),
            partial(outcome, partial(new_pair, actor(cast.south_lead), is_personal=True)),
        ]
    )
    assert done[1] == "done"
    assert done[0] in {"done", "recipients_changed"}


def test_the_first_key_wins_over_a_key_made_from_thin_air(cast: Cast, case: Case, pairs: dict[str, Pair]) -> None:
    north, keys = actor(cast.north_analyst), [pair.key for pair in pairs.values()]
    make(north, case, keys)
    with pytest.raises(Conflict):
        give(actor(cast.police_officer), case, [pairs["south"].key], secrets.token_bytes(32))
