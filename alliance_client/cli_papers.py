"""`alliance papers` and `alliance seized`: certificate checks, and own customers on lists that the police seized."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client.errors import ConfigError
from alliance_client.joint import papers, words
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

app = typer.Typer(
    help="核验：向出具单位核实材料 / Certificate checks: is this paper really theirs?",
    no_args_is_help=True,
    add_completion=False,
)
seized_app = typer.Typer(
    help="查获名单中的本机构客户 / Your own customers on lists that the police seized",
    no_args_is_help=True,
    add_completion=False,
)
Reference = Annotated[str, typer.Argument(help="核验编号 / a check's reference")]
Finding = Annotated[str, typer.Argument(help="线索编号 / a finding's reference")]


@app.command("issuers")
def offices(as_json: Json = False) -> None:
    """可询问的出具单位 / Whom you may ask."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = papers.issuers(alliance)["results"]
    heads = [output.text(*pair) for pair in (("reference", "编号"), ("name", "名称"), ("keys", "收件公钥"))]
    output.result(found, [output.table(heads, [(one["reference"], one["name"], len(one["keys"])) for one in found])])


@app.command()
def ask(
    issuer: Annotated[str, typer.Argument(help="出具单位编号 / the issuer's reference")],
    facts: Annotated[
        Path, typer.Option("--facts", help="json 文件，- 为标准输入 / a json object in a file; - is standard input")
    ],
    paper: Annotated[str, typer.Option(help=" | ".join(papers.PAPERS))] = "other",
    case: Annotated[str | None, typer.Option(help="案件编号 / a case's reference")] = None,
    as_json: Json = False,
) -> None:
    """发起核验：内容在本机加密 / Ask; what stands on the paper is encrypted here."""
    output = Output(as_json)
    if paper not in papers.PAPERS:
        raise typer.BadParameter(", ".join(papers.PAPERS))
    stated = _facts(facts)
    with Alliance.load(language=output.language) as alliance:
        found = papers.ask(alliance, issuer, paper=paper, facts=stated, case=case)
    output.result(found, [_table([found], output)])


@app.command("list")
def listed(as_json: Json = False) -> None:
    """本机构发起的核验 / Your institution's checks."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = papers.checks(alliance)
    output.result(found, [_table(found, output)])


@app.command()
def show(
    reference: Reference,
    facts: Annotated[
        bool, typer.Option(help="同时在本机解密内容，平台会记录 / also open the facts here; recorded")
    ] = False,
    as_json: Json = False,
) -> None:
    """一次核验及正式答复 / One check with its formal answer."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = papers.check(alliance, reference)
        if facts:
            found["facts"] = papers.facts(alliance, reference)
    lines = [f"{name}: {value}" for name, value in found.get("facts", {}).items()]
    answered = [str(found[name]) for name in ("document", "note") if found[name]]
    output.result(found, [_table([found], output), *answered, *lines])


@seized_app.command("list")
def findings(
    open_: Annotated[bool, typer.Option("--open", help="在本机解密，平台会记录 / open them here; recorded")] = False,
    as_json: Json = False,
) -> None:
    """待联系的受害客户 / Victims to contact."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = papers.findings(alliance)
        for one in found:
            one["person"] = papers.person(alliance, one) if open_ and one["sealed"] else None
    output.result(found, [_findings(found, output)])


@seized_app.command()
def mark(
    reference: Finding,
    state: Annotated[str, typer.Argument(help=" | ".join(papers.STATES))],
    as_json: Json = False,
) -> None:
    """登记联系情况 / Say how far contacting the person has come."""
    output = Output(as_json)
    if state not in papers.STATES:
        raise typer.BadParameter(", ".join(papers.STATES))
    with Alliance.load(language=output.language) as alliance:
        found = papers.decide(alliance, reference, state)
    output.result(found, [_findings([found], output)])


def _facts(path: Path) -> dict[str, str]:
    """From a file or standard input: on the command line they would stay in the shell's history."""
    if str(path) != "-" and not path.is_file():
        raise ConfigError("file_missing", path=path)
    try:
        found = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found or not all(isinstance(value, str) for value in found.values()):
        raise typer.BadParameter('{"number": "…", "issued_on": "2026-05-01", "name": "…", "says": "…"}')
    return found


def _table(found: Sequence[dict[str, Any]], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("paper", "材料"),
        output.text("issuer", "出具单位"),
        output.text("answer", "答复"),
        output.text("due", "答复期限"),
        output.text("overdue", "逾期"),
    ]
    late = output.text("yes", "是")
    rows = [
        (
            one["reference"],
            output.word(words.PAPER, one["paper"]),
            one["issuer"],
            output.word(words.ANSWER, one["answer"]) or "–",
            one["due_on"],
            late if one["overdue"] else "",
        )
        for one in found
    ]
    return output.table(heads, rows)


def _findings(found: Sequence[dict[str, Any]], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("kind", "类型"),
        output.text("person", "人员"),
        output.text("own references", "自有编号"),
        output.text("unit", "公安机关"),
        output.text("found on", "查获日期"),
        output.text("state", "状态"),
    ]
    rows = [
        (
            one["reference"],
            output.word(words.KIND, one["kind"]),
            (one.get("person") or {}).get("value", "–"),
            ", ".join(clue["own_reference"] or clue["reference"] for clue in one["clues"]),
            one["unit"],
            one["found_on"],
            output.word(words.FINDING, one["state"]),
        )
        for one in found
    ]
    return output.table(heads, rows)
