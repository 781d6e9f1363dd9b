"""`alliance disclosures`: plain values asked for, encrypted here to who asked, and opened here."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from alliance_client.errors import ROWS_REFUSED
from alliance_client.joint import disclosures, words
from alliance_client.output import Json, Output
from alliance_client.rows import CHINA
from alliance_client.sdk import Alliance
from privacy.kinds import Refused

app = typer.Typer(
    help="披露：索取和提供明文，在本机加解密 / Plain values asked for and given; encrypted and opened here",
    no_args_is_help=True,
    add_completion=False,
)
Case = Annotated[str, typer.Argument(help="案件编号 / a case's reference")]
Reference = Annotated[str, typer.Argument(help="披露编号 / a disclosure's reference")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
USUAL_DAYS = 30


@app.command("list")
def listed(case: Case, as_json: Json = False) -> None:
    """一个案件中与本机构有关的披露 / A case's disclosures that your institution is a side of."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = disclosures.disclosures(alliance, case)
    output.result(found, [_table(found, output)])


@app.command()
def askable(case: Case, as_json: Json = False) -> None:
    """可向谁索取哪一项 / Which value of whom may be asked for."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = disclosures.askable(alliance, case)
    heads = [output.text(*pair) for pair in (("item", "涉案碰撞"), ("kind", "类型"), ("holder", "持有方"), ("", ""))]
    rows = [(one["item"], output.word(words.KIND, one["kind"]), one["holder"], one["name"]) for one in found]
    output.result(found, [output.table(heads, rows)])


@app.command()
def ask(
    case: Case,
    item: Annotated[str, typer.Argument(help="涉案碰撞 / the collision, as `askable` names it")],
    holder: Annotated[str, typer.Argument(help="持有方 / the holder, as `askable` names it")],
    *,
    basis: Annotated[str, typer.Option(help=" | ".join(disclosures.BASES))],
    document: Annotated[str, typer.Option(help="依据文书号 / number of the document it rests on")] = "",
    purpose: Annotated[str, typer.Option(help="用途，不得含要素 / what for; no indicator in it")],
    until: Day = None,
    as_json: Json = False,
) -> None:
    """索取一项明文，最长 90 天 / Ask for a value, for 90 days at most (30 if left out)."""
    output = Output(as_json)
    if basis not in disclosures.BASES:
        raise typer.BadParameter(", ".join(disclosures.BASES))
    last = (until or datetime.now(UTC).astimezone(CHINA) + timedelta(days=USUAL_DAYS)).date()
    with Alliance.load(language=output.language) as alliance:
        found = disclosures.ask(
            alliance, case, item, holder, basis=basis, reference=document, purpose=purpose, until=last
        )
    output.result(found, [_table([found["disclosure"]], output)])


@app.command()
def propose(
    case: Case,
    reference: Reference,
    stdin: Annotated[bool, typer.Option("--stdin", help="从标准输入读取 / read the value from standard input")] = False,
    as_json: Json = False,
) -> None:
    """提供明文：在本机加密，再由负责人批准 / Encrypt the value here and hand it in; a lead approves it."""
    output = Output(as_json)
    value = _value(output, from_input=stdin)
    try:
        with Alliance.load(language=output.language) as alliance:
            count = disclosures.propose(alliance, case, reference, value)
    except Refused as refusal:
        output.result({"refused": refusal.code}, [output.text(refusal.message_en, refusal.message_zh)])
        raise typer.Exit(ROWS_REFUSED) from None
    said = output.text(
        f"Encrypted to {count} key(s) and handed in. A lead, another person, approves it in the portal.",
        f"已加密至 {count} 个公钥并提交，须由另一名负责人在门户批准。",
    )
    output.result({"proposed": reference, "keys": count}, [said])


@app.command()
def show(
    case: Case,
    reference: Reference,
    *,
    reason: Annotated[str, typer.Option(help="查看理由，平台留存 / why you look at it; kept by the platform")],
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="同时核对摘要 / also see whether it gives the digest")
    ] = True,
    as_json: Json = False,
) -> None:
    """在本机打开明文，平台记录 / Open the value here; the platform records that you looked."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = disclosures.show(alliance, case, reference, reason=reason)
        matches = disclosures.check(alliance, case, found) if check else None
    verdicts = {
        None: "",
        True: output.text("It gives the collision's digest.", "与碰撞摘要一致。"),
        False: output.text("It does NOT give the collision's digest.", "与碰撞摘要不一致！"),
    }
    shown = {"disclosure": found.disclosure, "kind": found.kind, "value": found.value, "matches": matches}
    output.result(shown, [f"{output.word(words.KIND, found.kind)}  {found.value}", verdicts[matches]])
    if matches is False:
        raise typer.Exit(ROWS_REFUSED)


@app.command()
def withdraw(
    case: Case,
    reference: Reference,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")] = False,
    as_json: Json = False,
) -> None:
    """撤回：密文立即清空 / Take it back: the cipher text is emptied at once."""
    output = Output(as_json)
    if not yes:
        typer.confirm(output.text("Withdraw this disclosure?", "确定撤回该披露？"), abort=True, err=True)
    with Alliance.load(language=output.language) as alliance:
        disclosures.withdraw(alliance, case, reference)
    output.result({"withdrawn": reference}, [output.text("Withdrawn.", "已撤回。")])


@app.command()
def ledger(since: Day = None, until: Day = None, as_json: Json = False) -> None:
    """披露台账，不含明文 / What was given and received in all cases; never a value."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = disclosures.ledger(alliance, since=since and since.date(), until=until and until.date())
    output.result(found, [_table([one["disclosure"] for one in found], output)])


def _value(output: Output, *, from_input: bool) -> str:
    """What is typed or piped in: on the command line it would stay in the shell's history and the list of processes."""
    if from_input:
        return sys.stdin.read().strip()
    return str(typer.prompt(output.text("The value", "明文"), err=True, hide_input=True)).strip()


def _table(found: Sequence[dict[str, Any]], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("kind", "类型"),
        output.text("state", "状态"),
        output.text("asked by", "索取方"),
        output.text("holder", "持有方"),
        output.text("last day", "截止日"),
        output.text("shown", "查看次数"),
    ]
    rows = [
        [
            one["reference"],
            output.word(words.KIND, one["kind"]),
            output.word(words.DISCLOSURE, one["state"]),
            *(one[name] for name in ("asker", "holder", "until", "unmaskings")),
        ]
        for one in found
    ]
    return output.table(heads, rows)
