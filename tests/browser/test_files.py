"""A file submitted in the browser: read there, checked there, and given back with the reasons where a row is wrong."""

import csv
import io
import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Download, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser import acts
from tests.browser.stage import Stage
from tests.leaks import Scanner

HEAD = ["电话号码", "声纹库编号", "手法", "发现时间", "备注", "自有编号"]
FILER = "qihe-cf"
# What the progress line said, also where the machine is too fast for an eye.
RECORD = """() => {
  window.shown = [];
  const line = document.querySelector('[data-field="progress-text"]');
  new MutationObserver(() => shown.push(line.textContent)).observe(line, {childList: true});
}"""


def rows(good: int) -> list[list[str]]:
    """Good rows with new values, then a masked number, an unknown typology and a time in the future."""
    when = "2026-05-01 09:30"
    ours = [[acts.Seen.new().phone, "", "反催收", when, "外呼", f"A-{n}"] for n in range(good)]
    bad = [
        ["138****5678", "", "反催收", when, "", "B-1"],
        [acts.Seen.new().phone, "", "没有这种手法", when, "", "B-2"],
        [acts.Seen.new().phone, "", "反催收", "2199-01-01 00:00", "", "B-3"],
    ]
    return [*ours, *bad]


def as_csv(path: Path, lines: list[list[str]]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *lines])
    path.write_bytes(out.getvalue().encode("gb18030"))  # as Excel writes it on a Chinese Windows
    return path


def as_workbook(path: Path, lines: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("线索")
        for at, line in enumerate([HEAD, *lines]):
            sheet.write_row(at, 0, line)
    return path


def choose(page: Page, path: Path) -> None:
    page.goto("/submit/file")
    page.locator("#d-circle").select_option("credit")
    page.locator('[data-field="input"]').set_input_files(path)


def number(page: Page, name: str) -> int:
    return int(page.locator(f'[data-field="{name}"]').inner_text())


def sheet(download: Download) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(Path(download.path()).read_bytes()))
    return [[str(cell) for cell in line] for line in book.get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_good_rows_are_filed_and_the_others_come_back_with_their_reason(
    stage: Stage, tmp_path: Path, form: str
) -> None:
    lines = rows(good=3)
    write = {"csv": as_csv, "xlsx": as_workbook}[form]
    path = write(tmp_path / f"线索 五月.{form}", lines)
    with stage.signed_in(stage.person(FILER)) as (page, watch):
        choose(page, path)
        expect(page.locator('[data-field="checked"]')).to_be_visible()
        assert [number(page, name) for name in ("rows", "good", "bad", "values")] == [6, 3, 3, 3]
        assert not [request for request in watch.requests if request.method == "POST"], "the check is a dry run"
        with page.expect_download() as saved:
            page.locator('[data-field="workbook"]').click()
        returned = sheet(saved.value)
        page.evaluate(RECORD)
        page.locator('[data-field="send"]').click()
        expect(page.locator('[data-field="result"]')).to_be_visible(timeout=60_000)
        assert [number(page, name) for name in ("result-good", "result-bad")] == [3, 3]
        said = page.evaluate("shown")
        assert re.search(r"0\D+3", said[0]), said
        page.locator('[data-field="result-link"]').click()
        acts.await_matched(page)
        assert page.locator("tr[data-row]").count() == 3
        expect(page.locator("main")).to_contain_text(path.name)
        expect(page.locator("main")).to_contain_text("A-2")
    assert returned[0] == [*HEAD, "错误原因"]
    assert [line[:-1] for line in returned[1:]] == lines[3:], "the rows come back as they were"
    assert all(line[-1] for line in returned[1:])
    assert watch.errors == []
    values = [(acts.PHONE, "+86" + line[0].replace(" ", "")) for line in lines if "*" not in line[0]]
    scanner = Scanner(values, [line[0] for line in lines])
    assert [leak for url, content in watch.sent() for leak in scanner.scan(url, content)] == []


def test_the_error_workbook_is_read_back_once_it_is_corrected(stage: Stage, tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "clues.xlsx", rows(good=1))
    with stage.signed_in(stage.person(FILER)) as (page, _):
        choose(page, path)
        with page.expect_download() as saved:
            page.locator('[data-field="workbook"]').click()
        header, *bad = sheet(saved.value)
        bad[0][0], bad[1][2], bad[2][3] = acts.Seen.new().phone, "反催收", "2026-05-02 10:00"
        with xlsxwriter.Workbook(tmp_path / "corrected.xlsx") as book:
            worksheet = book.add_worksheet()
            for at, line in enumerate([header, *bad]):
                worksheet.write_row(at, 0, line)
        page.locator('[data-field="input"]').set_input_files(tmp_path / "corrected.xlsx")
        expect(page.locator('[data-field="name"]')).to_have_text("corrected.xlsx")
        assert [number(page, name) for name in ("rows", "good", "bad")] == [3, 3, 0]


def test_the_template_is_a_file_that_the_page_takes(stage: Stage, tmp_path: Path) -> None:
    with stage.signed_in(stage.person(FILER)) as (page, watch):
        page.goto("/submit/file")
        with page.expect_download() as saved:
            page.locator('[data-field="template"]').click()
        saved.value.save_as(tmp_path / "template.xlsx")
        page.locator('[data-field="input"]').set_input_files(tmp_path / "template.xlsx")
        expect(page.locator('[data-field="checked"]')).to_be_visible()
        assert [number(page, name) for name in ("rows", "good", "bad")] == [1, 1, 0]
    assert watch.errors == []


UNREADABLE = {
    "broken.xlsx": (b"PK\x03\x04" + bytes(500), "xlsx"),
    "names.csv": ("姓名,金额\n张三,100\n".encode(), "模板"),
    "noise.bin": (bytes(range(256)) * 20, ""),
    "empty.csv": (b"", ""),
}


def test_a_file_that_cannot_be_read_is_refused_with_a_reason(stage: Stage, tmp_path: Path) -> None:
    with stage.signed_in(stage.person(FILER)) as (page, watch):
        for name, (content, says) in UNREADABLE.items():
            (tmp_path / name).write_bytes(content)
            choose(page, tmp_path / name)
            problem = page.locator('[data-field="problem"]')
            expect(problem).to_be_visible()
            expect(problem).to_contain_text(says)
            assert re.search("[\u4e00-\u9fff]", problem.inner_text()), name
            assert page.locator('[data-field="checked"]').is_hidden()
        assert watch.errors == []
