"""`alliance cases`: the institution's joint cases."""

from typing import Annotated, Any

import typer

from alliance_client.joint import cases, words
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

app = typer.Typer(
    help="联合案件 / Joint cases",
    no_args_is_help=True,
    add_completion=False,
)


Reference = Annotated[str, typer.Argument(help="案件编号 / a case's reference")]
Collisions = Annotated[list[str], typer.Argument(help="碰撞编号 / references of collisions")]


@app.command("list")
def listed(
    state: Annotated[str, typer.Option(help="open | closed | all")] = "open",
    led: Annotated[str | None, typer.Option(help="own | others")] = None,
    typology: Annotated[str | None, typer.Option(help="手法代码 / a typology's code")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: Json = False,
) -> None:
    """本机构参与的案件 / The cases your institution takes part in."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        rows = cases.cases(alliance, state=state, led=led, typology=typology, limit=min(limit, 200))
        found = [row for row, _ in zip(rows, range(limit), strict=False)]
    pairs = (("reference", "编号"), ("title", "名称"), ("typology", "手法"), ("state", "状态"), ("lead", "主办机构"))
    more = (("participants", "参与方"), ("police", "公安"), ("collisions", "碰撞"), ("opened", "立卷时间"))
    heads = [output.text(*pair) for pair in pairs + more]
    names = ("lead", "participants", "police", "collisions", "opened_at")
    table = [
        [
            row["reference"],
            row["title"],
            output.word(words.TYPOLOGY, row["typology"]),
            output.word(words.CASE, row["state"]),
            *(row[name] for name in names),
        ]
        for row in found
    ]
    output.result(found, [output.table(heads, table)])


@app.command()
def show(reference: Reference, as_json: Json = False) -> None:
    """一个案件：参与方和碰撞 / One case: who takes part and what it stands on."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = cases.case(alliance, reference)
    output.result(found, _shown(found, output))


@app.command("open")
def opened(
    collisions: Collisions,
    *,
    title: Annotated[str, typer.Option(help="名称 / title")],
    typology: Annotated[str, typer.Option(help="手法代码 / a typology's code")],
    summary: Annotated[str, typer.Option(help="概要 / what it is about")] = "",
    findable: Annotated[
        bool, typer.Option("--findable/--unfindable", help="他人能否知道有此案 / whether others may learn of it")
    ] = True,
    as_json: Json = False,
) -> None:
    """以本机构的碰撞开立案件 / Open a case on collisions of your institution."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = cases.open_case(
            alliance, title=title, typology=typology, collisions=collisions, summary=summary, findable=findable
        )
    output.result(found, _shown(found, output))


@app.command()
def add(reference: Reference, collisions: Collisions, as_json: Json = False) -> None:
    """向案件补充碰撞 / Add collisions of your institution to a case."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        added = cases.add_collisions(alliance, reference, collisions)
    output.result({"added": added}, [output.text(f"Added: {added}", f"已补充：{added}")])


@app.command()
def invitations(as_json: Json = False) -> None:
    """待答复的邀请（负责人在门户答复）/ Invitations that wait; a lead answers them in the portal."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = cases.invitations(alliance)
    pairs = (("reference", "编号"), ("from", "邀请方"), ("typology", "手法"), ("until", "答复期限"))
    rows = [
        [row["reference"], row["invited_by"], output.word(words.TYPOLOGY, row["typology"]), row["expires_at"]]
        for row in found
    ]
    output.result(found, [output.table([output.text(*pair) for pair in pairs], rows)])


def _shown(found: dict[str, Any], output: Output) -> list[Any]:
    parts = (("participant", "参与方"), ("part", "权限"), ("instrument", "法律文书"), ("since", "加入时间"))
    items = (("item", "编号"), ("collision", "本机构碰撞"), ("kind", "类型"), ("state", "状态"), ("added by", "补充方"))
    taking = [
        [one["institution"], output.word(words.PART, one["part"]), one["instrument"], one["joined_at"]]
        for one in found["participating"]
    ]
    rows = [
        [
            one["reference"],
            one["collision"] or "",
            output.word(words.KIND, one["kind"]),
            output.word(words.COLLISION, one["state"]),
            one["added_by"],
        ]
        for one in found["items"]
    ]
    named = (output.word(words.TYPOLOGY, found["typology"]), output.word(words.CASE, found["state"]))
    head = "  ".join([found["reference"], found["title"], *named, found["lead"]])
    return [
        head,
        output.table([output.text(*pair) for pair in parts], taking),
        output.table([output.text(*pair) for pair in items], rows),
    ]
