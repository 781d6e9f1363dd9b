"""`alliance triage`: what the institution does with collisions in its own queue."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance

MOST = 200
"""Collisions of one request."""


class Status(StrEnum):
    """The own triage of a collision."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SNOOZED = "snoozed"


class Order(StrEnum):
    """In which order collisions are listed; `due` lists what still waits for a decision."""

    NEWEST = "newest"
    SCORE = "score"
    DUE = "due"


class Reason(StrEnum):
    """Why a collision is rejected."""

    RECYCLED = "recycled"
    FAMILY = "family"
    SWITCHBOARD = "switchboard"
    LAWFUL_AGENT = "lawful_agent"
    GENUINE = "genuine"
    OWN_MISTAKE = "own_mistake"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


def triage(
    references: Annotated[list[str], typer.Argument(help="碰撞编号 / references of collisions")],
    *,
    accept: Annotated[bool, typer.Option("--accept", help="采纳 / accept")] = False,
    reject: Annotated[Reason | None, typer.Option("--reject", help="不采纳，附理由 / reject, and why")] = None,
    snooze: Annotated[
        datetime | None, typer.Option("--snooze", formats=["%Y-%m-%d"], help="暂缓至某日 / snooze until a day")
    ] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="重新打开 / reopen")] = False,
    note: Annotated[str, typer.Option(help="补充说明，不得含要素 / more on the reason; no indicator in it")] = "",
    as_json: Json = False,
) -> None:
    """研判碰撞：采纳、不采纳、暂缓或重新打开 / Accept, reject, snooze or reopen collisions of your queue."""
    output = Output(as_json)
    wishes = {"accept": accept, "reject": reject is not None, "snooze": snooze is not None, "reopen": reopen}
    chosen = [act for act, wanted in wishes.items() if wanted]
    if len(chosen) != 1:
        raise typer.BadParameter("--accept | --reject | --snooze | --reopen")
    changed: list[str] = []
    unchanged: dict[str, int] = {}
    with Alliance.load(language=output.language) as alliance:
        for first in range(0, len(references), MOST):
            done = alliance.triage(
                references[first : first + MOST],
                act=chosen[0],
                reason=reject.value if reject else "",
                note=note,
                until=snooze.date() if snooze else None,
            )
            changed += done["changed"]
            for why, number in done["unchanged"].items():
                unchanged[why] = unchanged.get(why, 0) + number
    output.result({"changed": changed, "unchanged": unchanged}, _lines(changed, unchanged, output))


def _lines(changed: list[str], unchanged: dict[str, int], output: Output) -> list[str]:
    words = {
        "already": output.text("{n} were so already.", "{n} 条原已如此。"),
        "decided": output.text("{n} are decided: reopen them first.", "{n} 条已有结论，请先重新打开。"),
        "absent": output.text("{n} are not in your queue.", "{n} 条不在本机构队列中。"),
    }
    said = [words.get(why, why + ": {n}").format(n=number) for why, number in unchanged.items()]
    return [output.text(f"{len(changed)} changed.", f"已处理 {len(changed)} 条。"), *said]
