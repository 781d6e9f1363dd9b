"""The command `alliance`. README.md lists its exit codes."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import stamina
import typer

from alliance_client import (
    cli_budgets,
    cli_cases,
    cli_disclosures,
    cli_events,
    cli_evidence,
    cli_init,
    cli_keys,
    cli_packages,
    cli_papers,
    cli_police,
    cli_submit,
    cli_triage,
    cli_warnings,
    journal,
)
from alliance_client.config import Config, default_home
from alliance_client.errorfile import write_template
from alliance_client.errors import INTERRUPTED, ROWS_REFUSED, AllianceError, ConfigError
from alliance_client.journal import Journal
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance, uploads_of
from alliance_client.words import KIND_OF, folded
from privacy.kinds import KINDS, REASONS, WARNINGS, Refused, message, normalise

app = typer.Typer(
    name="alliance",
    help="联盟成员端：要素只在本机处理，平台只收到摘要。/ The member's client: indicators stay here, digests travel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("init")(cli_init.init)
app.command("ceremony")(cli_init.ceremony)
app.command("submit")(cli_submit.submit)
app.command("triage")(cli_triage.triage)
app.command("events")(cli_events.events)
app.add_typer(cli_budgets.app, name="budgets")
app.add_typer(cli_warnings.app, name="warnings")
app.add_typer(cli_evidence.app, name="evidence")
app.add_typer(cli_cases.app, name="cases")
app.add_typer(cli_disclosures.app, name="disclosures")
app.add_typer(cli_keys.app, name="keys")
app.command("package")(cli_packages.package)
app.command("verify")(cli_packages.verify)
app.add_typer(cli_papers.app, name="papers")
app.add_typer(cli_police.app, name="police")
app.add_typer(cli_papers.seized_app, name="seized")


@app.callback()
def options(
    home: Annotated[
        Path | None, typer.Option("--home", help="配置目录 / configuration directory ($ALLIANCE_HOME)")
    ] = None,
) -> None:
    """What holds for every command."""
    if home is not None:
        os.environ["ALLIANCE_HOME"] = str(home)


@app.command()
def whoami(as_json: Json = False) -> None:
    """我的机构、凭证和权限 / My institution, credential and what it may do."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = alliance.whoami()
        fingerprint = alliance.config.fingerprint
    institution = found["institution"]
    lines = [
        f"{institution['name_zh']} / {institution['name_en']}  {institution['ref']}",
        f"{found['name']}: {', '.join(found['scopes'])} (→ {found['expires_at']})",
        *(f"- {one['capability']}: {', '.join(one['granted_by'])}" for one in found["missing"]),
        f"{output.text('pinned ceremony', '已固定的密钥仪式指纹')}: {fingerprint}",
    ]
    output.result({**found, "fingerprint": fingerprint}, lines)


@app.command()
def kinds(as_json: Json = False) -> None:
    """要素类型及示例 / The kinds of indicators, with examples. Needs no network."""
    output = Output(as_json)
    heads = [output.text("kind", "类型"), output.text("name", "名称"), "", output.text("example", "示例")]
    marks = {(True, False): output.text("weak", "弱"), (False, True): output.text("public", "公开")}
    rows = [
        (kind.label, output.text(kind.name_en, kind.name_zh), marks.get((kind.weak, kind.public), ""), kind.example)
        for kind in KINDS.values()
    ]
    found = [{name: getattr(kind, name) for name in kind.__slots__} for kind in KINDS.values()]
    output.result(found, [output.table(heads, rows)])


@app.command()
def digest(
    kind: Annotated[str, typer.Argument(help="类型，如 phone / a kind such as phone")],
    values: Annotated[list[str], typer.Argument(help="要素值 / values")],
    as_json: Json = False,
) -> None:
    """预览规范化结果，不联网 / Preview what would be hashed. Never touches the network."""
    output = Output(as_json)
    label = kind_label(kind)
    previews = [_preview(label, value, output) for value in values]
    lines = [f"{one['value'] or one['refused']}{'  ' + one['message'] if one['message'] else ''}" for one in previews]
    output.result(previews, lines)
    if any(one["refused"] for one in previews):
        raise typer.Exit(ROWS_REFUSED)


def kind_label(name: str) -> str:
    """The label of a kind by its label or any of its names. Raises typer.BadParameter."""
    label = KIND_OF.get(folded(name))
    if label is None:
        raise typer.BadParameter(f"{name}: {', '.join(KINDS)}")
    return label


def _preview(label: str, value: str, output: Output) -> dict[str, Any]:
    chinese = output.language == "zh"
    try:
        found = normalise(label, value)
    except Refused as refusal:
        said = REASONS[refusal.code][chinese]
        return {"kind": label, "value": None, "extension": None, "refused": refusal.code, "message": said}
    said = " ".join(WARNINGS[code][chinese] for code in found.warnings)
    return {"kind": label, "value": found.value, "extension": found.extension, "refused": None, "message": said}


@app.command()
def find(
    file: Annotated[Path, typer.Argument(help="已上传的文件 / a file that was uploaded")],
    kind: Annotated[str, typer.Argument(help="类型，如 phone / a kind such as phone")],
    value: Annotated[str, typer.Argument(help="要素值 / the value")],
    state: Annotated[Path | None, typer.Option(help="状态目录 / its state directory")] = None,
    as_json: Json = False,
) -> None:
    """某个要素值在文件的哪些行，不联网 / The rows of an uploaded file that hold a value. Needs no network."""
    output = Output(as_json)
    label = kind_label(kind)
    directory = state or journal.default_directory(file)
    if not directory.is_dir():
        raise ConfigError("state", path=directory, reason=output.text("no such upload", "没有该文件的上传记录"))
    try:
        canonical = normalise(label, value).value
    except Refused as refusal:
        raise typer.BadParameter(output.text(refusal.message_en, refusal.message_zh)) from None
    kept = Journal(directory, secret=Config.load(default_home()).signing_seed())
    try:
        rows = kept.rows_holding(kept.key(message(label, canonical)))
    finally:
        kept.close()
    output.result({"file": str(file), "rows": rows}, [", ".join(map(str, rows)) or output.text("none", "无")])


@app.command()
def status(
    reference: Annotated[str | None, typer.Argument(help="报送编号 / a submission's reference")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """报送及其进度 / Submissions and how far they are."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        if reference:
            found = [alliance.submission(reference)]
        else:
            rows = alliance.submissions(limit=min(limit, 200))
            found = [row for row, _ in zip(rows, range(limit), strict=False)]
    heads = [
        output.text("reference", "编号"),
        output.text("received", "接收时间"),
        output.text("status", "状态"),
        output.text("accepted", "接受"),
        output.text("rejected", "拒绝"),
        output.text("collisions", "碰撞"),
        output.text("file", "文件"),
    ]
    names = ("reference", "received_at", "status", "accepted", "rejected", "collisions", "filename")
    table = output.table(heads, [[row[name] for name in names] for row in found])
    output.result(found[0] if reference else found, [table])


@app.command()
def collisions(
    reference: Annotated[str | None, typer.Argument(help="碰撞编号 / a collision's reference")] = None,
    *,
    kind: Annotated[str | None, typer.Option(help="类型 / kind")] = None,
    circle: Annotated[str | None, typer.Option(help="共享组 / circle")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="发现日期起 / found on that day or later")
    ] = None,
    min_score: Annotated[int, typer.Option(min=0, max=100, help="最低得分 / points at least")] = 0,
    status: Annotated[
        cli_triage.Status | None, typer.Option(help="本机构研判状态 / your own triage", show_choices=True)
    ] = None,
    order: Annotated[cli_triage.Order, typer.Option(help="顺序 / order")] = cli_triage.Order.NEWEST,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: Json = False,
) -> None:
    """碰撞列表或详情 / Collisions, or one of them with your own clues in it."""
    output = Output(as_json)
    label = kind_label(kind) if kind else None
    with Alliance.load(language=output.language) as alliance:
        if reference:
            _show_collision(alliance, reference, output)
            return
        rows = alliance.collisions(
            kind=label,
            circle=circle,
            since=since.date().isoformat() if since else None,
            least=min_score or None,
            status=status.value if status else None,
            order=order.value,
            limit=min(limit, 200),
        )
        found = [row for row, _ in zip(rows, range(limit), strict=False)]
    heads = [
        output.text("reference", "编号"),
        output.text("score", "得分"),
        output.text("triage", "研判"),
        output.text("due", "期限"),
        output.text("found", "发现日期"),
        output.text("circle", "共享组"),
        output.text("kind", "类型"),
        output.text("your clues", "本机构线索"),
        output.text("others", "其他机构"),
    ]
    table = output.table(heads, [_collision_cells(row, output) for row in found])
    output.result(found, [table])


def _collision_cells(row: dict[str, Any], output: Output) -> list[object]:
    others = ", ".join(f"{output.text('Institution', '机构')} {one['label']} ({one['clues']})" for one in row["others"])
    own = [row["reference"], row["score"], row["status"], row["due_on"] or "", row["found_on"]]
    return [*own, row["circle"], row["kind"], row["clues"], others]


def _show_collision(alliance: Alliance, reference: str, output: Output) -> None:
    found = alliance.collision(reference)
    files = uploads_of(alliance.config.home)
    for clue in found["own_clues"]:
        tag, _, row = str(clue["own_reference"]).rpartition("-")
        clue["file"], clue["row"] = (files[tag], int(row)) if tag in files and row.isdigit() else (None, None)
    heads = [output.text(*names) for names in (("clue", "线索"), ("own reference", "自有编号"), ("row", "所在行"))]
    rows = [
        (one["reference"], one["own_reference"], f"{one['file']}:{one['row']}" if one["file"] else "")
        for one in found["own_clues"]
    ]
    cells = _collision_cells(found, output)
    output.result(found, ["  ".join(map(str, cells)), output.table(heads, rows)])


@app.command()
def withdraw(
    reference: Annotated[str, typer.Argument(help="线索编号 / a clue's reference")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")] = False,
    as_json: Json = False,
) -> None:
    """撤回一条线索 / Withdraw one clue; collisions that depended on it end."""
    output = Output(as_json)
    if not yes:
        typer.confirm(output.text(f"Withdraw the clue {reference}?", f"撤回线索 {reference}？"), abort=True, err=True)
    with Alliance.load(language=output.language) as alliance:
        alliance.withdraw(reference)
    output.result({"withdrawn": reference}, [output.text("Withdrawn.", "已撤回。")])


@app.command()
def template(target: Annotated[Path, typer.Argument(help="*.xlsx | *.csv")], as_json: Json = False) -> None:
    """生成线索模板 / Write an empty table to fill in."""
    write_template(target)
    Output(as_json).result({"template": str(target)}, [str(target)])


def main() -> None:
    """Run the command; errors of the client become a message and their exit code."""
    stamina.instrumentation.set_on_retry_hooks([])  # a retry is no news: the last one's error is
    try:
        app()
    except AllianceError as error:
        Output("--json" in sys.argv).failure(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
