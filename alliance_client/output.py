"""What the command shows: tables and progress for people, one JSON object for programs, errors for both."""

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from alliance_client.errors import AllianceError
from alliance_client.rows import CHINA
from alliance_client.submission import Progress as Done

NOTICES: Mapping[str, tuple[str, str]] = {
    "custodians": (
        "Custodian {failed} does not answer; another quorum is asked, nothing is charged twice.",
        "托管方 {failed} 没有应答，已改请其他托管方，不会重复计费。",
    ),
    "proof": (
        "Custodian {custodian} gave a wrong proof and is not asked again. Tell the alliance its number.",
        "托管方 {custodian} 的证明不成立，已不再使用，请将其编号告知联盟。",
    ),
    "waiting": (
        "The quota by the minute is used up; waiting {seconds:.0f} s.",
        "每分钟配额已满，等待 {seconds:.0f} 秒。",
    ),
    "budget": ("Going on with the declared budget {budget}.", "改用申报额度 {budget} 继续。"),
    "read_as_gbk": (
        "The file is not UTF-8; its header makes sense as GBK, so it is read as GB18030.",
        "文件不是 UTF-8 编码，已按 GBK（GB18030）读取。",
    ),
    "kept": (
        "Interrupted. Everything done so far is kept in {path}; run the same command again to go on.",
        "已中断。已完成的部分保存在 {path}，重新运行同一命令即可继续。",
    ),
    "unchecked_circles": (
        "The platform was not asked: circles and voice libraries are not checked.",
        "未连接平台：共享组和声纹库未检查。",
    ),
    "repeats": (
        "The platform had this very content already (submission {repeats}); nothing was added.",
        "平台已有完全相同的内容（报送 {repeats}），未新增任何线索。",
    ),
    "not_comparable": (
        "Circle {circle}: other members ({members}) use the voice library {library}; it cannot be compared with yours.",
        "共享组 {circle}：其他成员（家数：{members}）使用声纹库 {library}，与贵机构的声纹不可比对。",
    ),
    "stopped": (
        "{clues} clues name a {kind} that stands on a warning list ({lists}); it does not match.",
        "{clues} 条线索含有已列入警示名单的 {kind}（{lists}），不参与比对。",
    ),
    "alliance_key_pinned": (
        "Pinned the alliance's key {key} as the platform names it. Compare it with the alliance out of band.",
        "已按平台所示固定联盟公钥 {key}，请通过其他渠道与联盟核对。",
    ),
    "registered": (
        "Have the two public keys registered by the institution admin and confirmed to the custodians.",
        "请由机构管理员登记以上两个公钥，并请托管方确认。",
    ),
}


Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
"""The option that every command has."""


def language() -> str:
    """ "zh" unless ALLIANCE_LANG or the locale asks for English."""
    given = os.environ.get("ALLIANCE_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if given.lower().startswith("en") else "zh"


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def console(*, stderr: bool) -> Console:
    """A console as wide as its terminal; what goes elsewhere is not broken into 80 columns."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=250)


@dataclass(slots=True)
class Output:
    """Where a command writes: results to standard output, everything else to standard error."""

    as_json: bool = False
    language: str = field(default_factory=language)
    out: Console = field(default_factory=lambda: console(stderr=False))
    err: Console = field(default_factory=lambda: console(stderr=True))
    _said: set[str] = field(default_factory=set)

    def text(self, english: str, chinese: str) -> str:
        """The one for the reader."""
        return chinese if self.language == "zh" else english

    def word(self, names: Mapping[str, tuple[str, str]], code: str) -> str:
        """The word for a code, English and Chinese by code; one that is newer than this client stays as it is."""
        return self.text(*names.get(code, (code, code)))

    def result(self, found: Any, lines: Iterable[str | Table]) -> None:
        """The result of a command: as JSON, or as lines and tables."""
        if self.as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
            return
        for line in lines:
            if isinstance(line, str):
                self.out.print(harmless(line), markup=False, soft_wrap=True)
            else:
                self.out.print(line)

    def notice(self, name: str, facts: Mapping[str, object]) -> None:
        """Something to know that is no error."""
        said = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in facts.items()}
        text = NOTICES[name][self.language == "zh"].format_map(said)
        if name == "custodians" and text in self._said:
            return
        self._said.add(text)
        self.err.print(harmless(text), style="yellow", markup=False, soft_wrap=True)

    def failure(self, error: AllianceError) -> None:
        """An error, as JSON on standard output or as text on standard error."""
        if self.as_json:
            body = {"code": error.code, "message": error.say(self.language), "exit_code": error.exit_code}
            facts = {name: value for name, value in error.facts.items() if name not in body}
            sys.stdout.write(json.dumps({"error": {**body, **facts}}, ensure_ascii=False, default=str) + "\n")
        else:
            self.err.print(harmless(error.say(self.language)), style="bold red", markup=False, soft_wrap=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
        """A table of texts."""
        table = Table(box=None, header_style="bold", pad_edge=False)
        for place, head in enumerate(heads):
            table.add_column(head, no_wrap=place == 0, overflow="fold")  # references are there to be copied whole
        for row in rows:
            table.add_row(*(Text(shown(cell)) for cell in row))
        return table


def shown(cell: object) -> str:
    """A cell for people: times to the minute in China's time, as the portal shows them; everything else as it is."""
    text = harmless(str(cell))
    if _TIME.match(text):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return f"{at.astimezone(CHINA) if at.tzinfo else at:%Y-%m-%d %H:%M}"
    return text


def harmless(text: str) -> str:
    """A text without what a terminal would obey: the platform's words and a file's cells are shown, not executed."""
    return _CONTROL.sub("\ufffd", text)


class ProgressView:
    """A bar on a terminal, a line every ten seconds elsewhere, nothing for programs."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._began = self._said = time.monotonic()

    def __enter__(self) -> "ProgressView":
        if self._output.err.is_terminal and not self._output.as_json:
            columns = (
                SpinnerColumn(),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TextColumn("{task.fields[said]}"),
                TimeElapsedColumn(),
            )
            self._bar = Progress(*columns, console=self._output.err, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=1.0, said="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: Done) -> None:
        """Show how far the upload is."""
        now = time.monotonic()
        pace = done.values / max(now - self._began, 0.001)
        said = self._output.text(
            f"{done.rows} rows, {done.clues} clues, {done.refused} refused, {done.values} values ({pace:.0f}/s), "
            f"{done.sent} sent",
            f"{done.rows} 行，{done.clues} 条线索，{done.refused} 行被拒，{done.values} 个值（{pace:.0f}/秒），"
            f"已送 {done.sent} 条",
        )
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done.position / max(done.size, 1), said=said)
        elif not self._output.as_json and now - self._said >= 10:
            self._said = now
            self._output.err.print(said, markup=False)
