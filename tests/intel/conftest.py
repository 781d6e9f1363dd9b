"""A key ceremony for intel's tests: submissions name the epoch of its transcript."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy.rounds import run_here


@pytest.fixture(scope="session")
def transcript_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transcript, _ = run_here("id", 1, 2, {number: bytes([number]) * 32 for number in (1, 2, 3)})
    path = tmp_path_factory.mktemp("ceremony") / "transcript.json"
    path.write_text(json.dumps(transcript.to_json()))
    return path


@pytest.fixture(autouse=True)
def _ceremony(settings: Any, transcript_path: Path) -> None:
    settings.TRANSCRIPT_FILE = str(transcript_path)
