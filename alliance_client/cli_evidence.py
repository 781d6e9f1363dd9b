"""`alliance evidence`: files of a case, encrypted and decrypted on this machine."""

import time
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from alliance_client.errors import ConfigError
from alliance_client.joint import evidence, words
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

app = typer.Typer(
    help="证据：上传、下载、清单、保管记录 / Evidence: put, get, list, history",
    no_args_is_help=True,
    add_completion=False,
)
CaseRef = Annotated[str, typer.Argument(metavar="CASE", help="案件编号 / a case's reference")]
EvidenceRef = Annotated[str, typer.Argument(metavar="EVIDENCE", help="证据编号 / a reference of evidence")]


class Kind(StrEnum):
    """The kinds of evidence."""

    RECORDING = "recording"
    CHAT = "chat"
    FORGED = "forged"
    PAYMENT = "payment"
    SCREENSHOT = "screenshot"
    LETTER = "letter"


@app.command()
def put(
    case: CaseRef,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 / the file")],
    *,
    kind: Annotated[Kind | None, typer.Option(help="种类 / kind of new evidence")] = None,
    title: Annotated[str, typer.Option(help="名称，不得含要素 / title; no indicator in it")] = "",
    source: Annotated[str | None, typer.Option(help="取得方式 / how you came by it")] = None,
    acquired_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="取得日期 / when it was secured")
    ] = None,
    request: Annotated[str | None, typer.Option(help="调取通知编号 / the request of the police it answers")] = None,
    version_of: Annotated[str | None, typer.Option(help="作为该证据的新版本 / as another version of it")] = None,
    as_json: Json = False,
) -> None:
    """加密并上传；中断后重新运行即可续传 / Encrypt and upload a file; run it again after a break to go on."""
    output = Output(as_json)
    if version_of is None and (kind is None or not title):
        raise typer.BadParameter("--kind & --title | --version-of")
    day = acquired_on.date().isoformat() if acquired_on else None
    about = evidence.About(kind.value, title, source, day, request) if kind else None
    with Alliance.load(language=output.language) as alliance, _Bar(output) as bar:
        found = evidence.put(alliance, case, file, about=about, evidence=version_of, step=bar)
    said = output.text("Kept: the platform computed the same checksums.", "已保管：平台复核的校验值与本机一致。")
    output.result(found, [f"{found['evidence']}  v{found['version']}  {found['upload']}", said])


@app.command()
def get(
    case: CaseRef,
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="版本编号，或证据编号（取最新版本） / a version, or evidence: its newest"
        ),
    ],
    target: Annotated[Path, typer.Option("--output", "-o", help="写到何处 / where the file goes")],
    reason: Annotated[str, typer.Option(help="用途，记入保管记录 / why; it stands in the custody record")],
    as_json: Json = False,
) -> None:
    """下载并在本机解密；中断后重新运行即可续传 / Fetch and decrypt one version; run it again to go on."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance, _Bar(output) as bar:
        found = evidence.get(alliance, case, version, target, reason=reason, step=bar)
    said = output.text("The checksums are those of the source.", "校验值与来源一致。")
    output.result(found, [found["path"], said])


@app.command("list")
def list_(case: CaseRef, as_json: Json = False) -> None:
    """案件的证据及版本 / The evidence of a case, version by version."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = evidence.listed(alliance, case)
    pairs = (
        *(("evidence", "证据编号"), ("version", "版本编号"), ("no.", "序号"), ("state", "状态"), ("kind", "种类")),
        *(("title", "名称"), ("provider", "提供单位"), ("file", "文件名"), ("bytes", "字节"), ("SHA-256", "SHA-256")),
    )
    rows = [
        (
            one["reference"],
            own["reference"],
            own["number"],
            output.word(words.VERSION, own["state"]),
            output.word(words.EVIDENCE, one["kind"]),
            one["title"],
            one["provider"],
            own["name"],
            own["size"],
            own["source_sha256"],
        )
        for one in found
        for own in one["versions"]
    ]
    output.result(found, [output.table([output.text(*pair) for pair in pairs], rows)])


@app.command()
def history(case: CaseRef, reference: EvidenceRef, as_json: Json = False) -> None:
    """一件证据的保管记录 / The custody record of one piece of evidence, verified now."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = evidence.history(alliance, case, reference)
    custody = found["custody"]
    pairs = (("no.", "序号"), ("when", "时间"), ("act", "行为"), ("version", "版本"), ("who", "谁"), ("why", "事由"))
    rows = [
        [
            one["number"],
            one["at"],
            output.word(words.CUSTODY, one["act"]),
            one["version"] or "",
            *(one[name] for name in ("who", "reason_text", "chain")),
        ]
        for one in custody["entries"]
    ]
    heads = [output.text(*pair) for pair in (*pairs, ("chain", "链值"))]
    output.result(found, [found["title"], output.table(heads, rows), _verdict(custody, output)])
    if custody["wrong"] is not None:
        raise typer.Exit(ConfigError.exit_code)


@app.command()
def drop(
    case: CaseRef,
    upload: Annotated[str, typer.Argument(metavar="UPLOAD", help="上传编号 / an upload's reference")],
    as_json: Json = False,
) -> None:
    """放弃一次未完成的上传 / Give up an unfinished upload."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        evidence.drop(alliance, case, upload)
    output.result({"dropped": upload}, [output.text("Dropped.", "已放弃。")])


def _verdict(custody: dict[str, Any], output: Output) -> str:
    if custody["wrong"] is None:
        return output.text("The record holds.", "保管记录完整。")
    number = custody["wrong"]
    return output.text(f"The record does not hold from entry {number} on.", f"保管记录自第 {number} 条起不成立。")


class _Bar:
    """A bar on a terminal, a line every ten seconds elsewhere, nothing for programs."""

    def __init__(self, output: Output) -> None:
        self._output, self._said = output, time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        self._progress: Progress | None = None
        if output.err.is_terminal and not output.as_json:
            self._progress = Progress(*columns, TimeRemainingColumn(), console=output.err, transient=True)
            self._task = self._progress.add_task("", total=1)

    def __enter__(self) -> "_Bar":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show how far it is."""
        words = {
            "sums": self._output.text("checksums", "计算校验值"),
            "send": self._output.text("encrypting, sending", "加密并发送"),
            "check": self._output.text("checked by the platform", "平台复核"),
            "read": self._output.text("fetching, decrypting", "下载并解密"),
        }
        now = time.monotonic()
        if self._progress is not None:
            self._progress.update(self._task, description=words[name], completed=done, total=max(total, 1))
        elif not self._output.as_json and now - self._said >= 10:
            self._said = now
            self._output.err.print(f"{words[name]}: {100 * done // max(total, 1)} %", markup=False)
