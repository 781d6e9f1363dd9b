"""`alliance police`: what became of a case, which unit it goes to, and answering what a unit asks for."""

from typing import Annotated

import typer

from alliance_client.joint import police, words
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

app = typer.Typer(help="公安办理情况 / The police in a case", no_args_is_help=True, add_completion=False)


Case = Annotated[str, typer.Argument(help="案件编号 / a case's reference")]
Request = Annotated[str, typer.Argument(help="调取通知编号 / a request's reference")]


@app.command()
def show(case: Case, as_json: Json = False) -> None:
    """办案状态、期限和调取通知 / The status, its clock, and what a unit asks for."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = police.police_part(alliance, case)
    steps = [
        [one["unit"], step["on"], output.word(words.STATUS, step["status"]), step["document"], step["due_on"] or ""]
        for one in found["proceedings"]
        for step in one["steps"]
        if not step["corrected"]
    ]
    asked = [
        [one["reference"], one["unit"], one["document"], one["due_on"], output.word(words.REQUEST, one["state"])]
        for one in found["requests"]
    ]
    of_steps = (("unit", "单位"), ("on", "日期"), ("status", "状态"), ("document", "文书"), ("due", "期限"))
    of_asked = (("request", "编号"), ("unit", "单位"), ("document", "文书"), ("due", "答复期限"), ("state", "状态"))
    tables = ((of_steps, steps), (of_asked, asked))
    output.result(found, [output.table([output.text(*pair) for pair in heads], rows) for heads, rows in tables])


@app.command()
def units(as_json: Json = False) -> None:
    """公安机关名录 / The directory of police units."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = police.units(alliance)
    heads = (("reference", "编号"), ("name", "名称"), ("level", "级别"), ("region", "区域"), ("takes", "管辖"))
    rows = [
        [
            one["reference"],
            one["name"],
            output.word(words.LEVEL, one["level"]),
            one["region"],
            " ".join(j["region"] for j in one["jurisdictions"]),
        ]
        for one in found
    ]
    output.result(found, [output.table([output.text(*pair) for pair in heads], rows)])


@app.command()
def suggest(case: Case, as_json: Json = False) -> None:
    """案件应由哪个单位管辖及理由 / Which unit a case goes to, and why."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = police.suggestions(alliance, case)
    heads = (("reference", "编号"), ("name", "名称"), ("why", "理由"))
    rows = [[one["reference"], one["name"], " ".join(one["reasons"])] for one in found]
    none = output.text(
        "No unit fits: name the places of the case on its overview in the portal.",
        "没有匹配的单位：请先在门户的案件概览页填写涉案地。",
    )
    output.result(found, [output.table([output.text(*pair) for pair in heads], rows) if rows else none])


@app.command()
def answer(
    case: Case,
    request: Request,
    *,
    text: Annotated[str, typer.Option(help="答复 / the answer")],
    evidence: Annotated[list[str] | None, typer.Option(help="证据编号 / a piece of evidence in the case")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="无法提供 / it cannot be answered")] = False,
    as_json: Json = False,
) -> None:
    """答复调取证据通知 / Answer an evidence request."""
    output = Output(as_json)
    refs = list(evidence or ())
    with Alliance.load(language=output.language) as alliance:
        found = police.answer_request(alliance, case, request, answer=text, evidence=refs, refused=refused)
    output.result(found, [output.text("The answer is given.", "已答复。")])
