"""Where the demo keeps its files. All of it is for the machine's owner alone."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alliance.embedded.state import State
from custody.daemon.state import write_private


@dataclass(frozen=True, slots=True)
class Places:
    """The demo's files in a state directory.

    `members/<institution>` stands for that institution's own machine: its upload, its client's keys and credential.
    Nothing else under the state directory ever holds a plain value.
    """

    state: State

    @classmethod
    def here(cls) -> "Places":
        """Those of the running one-machine alliance; raise KeyError without ALLIANCE_STATE."""
        return cls(State(Path(os.environ["ALLIANCE_STATE"])))

    @property
    def root(self) -> Path:
        """The demo's directory."""
        return self.state.root / "demo"

    @property
    def logins(self) -> Path:
        """Role, address and password of every sign-in."""
        return self.root / "logins.txt"

    @property
    def sign_ins(self) -> Path:
        """The sign-ins that are shown at every start, ready to print."""
        return self.root / "sign-ins.txt"

    @property
    def members(self) -> Path:
        """What plays the members' own machines."""
        return self.root / "members"

    def facts(self, name: str, fresh: dict[str, Any]) -> dict[str, Any]:
        """What a plan is made from, no values: `fresh` at the first run, and the same ever after.

        So a run that broke off continues the same plan. `checked` is added once the answer was found exact.
        """
        path = self.root / f"{name}.json"
        if path.exists():
            return dict(json.loads(path.read_text(encoding="utf-8")))
        self.make([])
        write_private(path, json.dumps(fresh) + "\n")
        return fresh

    def mark_checked(self, name: str) -> None:
        """Note that the plan is loaded and was found exact: people may file what they like from now on."""
        facts = self.facts(name, {})
        write_private(self.root / f"{name}.json", json.dumps({**facts, "checked": True}) + "\n")

    def expected(self, name: str) -> Path:
        """The collisions a plan implies, a line each, with their values."""
        return self.members / f"expected-{name}.jsonl"

    def machine(self, code: str) -> Path:
        """An institution's own machine."""
        return self.members / code

    def home(self, code: str) -> Path:
        """The configuration directory of that institution's client."""
        return self.machine(code) / "client"

    def credential(self, code: str) -> Path:
        """The bearer token that its admin was shown once."""
        return self.machine(code) / "credential"

    def make(self, codes: list[str]) -> None:
        """Create the directories, 0700."""
        for directory in (self.root, self.members, *map(self.machine, codes)):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
