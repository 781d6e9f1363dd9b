"""Words of the platform and cells of a file reach the terminal as text: it obeys none of them."""

import io

from rich.console import Console

from alliance_client.errors import RequestRefused
from alliance_client.output import Output

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m [/bold] [link=https://evil.example]here[/link]\r"


def test_a_terminal_obeys_nothing_that_was_said_to_it() -> None:
    said = io.StringIO()
    console = Console(file=said, force_terminal=True, color_system=None, highlight=False, width=250)
    output = Output(language="en", out=console, err=console)
    output.failure(RequestRefused("refused", code="x", detail=HOSTILE))
    output.notice("repeats", {"repeats": HOSTILE})
    output.result(None, [HOSTILE, output.table(["name"], [[HOSTILE]])])
    shown = said.getvalue()
    assert shown.count("here[/link]") == 4
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(shown)
