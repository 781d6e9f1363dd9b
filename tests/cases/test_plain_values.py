"""No plain value slips into a case by what people write, however long it is."""

import pytest

from cases.documents import checked_number
from cases.words import LONGEST_COMMENT, checked_words
from kit.errors import Invalid
from privacy.kinds import looks_like_indicator


def test_a_plain_value_is_found_in_a_text_longer_than_any_value() -> None:
    told = "客户反映情况如下。" * 300
    for value in ("13812345678", "11010519491231002X", "6222 0212 3456 7890 128"):
        for text in (told + value, value + told, told + value + told):
            assert looks_like_indicator(text) is not None, value
    assert looks_like_indicator(told) is None


def test_a_long_comment_with_a_phone_at_its_end_is_refused() -> None:
    with pytest.raises(Invalid):
        checked_words("团伙分工说明。" * 400 + "联系 138 1234 5678", "body", LONGEST_COMMENT)


PLAIN = (
    "13812345678",
    "8613812345678",
    "11010519491231002X",
    "110105194912310028",
    "6222021234567890128",
    "6222021234567894",
)


@pytest.mark.parametrize("value", PLAIN)
def test_no_plain_value_passes_as_a_document_however_it_is_wrapped(value: str) -> None:
    digits = value.rstrip("X")
    wrapped = [value, f"A{value}", f"J{value}号", f"沪公(浦)受案字〔2026〕{value}号", f"A3101150000002026050012{value}"]
    # Filled up to the length of a case number, before and behind, so that who looks for a value sees none.
    wrapped += [f"A{digits.ljust(22, '0')}", f"A{digits.rjust(22, '0')}", f"A{digits}00", f"A00{digits}", f"{digits}00"]
    wrapped += [one.translate(str.maketrans("0123456789", "０１２３４５６７８９")) for one in wrapped]
    for text in wrapped:
        with pytest.raises(Invalid):
            checked_number(text)


@pytest.mark.parametrize(
    "number",
    [
        "沪公(浦)受案字〔2026〕10086号",
        "澜公（经）调证字〔2026〕0042号",
        "浦公（经侦）立字[2026]第1234号",
        "(2026)沪0115刑初1234号",
        "A3101150000002026050012",
        "J3301060000002026010042",
        "A3301060000002026010042、A3301060000002026010043",
        "沪公(浦)受案字〔2026〕10086号（案件编号A3101150000002026050012）",
        "受1",
    ],
)
def test_numbers_as_the_police_write_them_pass(number: str) -> None:
    assert checked_number(f" {number} ") == number


@pytest.mark.parametrize(
    "number", ["A9901150000002026050012", "A3101150000002026130012", "A310115000000202605001", "310115000000202605"]
)
def test_what_only_resembles_a_case_number_does_not(number: str) -> None:
    with pytest.raises(Invalid):
        checked_number(number)
