"""`alliance budgets`: declared budgets for more values than the standing quota allows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

app = typer.Typer(
    help="申报额度：申请、查看、审批 / Declared budgets: ask, list, approve", no_args_is_help=True, add_completion=False
)


@app.command("list")
def listed(as_json: Json = False) -> None:
    """本机构的申报额度 / The institution's declared budgets."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = alliance.budgets()
    output.result(found, [_table(found, output)])


@app.command()
def request(
    values: Annotated[int, typer.Option(min=1, help="数量 / how many values")],
    reason: Annotated[str, typer.Option(help="用途，不得含要素 / what for; no indicator in it")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截止日（UTC），默认 30 天后 / last day, UTC")
    ] = None,
    as_json: Json = False,
) -> None:
    """申请申报额度 / Ask for a budget; another person of the institution approves it, then the alliance grants it."""
    output = Output(as_json)
    day = until.date() if until else datetime.now(UTC).date() + timedelta(days=30)
    with Alliance.load(language=output.language) as alliance:
        found = alliance.request_budget(values=values, until=day, reason=reason)
    output.result(found, [_table([found], output)])


@app.command()
def approve(
    reference: Annotated[str, typer.Argument(help="额度编号 / a budget's reference")],
    approval_key: Annotated[Path | None, typer.Option(help="审批密钥文件 / where the approval key is kept")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")] = False,
    as_json: Json = False,
) -> None:
    """用审批密钥签署额度 / Sign a budget with the approval key; who asked for it cannot approve it."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        seed = alliance.config.approval_seed(approval_key)
        grant = alliance.grant(reference)
        if not yes:
            said = output.text(
                f"Approve {grant.values} values until {grant.until}?", f"批准 {grant.values} 个值，截至 {grant.until}？"
            )
            typer.confirm(said, abort=True, err=True)
        found = alliance.approve_budget(grant, seed)
    output.result(found, [_table([found], output)])


def _table(budgets: list[dict[str, Any]], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("status", "状态"),
        output.text("values", "数量"),
        output.text("left", "剩余"),
        output.text("until", "截止日"),
        output.text("reason", "用途"),
    ]
    names = ("reference", "status", "values", "remaining", "until", "reason")
    return output.table(heads, [[row[name] for name in names] for row in budgets])
