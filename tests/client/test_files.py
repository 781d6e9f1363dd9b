"""Bad files, each with its message; and files as spreadsheets really write them."""

import csv
import json
import os
import time
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from alliance_client import workbook, workbook_child
from alliance_client.errors import FileRefused
from alliance_client.files import open_source
from alliance_client.rows import SourceRow

HEADS = ("电话号码", "手法", "发现时间", "共享组")
ROW = ("13800000001", "反催收", "2026-05-01 09:30", "credit")


def refused(path: Path, **options: str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        list(open_source(path, **options).rows())  # type: ignore[arg-type]
    assert caught.value.exit_code == 11
    assert caught.value.say("zh") != caught.value.say("en")
    return caught.value


def read(path: Path, **options: str) -> list[SourceRow]:
    with open_source(path, **options) as source:  # type: ignore[arg-type]
        return list(source.rows())


def write_workbook(path: Path, rows: list[tuple[object, ...]], heads: tuple[str, ...] = HEADS) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("线索")
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate([heads, *rows]):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                else:
                    sheet.write(number, place, cell)
    return path


def bomb(path: Path, megabytes: int, *, declared: int | None = None) -> Path:
    """A workbook whose sheet unpacks to so many megabytes; with `declared`, its directory lies about that."""
    good = write_workbook(path.with_name("good.xlsx"), [ROW])
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        start, end = source.read("xl/worksheets/sheet1.xml").split(b"</sheetData>")
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(start)
            cells = b'<c t="inlineStr"><is><t>13800000001</t></is></c>' * 4
            block = (b"<row>" + cells + b"</row>") * 5000
            for _ in range(megabytes * 2**20 // len(block)):
                sheet.write(block)
            sheet.write(b"</sheetData>" + end)
    if declared is not None:
        raw = bytearray(path.read_bytes())
        at = raw.index(b"PK\x01\x02", raw.rindex(b"xl/worksheets/sheet1.xml") - 100)
        raw[at + 24 : at + 28] = declared.to_bytes(4, "little")
        path.write_bytes(raw)
    return path


def test_a_hundred_random_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    for suffix, word in (
        (".csv", "binary"),
        (".jsonl", "binary"),
        (".xlsx", "no zip archive"),
        (".bin", "none of csv"),
    ):
        path = tmp_path / f"random{suffix}"
        with path.open("wb") as file:
            for _ in range(100):
                file.write(os.urandom(2**20))
        began = time.process_time()
        assert word in refused(path).say("en")
        assert time.process_time() - began < 2
        path.unlink()


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [ROW] * 500)
    path.write_bytes(path.read_bytes()[:-300])
    assert "cut off" in refused(path).say("en")


def test_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    good = write_workbook(tmp_path / "good.xlsx", [ROW])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content)
    assert "not a sound workbook" in refused(path).say("en")


def test_a_workbook_that_unpacks_to_500_megabytes_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.xlsx", 500)
    assert path.stat().st_size < 10 * 2**20
    error = refused(path)
    assert error.code == "workbook_size"
    assert "at most 256 MB" in error.say("en")


def test_a_workbook_that_lies_about_its_size_meets_the_limits_of_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bomb(tmp_path / "bomb.xlsx", 300, declared=1000)
    before = set(Path("/tmp").glob("alliance-*"))
    assert refused(path).code in {"workbook", "workbook_limits"}
    assert set(Path("/tmp").glob("alliance-*")) == before


def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "slow.xlsx", 200)
    with pytest.raises(FileRefused) as caught:
        workbook.read_rows(path, seconds=0.3)
    assert caught.value.code == "workbook_limits"


def test_other_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no xlsx workbook" in refused(path).say("en")
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3000):
            archive.writestr(f"xl/{number}.xml", "")
    assert "3000 parts" in refused(path).say("en")


def test_a_workbook_gives_its_rows_as_text(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (13800000001, "反催收", datetime(2026, 5, 1, 9, 30), "credit"),  # noqa: DTZ001 (a cell has no zone)
        ("", "", "", ""),
        (6222021234567890128, "反催收", "2026/5/1", "credit"),
        ("010-62345678", True, 1.5, "=1+1"),
    ]
    found = read(write_workbook(tmp_path / "a.xlsx", rows))
    assert [(row.number, row.cells[:3]) for row in found] == [
        (2, ["13800000001", "反催收", "2026-05-01 09:30:00"]),
        (4, [None, "反催收", "2026/5/1"]),
        (5, ["010-62345678", "true", "1.5"]),
    ]


def test_a_named_sheet_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [ROW])
    assert len(read(path, sheet="线索")) == 1
    assert "no sheet" in refused(path, sheet="other").say("en")


def test_utf8_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([",".join(HEADS), ",".join(ROW)]), encoding="utf-8-sig")
    assert [(row.number, tuple(row.cells)) for row in read(path)] == [(2, ROW)]


def test_gbk_is_read_when_its_header_proves_it_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\r\n".join([",".join(HEADS), ",".join(ROW)]), encoding="gbk")
    with open_source(path) as source:
        assert source.notice == "read_as_gbk"
        assert [tuple(row.cells) for row in source.rows()] == [ROW]


def test_gbk_without_a_known_header_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("号,甲乙\n1,丙", encoding="gbk")
    error = refused(path)
    assert error.code == "not_utf8"
    assert "--encoding gb18030" in error.say("en")
    assert "UTF-8" in error.say("zh")


def test_a_row_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [",".join(HEADS).encode(), ",".join(ROW).encode(), ",".join(ROW).encode("gbk")]
    path.write_bytes(b"\n".join(lines))
    error = refused(path)
    assert error.facts["row"] == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_rows"),
        (b"\xff\xfea\0", "not_text"),
        ("手法,共享组\na,b\n".encode(), "columns"),
        ("电话号码,手法,电话号码\n".encode(), "double_column"),
        ("电话号码,马甲\n".encode(), "unknown_column"),
        (("电话号码," + ",".join(f"x{n}" for n in range(300))).encode(), "many_columns"),
        ("电话号码,手法\n".encode() + b"1" * (2**20 + 10), "long_line"),
        ("电话号码,手法\n".encode() + b'"' + b"1" * 200_000, "csv"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert refused(path).code == code


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.csv").code == "file_missing"


def test_an_unknown_column_can_be_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("电话号码,客户经理\n13800000001,甲\n", encoding="utf-8")
    with open_source(path, ignored=["客户经理"]) as source:
        assert [row.columns[1].field for row in source.rows()] == ["ignored"]


def test_a_table_may_be_separated_by_semicolons_or_tabs_and_hold_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for sign in ";\t":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=sign).writerows([HEADS, (*ROW[:1], "a\nb", *ROW[2:]), ROW])
        assert [row.number for row in read(path)] == [2, 3]


def test_lines_of_json_are_read_in_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        {"phone": ["13800000001", 13800000002], "circle": "credit", "typology": "other"},
        {"indicators": [{"kind": "qq", "value": 123456}], "circle": "credit"},
        ["no object"],
        {"phone": "1", "nonsense": 1},
        {"indicators": [{"kind": "qq"}]},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n{broken\n")
    found = read(path)
    assert [row.problem for row in found] == [
        "",
        "",
        "not_an_object",
        "unknown_field",
        "unknown_field",
        "not_an_object",
    ]
    assert [(one.kind, cell) for one, cell in zip(found[0].columns, found[0].cells, strict=True)][:2] == [
        ("phone/1", "13800000001"),
        ("phone/1", "13800000002"),
    ]
    assert found[-1].number == 7


def test_the_child_limits_itself() -> None:
    assert workbook_child.text_of(1e15) is None
    assert workbook_child.text_of(999_999_999_999_999.0) == "999999999999999"
    assert workbook_child.MEMORY < 2 * 2**30
