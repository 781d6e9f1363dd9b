"""The secrets of the one-machine mode: private, marked, beside the data and not in it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from alliance.embedded import keys
from alliance.embedded.state import ROOT, State
from privacy.envelope import SIZES


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "var")
    state.make()
    return state


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_them(state):
    keys.create_key_file(state.key_file, embedded=True)
    keys.passwords(state)
    assert _mode(state.key_file) == 0o600
    assert _mode(state.keys / "postgres.json") == 0o600
    assert _mode(state.keys) == 0o700


def test_they_lie_outside_every_data_directory(state):
    for data in (state.postgres, state.broker, *(state.custodian(number) for number in (1, 2, 3))):
        assert data not in state.key_file.parents


def test_a_second_start_keeps_them(state):
    keys.create_key_file(state.key_file, embedded=True)
    first = state.key_file.read_text()
    passwords = keys.passwords(state)
    keys.create_key_file(state.key_file, embedded=True)
    assert state.key_file.read_text() == first
    assert keys.passwords(state) == passwords


def test_they_have_the_lengths_of_the_contract(state):
    keys.create_key_file(state.key_file, embedded=True)
    document = json.loads(state.key_file.read_text())
    assert document["format"] == "alliance-keys/1"
    assert document["embedded"] is True
    assert set(document["keys"]) == {"django", *SIZES}


def test_two_alliances_share_no_key(state, tmp_path):
    other = State(tmp_path / "other")
    other.make()
    keys.create_key_file(state.key_file, embedded=True)
    keys.create_key_file(other.key_file, embedded=True)
    mine, theirs = (json.loads(s.key_file.read_text())["keys"] for s in (state, other))
    assert all(mine[name]["k"]["k1"] != theirs[name]["k"]["k1"] for name in mine)


def test_production_refuses_them(state):
    keys.create_key_file(state.key_file, embedded=True)
    environment = {
        **os.environ,
        "ALLIANCE_MODE": "production",
        "ALLIANCE_KEYS_FILE": str(state.key_file),
        "DJANGO_SETTINGS_MODULE": "alliance.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "one-machine mode" in done.stderr


def test_a_key_file_that_others_can_read_is_refused(state):
    keys.create_key_file(state.key_file, embedded=True)
    state.key_file.chmod(0o644)
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**os.environ, "ALLIANCE_KEYS_FILE": str(state.key_file), "DJANGO_SETTINGS_MODULE": "alliance.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "chmod 600" in done.stderr


def test_a_state_directory_under_a_deep_path_still_has_short_sockets(tmp_path):
    deep = State(tmp_path / ("d" * 60) / ("e" * 60))
    assert len(os.fsencode(deep.run / "postgres" / ".s.PGSQL.5432.lock")) < 108


def test_a_production_key_file_is_not_marked_and_never_overwritten(tmp_path):
    command = [sys.executable, "-m", "alliance.embedded", "new-keys", str(tmp_path / "keys.json")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    first = (tmp_path / "keys.json").read_text()
    assert json.loads(first)["embedded"] is False
    assert _mode(tmp_path / "keys.json") == 0o600
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 1
    assert (tmp_path / "keys.json").read_text() == first
