"""Shamir shares with Feldman commitments."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy import ristretto, shares
from privacy.shares import ShareError

thresholds = st.integers(1, 7).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


@settings(max_examples=25, deadline=None)
@given(thresholds, st.data())
def test_any_threshold_of_shares_gives_the_secret(sizes: tuple[int, int], data: st.DataObject) -> None:
    t, n = sizes
    dealing = shares.deal(t, n)
    quorum = sorted(data.draw(st.sets(st.integers(1, n), min_size=t)))
    weighted = [shares.weighted_share(dealing.shares[index - 1], index, quorum) for index in quorum]
    assert shares.combine_shares(weighted) == dealing.coefficients[:32]


@settings(max_examples=25, deadline=None)
@given(thresholds, st.data())
def test_every_share_fits_its_commitments_and_no_other_place(sizes: tuple[int, int], data: st.DataObject) -> None:
    t, n = sizes
    dealing = shares.deal(t, n)
    index = data.draw(st.integers(1, n))
    shares.verify_share(dealing.shares[index - 1], index, dealing.commitments)
    with pytest.raises(ShareError) as caught:
        shares.verify_share(ristretto.random_scalars(1), index, dealing.commitments)
    assert caught.value.code == "share"
    if t > 1:
        with pytest.raises(ShareError):
            shares.verify_share(dealing.shares[index - 1], index + 1, dealing.commitments)


@pytest.mark.parametrize("share", [bytes(32), ristretto.ORDER.to_bytes(32, "little"), b"", bytes(31)])
def test_a_share_that_is_no_scalar_is_refused(share: bytes) -> None:
    with pytest.raises(ShareError) as caught:
        shares.verify_share(share, 1, shares.deal(2, 3).commitments)
    assert caught.value.code == "share"


def test_dealings_add_up() -> None:
    dealings = [shares.deal(2, 3) for _ in range(3)]
    joint = shares.combine_commitments([dealing.commitments for dealing in dealings])
    for index in (1, 2, 3):
        share = shares.combine_shares([dealing.shares[index - 1] for dealing in dealings])
        shares.verify_share(share, index, joint)


def test_commitments_that_are_no_elements_are_refused() -> None:
    good = shares.deal(2, 3).commitments
    for bad in (b"\xff" * 64, good[:32] + b"\xff" * 32, good[:63]):
        with pytest.raises(ShareError) as caught:
            shares.combine_commitments([good, bad])
        assert caught.value.code == "commitment"
    with pytest.raises(ShareError):
        shares.public_share(b"\xff" * 64, 1)
    with pytest.raises(ShareError) as caught:
        shares.public_share(good, 0)
    assert caught.value.code == "index"


@pytest.mark.parametrize(("t", "n"), [(0, 3), (4, 3), (2, 256), (-1, 0)])
def test_impossible_thresholds_are_refused(t: int, n: int) -> None:
    with pytest.raises(ShareError) as caught:
        shares.check_threshold(t, n)
    assert caught.value.code == "threshold"


@pytest.mark.parametrize("quorum", [(1, True), (1, "2"), (1.0, 2), (0, 1), (1, 4), (2, 1), (1, 1), (1,), ()])
def test_a_quorum_has_one_spelling(quorum: tuple[int, ...]) -> None:
    with pytest.raises(ShareError) as caught:
        shares.check_quorum_numbers(quorum, 2, 3)
    assert caught.value.code == "quorum"


def test_a_factor_exists_only_within_the_quorum() -> None:
    for index, quorum in ((3, (1, 2)), (1, (1, 1)), (0, (0, 1))):
        with pytest.raises(ShareError):
            shares.lagrange(index, quorum)
