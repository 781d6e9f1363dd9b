"""The key ceremony that submissions name, as for intel's tests; and what several tests of a case begin with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases import Story, joint_case
from tests.cases.key_hands import Pair, new_pair
from tests.cases.machines import Machine
from tests.cast import Cast, actor, token_of
from tests.intel.conftest import _ceremony, transcript_path

__all__ = ["_ceremony", "transcript_path"]


@pytest.fixture(autouse=True)
def _own_disk(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    """No test finds evidence of another."""
    settings.EVIDENCE_DIR = tmp_path_factory.mktemp("evidence")


@pytest.fixture(name="story")
def _story(cast: Cast) -> Story:
    """North leads, south and the police take part."""
    return joint_case(cast)


@pytest.fixture(name="pairs")
def _pairs(cast: Cast) -> dict[str, Pair]:
    """A key of one person of each who takes part."""
    people = {"north": cast.north_analyst, "south": cast.south_analyst, "police": cast.police_officer}
    return {name: new_pair(actor(user)) for name, user in people.items()}


@pytest.fixture(name="machines")
def _machines(
    cast: Cast, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Machine]]:
    """A machine of each: of two who share a case, and of somebody outside of it."""
    monkeypatch.setenv("ALLIANCE_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    sides = {"north": cast.north, "south": cast.south, "outsider": cast.outsider}
    made = {name: Machine(tmp_path / name, live_server.url, token_of(one), monkeypatch) for name, one in sides.items()}
    yield made
    for machine in made.values():
        machine.alliance.transport.close()


@pytest.fixture(name="machine")
def _machine(cast: Cast, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """North's machine."""
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    monkeypatch.setenv("ALLIANCE_HOME", str(tmp_path / "north"))
    machine = Machine(tmp_path / "north", live_server.url, token_of(cast.north), monkeypatch)
    yield machine
    machine.alliance.transport.close()
