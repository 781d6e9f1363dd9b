"""Runs the command as a person or a script does, in this process."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from alliance_client.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def run(*arguments: str, given: str = "") -> Done:
    """The exit code and what was written."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["alliance", *arguments], io.StringIO(given)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
    finally:
        sys.argv, sys.stdin = before
    return Done(code, out.getvalue(), err.getvalue())


def told(*arguments: str) -> Any:
    """What a command says with --json; it succeeds."""
    done = run(*arguments, "--json")
    assert done.code == 0, done.err + done.out
    return json.loads(done.out)
