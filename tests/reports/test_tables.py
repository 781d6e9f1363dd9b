"""A whole report: every line is protected by itself, so nothing more comes out by choosing periods or renaming."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.tables import ALL, Breakdown, Category, protect

MONTHS = ("2026-01", "2026-02", "2026-03")
CODES = {"typology": "abcde", "role": "xyz"}
BREAKDOWNS = [
    Breakdown(name, name, tuple(Category(code, code, code) for code in codes)) for name, codes in CODES.items()
]
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"month": st.sampled_from(MONTHS), "typology": st.sampled_from("abcde"), "role": st.sampled_from("xxxyyz")}
    ),
    max_size=60,
)


def counts(records):
    counter = Counter((ALL, one["month"], "") for one in records)
    for name in CODES:
        counter.update((name, one["month"], one[name]) for one in records)
    return counter


def report(records, months=MONTHS):
    return protect(months, BREAKDOWNS, counts(records))


def withheld_cells(table):
    return [
        (place, month, code)
        for place, section in enumerate(table.sections)
        for (month, code), cell in section.cells.items()
        if cell is None and table.totals[month] is not None
    ]


@given(RECORDS)
def test_exchanging_two_withheld_names_changes_the_cells_and_nothing_that_is_shown(records):
    """The guarantee end to end: for a withheld cell there are other records with the very same report."""
    table, raw = report(records), counts(records)
    for place, month, code in withheld_cells(table):
        name = BREAKDOWNS[place].code
        others = [other for p, m, other in withheld_cells(table) if (p, m) == (place, month)]
        others = [other for other in others if raw[name, month, other] != raw[name, month, code]]
        if not others:
            assert len(CODES[name]) == sum(
                cell is None for (m, _), cell in table.sections[place].cells.items() if m == month
            )
            continue
        swap = {code: others[0], others[0]: code}
        exchanged = [{**one, name: swap.get(one[name], one[name])} if one["month"] == month else one for one in records]
        assert report(exchanged) == table
        assert counts(exchanged)[name, month, code] != raw[name, month, code]


@given(RECORDS, st.integers(0, 2), st.integers(1, 3))
def test_another_period_shows_the_same_of_each_month(records, begin, length):
    months = MONTHS[begin : begin + length]
    whole, part = report(records), report(records, months)
    for everything, some in zip(whole.sections, part.sections, strict=True):
        assert some.cells == {place: cell for place, cell in everything.cells.items() if place[0] in months}
    assert part.totals == {month: whole.totals[month] for month in months}


@given(RECORDS)
def test_sums_are_made_of_shown_cells_alone(records):
    table = report(records)
    assert table.total.count == sum(total for total in table.totals.values() if total is not None)
    assert table.total.complete == (None not in table.totals.values())


def test_a_month_with_fewer_than_three_is_withheld_whole():
    table = report([{"month": "2026-02", "typology": "a", "role": "x"}] * 2)
    assert table.listed == ()
    assert {cell for section in table.sections for cell in section.cells.values()} == {None}
