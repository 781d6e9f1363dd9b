"""`alliance warnings`: the lists of public values that are not filed and do not match."""

from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance
from alliance_client.warnings import exact, read_list
from privacy.warnings import SORTS, Entry

app = typer.Typer(
    help="警示名单：查看、提议、复核 / Warning lists: list, propose, approve",
    no_args_is_help=True,
    add_completion=False,
)
Reference = Annotated[str, typer.Argument(help="版本编号 / a version's reference")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")]


@app.command("list")
def listed(as_json: Json = False) -> None:
    """所有名单及版本；同时核验已生效名单的签名 / All versions; the signatures of those in force are verified."""
    output = Output(as_json)
    with Alliance.load(language=output.language, notice=output.notice) as alliance:
        documents = alliance.warning_lists()
        found = alliance.warning_versions()
    verified = {str(document.version) for document in documents}
    for row in found:
        row["signature_verified"] = row["reference"] in verified
    output.result(found, [_table(found, output)])


@app.command()
def show(reference: Reference, as_json: Json = False) -> None:
    """一个版本的全部条目 / A version with all its entries."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = alliance.warning_version(reference)
    output.result(found, _lines(found, output))


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(help="csv：类型,要素值,说明 / csv with the columns kind, value, label")],
    *,
    code: Annotated[str, typer.Option(help="名单代码 / the list's code, such as public-hotlines")],
    name_zh: Annotated[str, typer.Option(help="中文名称 / its name in Chinese")],
    name_en: Annotated[str, typer.Option(help="英文名称 / its name in English")],
    reason: Annotated[str, typer.Option(help="理由 / why these values are nobody's guilt")],
    sort: Annotated[str, typer.Option(help=" | ".join(SORTS))] = "hotline",
    encoding: Annotated[str | None, typer.Option(help="utf-8-sig, gb18030 ...")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """提议一份完整名单：本机计算每个值的摘要 / Propose a whole list; the digests are computed here."""
    output = Output(as_json)
    if sort not in SORTS:
        raise typer.BadParameter(", ".join(SORTS))
    entries = read_list(file, sort, encoding=encoding)
    if not yes:
        _confirm(entries, output.text("Propose", "提议"), output)
    with Alliance.load(language=output.language, notice=output.notice) as alliance:
        found = alliance.propose_warnings(
            entries, code=code, sort=sort, name_zh=name_zh, name_en=name_en, reason=reason
        )
    output.result(found, [_table([found["version"]], output)])


@app.command()
def approve(reference: Reference, yes: Yes = False, as_json: Json = False) -> None:
    """复核：本机重新计算全部摘要后同意 / Compute all digests again here, and approve."""
    output = Output(as_json)
    with Alliance.load(language=output.language, notice=output.notice) as alliance:
        version = alliance.warning_version(reference)
        entries = alliance.entries_of(version)
        if not yes:
            if not as_json:
                output.result(version, _lines(version, output))
            _confirm(entries, output.text("Approve", "同意"), output)
        found = alliance.approve_warnings(version)
    output.result(found, [_table([found["version"]], output)])


@app.command()
def refuse(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="理由 / why")],
    as_json: Json = False,
) -> None:
    """否决，或撤回自己的提议 / Refuse a version, or take one's own proposal back."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = alliance.refuse_warnings(reference, reason)
    output.result(found, [_table([found["version"]], output)])


def _confirm(entries: list[Entry], act: str, output: Output) -> None:
    values = len(exact(entries))
    said = output.text(
        f"{act} {len(entries)} entries ({values} evaluations)?", f"{act} {len(entries)} 条（{values} 次求值）？"
    )
    typer.confirm(said, abort=True, err=True)


def _table(versions: list[dict[str, Any]], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("list", "名单"),
        output.text("version", "版本"),
        output.text("state", "状态"),
        output.text("entries", "条目"),
        output.text("proposed by", "提议机构"),
        output.text("approved by", "复核机构"),
    ]
    named = "name_zh" if output.language == "zh" else "name_en"
    rows = [
        (
            one["reference"],
            one[named],
            one["number"],
            one["state"],
            one["size"],
            one["proposed_by"],
            "、".join(one["approvals"]),
        )
        for one in versions
    ]
    return output.table(heads, rows)


def _lines(found: dict[str, Any], output: Output) -> list[Any]:
    heads = [output.text(*pair) for pair in (("kind", "类型"), ("value", "值"), ("whose it is", "说明"))]
    rows = [(one["kind"], one["value"] + ("…" if one["prefix"] else ""), one["label"]) for one in found["entries"]]
    changes = output.text(
        f"{len(found['added'])} new, {len(found['removed'])} removed since the version before",
        f"较上一版本新增 {len(found['added'])} 条，移除 {len(found['removed'])} 条",
    )
    reason = f"{output.text('reason', '理由')}: {found['version']['reason']}"
    return [_table([found["version"]], output), reason, changes, output.table(heads, rows)]
