"""The cast is what its description says."""

import pytest

from members.queries.circles import circles_for, ownership
from tests.cast import Cast, actor, build, token_of


def test_two_banks_share_a_circle_the_outsider_is_not_in(cast: Cast) -> None:
    assert [row.code for row in circles_for(actor(cast.north_analyst))] == ["cards"]
    assert [row.code for row in circles_for(actor(cast.south_analyst))] == ["cards"]
    assert [row.code for row in circles_for(actor(cast.outsider_analyst))] == ["loans"]


def test_the_harbour_institutions_have_one_owner(cast: Cast) -> None:
    owner = ownership()
    assert owner[cast.harbour_bank.pk] == owner[cast.harbour_leasing.pk] != owner[cast.north.pk]


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_leaves_an_empty_database() -> None:
    assert token_of(build().north).startswith("alc_")
