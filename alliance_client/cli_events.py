"""`alliance events`: what happened to the institution since it was last asked."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client.config import default_home
from alliance_client.output import Output
from alliance_client.sdk import Alliance

BOOKMARK = "events.cursor"


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="持续等待新事件 / wait for more")] = False,
    bookmark: Annotated[
        Path | None, typer.Option(help="书签文件，记到哪里了 / the file that keeps where one is")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON / one JSON object a line")] = False,
) -> None:
    """上次之后发生的事件，按序号 / What happened since the last time, in order."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        for event in alliance.follow_events(bookmark or default_home() / BOOKMARK, forever=follow):
            _print(event, output)


def _print(event: dict[str, Any], output: Output) -> None:
    """One line at once: a pipe's reader has it before the bookmark moves on."""
    if output.as_json:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    else:
        line = (
            f"{event['sequence']:>8}  {event['timestamp'][:19]}  {event['type']}  {event['href'] or event['subject']}"
        )
        output.result(event, [line])
    sys.stdout.flush()
