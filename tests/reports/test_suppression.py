"""Small cells: what is withheld, and that nobody can work it out. The guarantee stands in kit/suppression.py."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.suppression import THRESHOLD, shown_total, withheld

LINES = st.lists(st.one_of(st.integers(0, 8), st.integers(0, 10_000)), min_size=1, max_size=12).map(
    lambda counts: {f"c{place}": count for place, count in enumerate(counts)}
)


def published(line: dict[str, int]) -> tuple[object, ...]:
    """All that a reader of the line gets: the total and the cells, with None for what is withheld."""
    total = shown_total(sum(line.values()))
    hidden = line.keys() if total is None else withheld(line)
    return (total, *(None if code in hidden else count for code, count in line.items()))


@given(LINES)
def test_a_cell_below_three_is_never_shown(line):
    assert {code for code, count in line.items() if count < THRESHOLD} <= withheld(line)


@given(LINES, st.randoms(use_true_random=False))
def test_the_names_of_the_categories_do_not_matter(line, random):
    codes = list(line)
    random.shuffle(codes)
    renamed = dict(zip(codes, line.values(), strict=True))
    names = dict(zip(line, codes, strict=True))
    assert withheld(renamed) == {names[code] for code in withheld(line)}


@given(LINES)
def test_two_withheld_cells_differ_unless_nothing_is_shown(line):
    hidden = withheld(line)
    if hidden and len(hidden) < len(line):
        assert len({line[code] for code in hidden}) > 1


@given(LINES)
def test_what_the_total_gives_away_is_no_small_number(line):
    hidden = withheld(line)
    rest = sum(line[code] for code in hidden)
    assert not hidden or rest >= THRESHOLD or shown_total(sum(line.values())) is None


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_a_reader_who_tries_every_line_and_knows_the_rule_determines_no_withheld_cell(cells):
    """Every line of so many cells up to 7 each, by what a reader gets of it."""
    alike = defaultdict(list)
    for counts in product(range(8), repeat=cells):
        alike[published({str(place): count for place, count in enumerate(counts)})].append(counts)
    for answer, lines in alike.items():
        for place in (place for place, cell in enumerate(answer[1:]) if cell is None):
            values = {counts[place] for counts in lines}
            # At the edge of what was tried the other value may lie outside: 7 may be an 8 elsewhere.
            assert len(values) > 1 or values == {7}, (answer, place, lines)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((9, 8, 7), ""),
        ((9, 8, 2), "bc"),
        ((9, 8, 0), "bc"),
        ((9, 1, 2), ""),
        ((9, 0, 1, 2), "bcd"),
        ((9, 0, 0, 1), "abcd"),
        ((9, 9, 9, 1), "abcd"),
        ((9, 2, 2), "abc"),
        ((12, 9, 2, 2), "bcd"),
        ((50,), ""),
        ((2,), "a"),
    ],
)
def test_examples(counts, hidden):
    line = dict(zip("abcd", counts, strict=False))
    expected = set(hidden) or {code for code, count in line.items() if count < THRESHOLD}
    assert withheld(line) == expected


def test_a_negative_count_is_a_mistake():
    with pytest.raises(ValueError, match="negative"):
        withheld({"a": -1})
