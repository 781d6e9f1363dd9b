"""The regulator's pages: numbers for the regulator, refusals for everybody else, each reading on the record."""

import csv
import hashlib
import io
import re

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from tests.cast import Cast, api_client, client_of, token_of
from tests.reports.records import clues

pytestmark = pytest.mark.django_db
PERIOD = "?first=2026-03&last=2026-04"
ROW = r'<th scope="row" class="nowrap">([^<]+)</th><td class="num nowrap">\s*([^<\s]+|<span)'
NAMES = ["members", "submissions", "clues", "collisions", "police"]
ADDRESSES = ["/reports/", *(f"/reports/{name}" for name in NAMES), *(f"/reports/{name}.csv" for name in NAMES)]


@pytest.fixture
def regulator(cast: Cast) -> Client:
    return client_of(cast.regulator_reader, headers={"accept-language": "en"})


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "who",
    [
        "north_analyst",
        "north_lead",
        "north_admin",
        "police_officer",
        "operator_system",
        "operator_security",
        "operator_audit",
    ],
)
def test_nobody_but_the_regulator_reads_a_report(cast: Cast, who, address):
    assert client_of(getattr(cast, who)).get(address).status_code == 403
    assert not Entry.objects.filter(kind="report.read").exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_asked_to_sign_in_and_a_credential_does_not_help(cast: Cast, address):
    assert Client().get(address).status_code == 302
    assert api_client(token_of(cast.north)).get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/home",
        "/submissions",
        "/collisions",
        "/submit",
        "/operations/",
        "/audit/log",
        "/members/users",
        "/custody/custodians",
    ],
)
def test_the_regulator_sees_nothing_else_of_the_platform(regulator, address):
    assert regulator.get(address).status_code == 403


def test_the_regulator_begins_with_the_reports(regulator):
    assert regulator.get("/").url == "/reports/"


def test_the_page_shows_counts_and_withholds_small_ones(cast: Cast, regulator):
    clues(cast.north, cast.cards, "2026-03-05", 1234)
    clues(cast.south, cast.cards, "2026-03-06", 7, typology="impersonation")
    clues(cast.south, cast.cards, "2026-03-06", 2, typology="other")
    page = regulator.get(f"/reports/clues{PERIOD}").content.decode()
    assert "1234" in page
    rows = dict(re.findall(ROW, page))
    assert rows["反催收"] == "1234"
    assert rows["冒充身份"] == "<span"
    assert rows["其他"] == "<span"
    assert rows["债闹"] == "<span"


def test_a_report_says_how_it_is_computed_and_the_checksum_of_its_file(cast: Cast, regulator):
    clues(cast.north, cast.cards, "2026-03-05", 5)
    page = regulator.get(f"/reports/clues{PERIOD}").content.decode()
    file = regulator.get(f"/reports/clues.csv{PERIOD}").content
    assert hashlib.sha256(file).hexdigest() in page


def test_the_same_period_and_numbers_give_the_same_bytes_to_any_reader_at_any_time(cast: Cast, regulator):
    clues(cast.north, cast.cards, "2026-03-05", 5)
    one = regulator.get(f"/reports/clues.csv{PERIOD}").content
    cast.regulator_reader.locale, cast.regulator_reader.timezone = "en", "America/New_York"
    cast.regulator_reader.save()
    with time_machine.travel("2027-02-01T10:00:00+08:00"):
        assert client_of(cast.regulator_reader).get(f"/reports/clues.csv{PERIOD}").content == one


def test_the_file_is_read_by_a_spreadsheet(cast: Cast, regulator):
    clues(cast.north, cast.cards, "2026-03-05", 5)
    answer = regulator.get(f"/reports/clues.csv{PERIOD}")
    assert answer["Content-Disposition"] == 'attachment; filename="clues-2026-03-2026-04.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfreport,clues,")
    found = lines(answer.content)
    assert ["period", "2026-03", "2026-04", "Asia/Shanghai"] in found
    assert ["all", "2026-03", "", "", "", "5"] in found
    assert ["all", "2026-04", "", "", "", "*"] in found
    assert ["typology", "2026-04", "other", "其他", "Other", "*"] in found
    assert len([row for row in found if row[:1] == ["typology"]]) == 20


def test_no_cell_of_the_file_is_a_formula(cast: Cast, regulator):
    cast.cards.name_en = '=HYPERLINK("http://evil.example")'
    cast.cards.name_zh = "@SUM(1)"
    cast.cards.save()
    cells = [cell for row in lines(regulator.get(f"/reports/clues.csv{PERIOD}").content) for cell in row]
    assert "'@SUM(1)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_each_reading_is_on_the_record(cast: Cast, regulator):
    file = regulator.get(f"/reports/clues.csv{PERIOD}").content
    entry = Entry.objects.get(kind="report.read")
    assert (entry.actor, entry.subject) == (f"user:{cast.regulator_reader.ref}", "clues")
    assert entry.facts == {
        "form": "csv",
        "first": "2026-03",
        "last": "2026-04",
        "sha256": hashlib.sha256(file).hexdigest(),
    }
    regulator.get(f"/reports/{PERIOD}")
    assert Entry.objects.filter(kind="report.read", facts__form="overview").count() == len(NAMES)


@pytest.mark.parametrize(
    "period",
    [
        "?first=2026-13",
        "?first=march",
        "?first=2026-04&last=2026-03",
        "?last=2099-01",
        "?first=2001-01",
        "?first=&last=",
    ],
)
def test_a_period_that_is_none_is_refused_with_a_reason(regulator, period):
    for address in ("/reports/", "/reports/clues"):
        answer = regulator.get(address + period)
        assert answer.status_code == 400
        assert "invalid-feedback" in answer.content.decode()
    assert regulator.get(f"/reports/clues.csv{period}").status_code == 400
    assert not Entry.objects.filter(kind="report.read").exists()


def test_a_report_that_does_not_exist_is_not_found(regulator):
    assert regulator.get("/reports/gossip").status_code == 404


def test_an_empty_alliance_shows_what_to_do(regulator):
    page = regulator.get(f"/reports/collisions{PERIOD}").content.decode()
    assert "empty-state" in page
    assert "data-chart" not in page
