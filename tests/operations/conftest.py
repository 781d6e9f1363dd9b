"""A key ceremony whose custodians do not run: health asks for them, submissions name its epoch."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy.ceremony import Transcript
from privacy.rounds import run_here


@pytest.fixture(scope="session")
def ceremony() -> Transcript:
    return run_here("id", 1, 2, {number: bytes([number]) * 32 for number in (1, 2, 3)})[0]


@pytest.fixture(autouse=True)
def _ceremony(settings: Any, ceremony: Transcript, tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    path.write_text(json.dumps(ceremony.to_json()))
    settings.TRANSCRIPT_FILE = str(path)
    settings.CUSTODIAN_URLS = {}
