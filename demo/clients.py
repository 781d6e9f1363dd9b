"""Each institution's own client: the real `alliance` command, on its own "machine", with its own keys."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from alliance.embedded.state import ROOT
from demo.places import Places

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "LD_LIBRARY_PATH", "ALLIANCE_LANG")


class ClientFailed(Exception):
    """The client ended with an error; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class MemberClient:
    """The client of one institution. It is given nothing of the platform's environment, least of all its keys."""

    code: str
    home: Path
    machine: Path

    @classmethod
    def of(cls, code: str, places: Places) -> "MemberClient":
        """The client on an institution's machine."""
        return cls(code, places.home(code), places.machine(code))

    def answer(self, *arguments: str, **given: str) -> Any:
        """What one command prints with --json; `given` goes into its environment. Raises ClientFailed."""
        return json.loads(self._run([*arguments, "--json"], stderr=subprocess.PIPE, given=given))

    def submit(self, path: Path, *, budget: str) -> None:
        """Upload a file, its progress bar on our terminal if there is one. Raises ClientFailed."""
        show = None if sys.stderr.isatty() else subprocess.PIPE
        self._run(["submit", str(path), "--budget", budget], stderr=show)

    def _run(self, arguments: list[str], *, stderr: int | None, given: Mapping[str, str] = MappingProxyType({})) -> str:
        own = {"ALLIANCE_HOME": str(self.home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **given}
        done = subprocess.run(
            [sys.executable, "-m", "alliance_client", *arguments],
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | own,
            cwd=self.machine,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise ClientFailed(f"`alliance {' '.join(arguments)}` of {self.code} ended with {done.returncode}:\n{said}")
        return done.stdout
