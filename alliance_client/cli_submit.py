"""`alliance submit`: a file to the platform."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client import errorfile, journal
from alliance_client.budgets import AUTO
from alliance_client.config import Config, check_folder, default_home
from alliance_client.errors import INTERRUPTED, ROWS_REFUSED
from alliance_client.files import Source
from alliance_client.journal import Journal
from alliance_client.output import Json, Output, ProgressView
from alliance_client.rows import Problem
from alliance_client.sdk import Alliance, Reading, Summary, rehearse, remember_upload
from alliance_client.warnings import KEPT, kept
from privacy.warnings import Stoplist

SHOWN = 10


def submit(
    file: Annotated[Path, typer.Argument(help="csv | jsonl | xlsx")],
    *,
    circle: Annotated[str | None, typer.Option(help="文件未写共享组时使用 / where the file names no circle")] = None,
    typology: Annotated[str | None, typer.Option(help="文件未写手法时使用 / where the file names none")] = None,
    proof: Annotated[str | None, typer.Option(help="文件未写证明程度时使用 / where the file names none")] = None,
    role: Annotated[str | None, typer.Option(help="文件未写角色时使用 / where the file names none")] = None,
    observed_at: Annotated[str | None, typer.Option(help="文件未写发现时间时使用 / where the file names none")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不求值不上传 / check only")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="与 --dry-run 同用，不联网 / with --dry-run: no network")
    ] = False,
    error_file: Annotated[
        Path | None, typer.Option(help="错误文件 / where refused rows go, default FILE.errors.*")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="csv: utf-8-sig, gb18030 ...")] = None,
    sheet: Annotated[str | None, typer.Option(help="xlsx: 工作表名 / name of the sheet")] = None,
    ignore_column: Annotated[list[str] | None, typer.Option(help="忽略的列 / a column to ignore")] = None,
    zone: Annotated[str, typer.Option(help="未写时区的时间 / offset of times without one")] = "+08:00",
    budget: Annotated[str, typer.Option(help="auto | standing | 申报额度编号 / a budget's reference")] = AUTO,
    state: Annotated[Path | None, typer.Option(help="状态目录，默认在文件旁 / default: beside the file")] = None,
    again: Annotated[bool, typer.Option("--again", help="重新上传 / forget an earlier upload of the file")] = False,
    as_json: Json = False,
) -> None:
    """上传线索文件，可断点续传 / Upload a file of clues; run it again to go on after a break."""
    output = Output(as_json)
    defaults = {"circle": circle, "typology": typology, "proof": proof, "role": role, "observed_at": observed_at}
    reading = Reading(
        {name: text for name, text in defaults.items() if text},
        encoding,
        sheet,
        tuple(ignore_column or ()),
        _zone(zone),
    )
    if error_file is not None:
        check_folder(error_file)
    report = Report(output, error_file or errorfile.default_path(file))
    try:
        with ProgressView(output) as view:
            if dry_run:
                summary = _rehearsed(file, reading, output, report, view, offline=offline)
            else:
                with Alliance.load(language=output.language, budget=budget, notice=output.notice) as alliance:
                    summary = alliance.submit(
                        file, reading=reading, state=state, again=again, listener=view, at_end=report
                    )
                remember_upload(alliance.config.home, report.tag, file)
    except KeyboardInterrupt:
        output.notice("kept", {"path": state or journal.default_directory(file)})
        raise typer.Exit(INTERRUPTED) from None
    report.show(summary, dry_run=dry_run)
    if summary.refused:
        raise typer.Exit(ROWS_REFUSED)


def _rehearsed(
    file: Path, reading: Reading, output: Output, report: "Report", view: ProgressView, *, offline: bool
) -> Summary:
    if offline:
        output.notice("unchecked_circles", {})
        stoplist = Stoplist(kept(Config.load(default_home()))) if (default_home() / KEPT).exists() else None
        return rehearse(file, reading, libraries=None, stoplist=stoplist, listener=view, at_end=report)
    with Alliance.load(language=output.language, notice=output.notice) as alliance:
        against = alliance.checker(reading)
    return rehearse(file, reading, libraries=against.libraries, stoplist=against.stoplist, listener=view, at_end=report)


class Report:
    """What is told about an upload at its end: the error file, the first problems, the counts."""

    def __init__(self, output: Output, target: Path) -> None:
        self.tag = ""
        self._output = output
        self._target = target
        self._written = 0
        self._refused: list[Problem] = []
        self._warned: list[Problem] = []
        self._notice = ""

    def __call__(self, source: Source, kept: Journal) -> None:
        """Take what is needed while source and journal are open; write the error file if rows were refused."""
        self.tag = kept.fact("tag") or ""
        self._notice = source.notice
        self._refused = list(kept.problems(warnings=False, limit=SHOWN))
        self._warned = list(kept.problems(warnings=True, limit=SHOWN))
        if self._refused:
            self._written = errorfile.write_errors(source, kept.problems(warnings=False), self._target)

    def show(self, summary: Summary, *, dry_run: bool) -> None:
        """Print the summary."""
        if self._notice:
            self._output.notice(self._notice, {})
        for part in summary.parts:
            if part.receipt.get("repeats"):
                self._output.notice("repeats", part.receipt)
            for stopped in part.receipt.get("stopped", ()):
                self._output.notice("stopped", stopped)
        for facts in _voices(summary):
            self._output.notice("not_comparable", facts)
        self._output.result(self._found(summary, dry_run=dry_run), self._lines(summary, dry_run=dry_run))

    def _found(self, summary: Summary, *, dry_run: bool) -> dict[str, Any]:
        done = asdict(summary.progress)
        return {
            "dry_run": dry_run,
            "rows": done["rows"],
            "clues": done["clues"],
            "values": done["values"],
            "values_reused": done["reused"],
            "refused": summary.refused,
            "warnings": summary.warnings,
            "listed": summary.listed,
            "only_listed": summary.only_listed,
            "remaining": summary.remaining,
            "liars": list(summary.liars),
            "submissions": [dict(part.receipt) for part in summary.parts],
            "voices": list(_voices(summary)),
            "error_file": str(self._target) if self._written else None,
            "first_refused": [_problem(one, self._output.language) for one in self._refused],
            "first_warnings": [_problem(one, self._output.language) for one in self._warned],
        }

    def _lines(self, summary: Summary, *, dry_run: bool) -> Iterator[str]:
        said, done = self._output.text, summary.progress
        for one in self._refused:
            yield said(f"Row {one.row}  {one.head}: {one.say('en')}", f"第 {one.row} 行  {one.head}：{one.say('zh')}")
        if summary.refused > len({one.row for one in self._refused}):
            yield "…"
        for one in self._warned:
            yield said(
                f"Row {one.row}  {one.head}: warning: {one.say('en')}",
                f"第 {one.row} 行  {one.head}：提示：{one.say('zh')}",
            )
        yield said(
            f"{done.clues} clues, {summary.refused} rows refused, {summary.warnings} with a warning.",
            f"{done.clues} 条线索，{summary.refused} 行被拒，{summary.warnings} 行有提示。",
        )
        if summary.listed:
            yield said(
                f"{summary.listed} indicators left out: they stand on a warning list; {summary.only_listed} rows "
                "refused, because all of them does.",
                f"已略去 {summary.listed} 个在警示名单上的要素，其中 {summary.only_listed} 行全部在名单上而被拒。",
            )
        if dry_run:
            yield said(f"{done.values} distinct values would be evaluated.", f"需要求值的不同要素共 {done.values} 个。")
        for part in summary.parts:
            yield said("Submission ", "报送 ") + str(part.receipt.get("reference"))
        if summary.remaining is not None:
            yield said(f"{summary.remaining} values are left in the quota.", f"配额剩余 {summary.remaining} 个值。")
        if self._written:
            yield said(f"Refused rows with reasons: {self._target}", f"被拒行及原因：{self._target}")


def _voices(summary: Summary) -> Iterator[dict[str, Any]]:
    """Each voice library of others that cannot be compared with ours, once."""
    seen = set()
    for part in summary.parts:
        for voice in part.receipt.get("voices", ()):
            for other in voice["not_comparable"]:
                mark = (voice["circle"], other["library"])
                if mark not in seen:
                    seen.add(mark)
                    yield {"circle": voice["circle"], **other}


def _problem(one: Problem, language: str) -> dict[str, Any]:
    return {"row": one.row, "field": one.head, "code": one.code, "message": one.say(language)}


def _zone(text: str) -> timezone:
    found = re.fullmatch(r"([+-])([01][0-9]):?([0-5][0-9])", text)
    if found is None:
        raise typer.BadParameter("+08:00")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)
