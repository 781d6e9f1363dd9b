"""A member's machine, against a live server."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alliance_client.config import Config, make_home, write_private
from alliance_client.http import Transport
from tests.client.console import Done, run


class Machine:
    """A member's machine: its home, and the command run in it."""

    def __init__(self, home: Path, url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self._patch = home, monkeypatch
        make_home(home)
        write_private(home / "credential", token)
        Config(home, url, "institution", "0" * 64).save_settings()
        self.alliance: Any = SimpleNamespace(transport=Transport(url, token), config=Config.load(home))

    def run(self, *arguments: str) -> Done:
        """`alliance keys ... --json` here."""
        self._patch.setenv("ALLIANCE_HOME", str(self.home))
        return run("keys", *arguments, "--json")

    def make(self, name: str = "System", *more: str) -> dict[str, Any]:
        """A key made and published here."""
        done = self.run("make", name, "-o", str(self.home / f"{name}.json"), *more)
        assert done.code == 0, done.err
        return dict(json.loads(done.out))
