"""What the regulator reads of the police: the numbers are those of the cases, on whatever day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case, Participant, PoliceUnit, StatusEntry
from cases.police_status import STEPS, branch_after
from kit.suppression import THRESHOLD
from reports.catalogue import CATALOGUE
from reports.catalogue.police import standing
from reports.periods import Month, Period
from tests.cast import Cast, client_of, institution

pytestmark = pytest.mark.django_db
BEGINNING = date(2026, 1, 1)
YEAR = Period(Month(2026, 1), Month(2026, 6))


@dataclass(frozen=True)
class Walk:
    """A unit's proceeding in one case: which unit (by number), and its (status, day) in their order."""

    unit: int
    steps: Sequence[tuple[str, date]]
    corrected: bool = False


@st.composite
def walks(draw: st.DrawFn, unit: int) -> Walk:
    status, day, steps = "", BEGINNING + timedelta(days=draw(st.integers(0, 60))), []
    for _turn in range(draw(st.integers(0, 7))):
        if not STEPS[status]:
            break
        status = draw(st.sampled_from(STEPS[status]))
        steps.append((status, day))
        day += timedelta(days=draw(st.integers(0, 40)))
    return Walk(unit, steps, bool(steps) and draw(st.booleans()))


@st.composite
def histories(draw: st.DrawFn) -> list[list[Walk]]:
    """A few cases, each with up to two units."""
    cases = draw(st.integers(1, 6))
    return [
        [draw(walks(unit)) for unit in draw(st.lists(st.integers(0, 2), max_size=2, unique=True))] for _ in range(cases)
    ]


def write(cast: Cast, units: Sequence[PoliceUnit], history: list[list[Walk]]) -> None:
    for case in history:
        row = Case.objects.create(title=b"", typology="other", lead=cast.north)
        for walk in case:
            unit = units[walk.unit].institution
            part = Participant.objects.create(case=row, institution=unit, is_police=True, instrument="1")
            branch, last = "", None
            for status, day in walk.steps:
                last_branch, branch = branch, branch_after(branch, status)
                last = StatusEntry.objects.create(participant=part, status=status, branch=branch, document="1", on=day)
            if walk.corrected and last is not None:
                # The same step again in its own place: a correction changes no count by being one.
                StatusEntry.objects.create(
                    participant=part,
                    status=last.status,
                    branch=branch_after(last_branch, last.status),
                    document="2",
                    on=last.on,
                    corrects=last,
                )


def expected(units: Sequence[PoliceUnit], history: list[list[Walk]], until: date) -> Counter[tuple[str, str]]:
    """The same by reading the cases one by one: (branch, province) of each that was accepted before the day."""
    found: Counter[tuple[str, str]] = Counter()
    for case in history:
        best: tuple[tuple[bool, int, date, int], str, str] | None = None
        for place, walk in enumerate(case):
            seen = [(status, day) for status, day in walk.steps if day < until]
            accepted = [day for status, day in seen if status == "accepted"]
            if not accepted:
                continue
            branch = ""
            for status, _day in seen:
                branch = branch_after(branch, status)
            rank = {"criminal": 0, "public_order": 1, "": 2}[branch]
            order = (seen[-1][0] == "transferred", rank, min(accepted), place)
            if best is None or order < best[0]:
                best = (order, branch or "open", units[walk.unit].region[:2])
        if best is not None:
            found[best[1], best[2]] += 1
    return found


def three_units() -> list[PoliceUnit]:
    return [
        PoliceUnit.objects.create(
            institution=institution(f"Unit {region}", f"单位{region}", kind="police"),
            level="city",
            region=region,
            region_name="市",
        )
        for region in ("330100", "440100", "440300")
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), days=st.lists(st.integers(0, 300), min_size=1, max_size=4))
def test_the_counts_are_those_of_the_cases_on_any_day(cast: Cast, history: list[list[Walk]], days: list[int]) -> None:
    with transaction.atomic():
        units = three_units()
        write(cast, units, history)
        for after in days:
            until = BEGINNING + timedelta(days=after)
            found: Counter[tuple[str, str]] = Counter()
            for (branch, province, _month), count in standing(date.min, until).items():
                found[branch, province] += count
            assert found == expected(units, history, until)
        transaction.set_rollback(True)


def accepted(cast: Cast, unit: PoliceUnit, number: int, *steps: str, day: date = date(2026, 3, 5)) -> None:
    """So many cases of the unit, accepted on the day and taken through these steps."""
    write(cast, [unit], [[Walk(0, [(step, day) for step in ("accepted", *steps)])] for _ in range(number)])


def section(code: str) -> dict[str, int | None]:
    table = CATALOGUE["police"].rows(YEAR)
    found = next(one for one in table.sections if one.breakdown.code == code)
    return {category: cell for (month, category), cell in found.cells.items() if month == "2026-03"}


def test_criminal_and_public_order_cases_stand_apart_and_by_province(cast: Cast) -> None:
    east, south, _other = three_units()
    accepted(cast, east, 4, "filed")
    accepted(cast, south, 3, "filed", "investigated")
    accepted(cast, south, 8, "public_order")
    accepted(cast, east, 5)
    assert section("branch") == {"criminal": 7, "public_order": 8, "open": 5}
    assert section("criminal") == {"33": 4, "44": 3}
    table = CATALOGUE["police"].rows(YEAR)
    assert table.totals["2026-03"] == 20
    assert table.totals["2026-04"] is None


def test_a_unit_that_is_not_in_the_directory_is_not_lost(cast: Cast) -> None:
    east, south, other = three_units()
    accepted(cast, east, 5, "filed")
    accepted(cast, south, 4, "filed")
    accepted(cast, other, 4, "public_order")
    accepted(cast, other, 3)
    east.delete()
    assert section("criminal") == {"44": 4, "none": 5}


def test_a_withheld_branch_is_split_by_nothing_that_is_shown(cast: Cast) -> None:
    east, south, _other = three_units()
    accepted(cast, east, 6, "filed")
    accepted(cast, south, 5, "public_order")
    accepted(cast, south, 1)
    shown = section("branch")
    assert shown["open"] is None
    assert None in {shown["criminal"], shown["public_order"]}
    for code, count in shown.items():
        if count is None:
            assert set(section(code).values()) == {None}


@given(history=histories())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_small_count_is_shown_anywhere(cast: Cast, history: list[list[Walk]]) -> None:
    with transaction.atomic():
        write(cast, three_units(), history)
        table = CATALOGUE["police"].rows(YEAR)
        cells = [cell for one in table.sections for cell in one.cells.values()] + list(table.totals.values())
        assert all(cell is None or cell >= THRESHOLD for cell in cells)
        for one in table.sections:
            for month in table.months:
                line = [one.cells[month, category.code] for category in one.breakdown.categories]
                if one.totals[month] is None:
                    assert set(line) == {None}
        transaction.set_rollback(True)


def test_a_case_that_was_transferred_counts_where_it_went(cast: Cast) -> None:
    east, south, _other = three_units()
    history = [[Walk(0, [("accepted", BEGINNING), ("transferred", BEGINNING)]), Walk(1, [("accepted", BEGINNING)])]]
    write(cast, [east, south], history)
    assert standing(date.min, date(2026, 2, 1)) == {("open", "44", "2026-01"): 1}


def test_the_regulator_reads_it_on_the_page(cast: Cast) -> None:
    accepted(cast, three_units()[0], 7, "filed")
    regulator: Client = client_of(cast.regulator_reader)
    page = regulator.get(reverse("reports:report", args=["police"]) + "?first=2026-01&last=2026-06")
    assert page.status_code == 200
    assert "刑事" in page.content.decode()
    assert client_of(cast.police_officer).get(reverse("reports:report", args=["police"])).status_code == 403
