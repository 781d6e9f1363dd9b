"""Properties of blinding, threshold evaluation and proofs that hold for any values, quorums and faults."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privacy import ceremony, oprf, ristretto, rounds, shares
from privacy.requests import EvaluationAnswer, EvaluationPart, evaluate_part, verified_parts
from tests.privacy.build_vectors import seed

SIZE = ristretto.SIZE
TRANSCRIPT, SHARES = rounds.run_here("id", 1, 3, {index: seed(f"custodian {index}") for index in range(1, 6)})
# The key that nobody holds, for comparison only.
KEY = shares.combine_shares(
    [ristretto.scalar_mul(shares.lagrange(index, (1, 2, 3)), SHARES[index]) for index in (1, 2, 3)]
)

messages = st.lists(st.binary(max_size=40), min_size=1, max_size=4)
quorums = st.sets(st.integers(1, 5), min_size=3).map(lambda found: tuple(sorted(found)))


def ask(quorum: tuple[int, ...], elements: bytes) -> EvaluationAnswer:
    parts = tuple(evaluate_part(SHARES[index], index, TRANSCRIPT, quorum, elements) for index in quorum)
    return EvaluationAnswer(1, 0, quorum, parts, 0)


@settings(max_examples=25, deadline=None)
@given(messages, quorums)
def test_any_quorum_gives_the_digest_of_the_undivided_key(inputs: list[bytes], quorum: tuple[int, ...]) -> None:
    blinded = oprf.blind(inputs)
    parts = verified_parts(TRANSCRIPT, quorum, blinded.elements, ask(quorum, blinded.elements))
    expected = b"".join(ristretto.multiply(KEY, oprf.hash_to_group(message)) for message in inputs)
    assert oprf.finalise(blinded.blinds, parts) == expected


@settings(max_examples=25, deadline=None)
@given(messages, quorums, st.data())
def test_a_custodian_with_a_wrong_share_is_named(
    inputs: list[bytes], quorum: tuple[int, ...], data: st.DataObject
) -> None:
    liar = data.draw(st.sampled_from(quorum))
    elements = oprf.blind(inputs).elements
    key = shares.weighted_share(ristretto.random_scalars(1), liar, quorum)
    evaluated = oprf.evaluate(key, elements)
    lie = EvaluationPart(liar, evaluated, oprf.prove(key, ristretto.multiply_base(key), elements, evaluated))
    whole = ask(quorum, elements)
    parts = tuple(lie if part.custodian == liar else part for part in whole.parts)
    with pytest.raises(oprf.ProofError) as caught:
        verified_parts(TRANSCRIPT, quorum, elements, replace(whole, parts=parts))
    assert (caught.value.code, caught.value.custodian) == ("proof", liar)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=2, max_size=4, unique=True), st.data())
def test_a_swapped_or_replaced_element_is_found(inputs: list[bytes], data: st.DataObject) -> None:
    elements = oprf.blind(inputs).elements
    whole = ask((1, 2, 3), elements)
    victim = whole.parts[data.draw(st.integers(0, 2))]
    place = data.draw(st.integers(0, len(inputs) - 1)) * SIZE
    other = data.draw(st.sampled_from([elements[:SIZE], victim.elements[:SIZE], victim.elements[-SIZE:]]))
    assume(victim.elements[place : place + SIZE] != other)
    swapped = victim.elements[:place] + other + victim.elements[place + SIZE :]
    parts = tuple(replace(part, elements=swapped) if part is victim else part for part in whole.parts)
    with pytest.raises(oprf.ProofError) as caught:
        verified_parts(TRANSCRIPT, (1, 2, 3), elements, replace(whole, parts=parts))
    assert caught.value.custodian == victim.custodian


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"generation": 1}, "generation"),
        ({"epoch": 2}, "generation"),
        ({"quorum": (1, 2, 4)}, "generation"),
    ],
)
def test_an_answer_of_another_generation_is_refused(change: dict[str, object], code: str) -> None:
    elements = oprf.blind([b"x"]).elements
    with pytest.raises(oprf.ProofError) as caught:
        verified_parts(TRANSCRIPT, (1, 2, 3), elements, replace(ask((1, 2, 3), elements), **change))
    assert caught.value.code == code


def test_a_custodian_that_answers_twice_is_refused() -> None:
    elements = oprf.blind([b"x"]).elements
    whole = ask((1, 2, 3), elements)
    for parts in ((*whole.parts, whole.parts[0]), (whole.parts[0],) * 3, whole.parts[:2]):
        with pytest.raises(oprf.ProofError) as caught:
            verified_parts(TRANSCRIPT, (1, 2, 3), elements, replace(whole, parts=parts))
        assert caught.value.code == "custodians"


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 7))
def test_fewer_than_the_threshold_are_refused_before_anything_is_sent(number: int) -> None:
    quorum = tuple(range(1, number + 1))
    if 3 <= number <= 5:
        ceremony.check_quorum(TRANSCRIPT, quorum)
        return
    with pytest.raises(ceremony.CeremonyError) as caught:
        ceremony.check_quorum(TRANSCRIPT, quorum)
    assert caught.value.code == "quorum"


@settings(max_examples=20, deadline=None)
@given(messages)
def test_blinding_twice_shows_nothing_in_common(inputs: list[bytes]) -> None:
    first, second = oprf.blind(inputs), oprf.blind(inputs)
    pieces = [whole[at : at + SIZE] for whole in (first.elements, second.elements) for at in range(0, len(whole), SIZE)]
    assert len(set(pieces)) == len(pieces)
    assert all(ristretto.valid_points(first.elements))


def test_the_blinds_do_not_show_in_a_trace() -> None:
    blinded = oprf.blind([b"x"])
    assert repr(blinded.blinds) not in repr(blinded)


@pytest.mark.parametrize("bad", [bytes(32), b"\xff" * 32, b"\x01" + bytes(31)])
def test_a_custodian_refuses_an_invalid_element_and_names_its_place(bad: bytes) -> None:
    good = oprf.blind([b"a", b"b"]).elements
    with pytest.raises(ristretto.InvalidElement) as caught:
        oprf.evaluate(KEY, good + bad)
    assert caught.value.index == 2


def test_an_input_longer_than_the_rfc_allows_is_refused() -> None:
    with pytest.raises(ValueError, match="65,535"):
        oprf.blind([bytes(65_536)])


@pytest.mark.parametrize("key", [bytes(32), ristretto.ORDER.to_bytes(32, "little"), b"\x01"])
def test_a_key_that_is_no_scalar_is_refused(key: bytes) -> None:
    with pytest.raises(ristretto.InvalidScalar):
        oprf.evaluate(key, oprf.blind([b"a"]).elements)
