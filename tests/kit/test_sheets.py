"""Tables for a spreadsheet: whatever a cell holds, opening the file runs nothing."""

import csv
import io
import time
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from kit import sheets

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    "\n=1",
    "https://evil.example",
    "机构 <b>A</b>",
    'a "b", c\nd',
]


def test_a_cell_that_a_spreadsheet_would_run_is_a_text():
    for cell in HOSTILE[:13]:
        assert sheets.harmless(cell) == f"'{cell}"
    assert sheets.harmless("plain = text") == "plain = text"
    assert sheets.harmless(None) == ""


def test_a_csv_reads_back_and_has_the_mark():
    text = sheets.csv_text([("head", "other"), *((cell, 5) for cell in HOSTILE)])
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read[0] == ["head", "other"]
    assert [row[0].removeprefix("'") for row in read[1:]] == HOSTILE
    assert not any(row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d")) for row in read)


def test_a_csv_is_written_line_by_line():
    out = io.BytesIO()
    sheets.write_csv(iter([("a",), ("b",)]), out)
    assert out.getvalue() == b"\xef\xbb\xbfa\r\nb\r\n"


def test_a_workbook_holds_texts_only():
    out = io.BytesIO()
    sheets.write_xlsx([("head", "other"), *((cell, 5) for cell in HOSTILE), (None, "x" * 40_000)], out, sheet="List")
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as book:
        names = book.namelist()
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "<hyperlink" not in page
    assert not any("externalLink" in name or "vba" in name.lower() for name in names)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_name("List").to_python()
    assert [row[0] for row in rows[1:-1]] == [cell.replace("\r", "\r") for cell in HOSTILE]
    assert rows[1][1] == "5"
    assert len(rows[-1][1]) == 32_767


@pytest.mark.parametrize("rows", [[], [()]])
def test_an_empty_table_is_still_a_file(rows):
    out = io.BytesIO()
    sheets.write_xlsx(rows, out, sheet="List")
    assert zipfile.is_zipfile(io.BytesIO(out.getvalue()))


def test_the_same_rows_are_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        sheets.write_xlsx([("head",), ("cell",)], out, sheet="List")
        time.sleep(1.1)
    assert first.getvalue() == second.getvalue()
