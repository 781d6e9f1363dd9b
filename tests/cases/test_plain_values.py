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


def test_a_letter_in_front_makes_no_document_of_a_plain_value() -> None:
    for value in ("A6222021234567890128", "A11010519491231002X", "A13812345678"):
        with pytest.raises(Invalid):
            checked_number(value)
    assert checked_number("A3301060000002026010042") == "A3301060000002026010042"
