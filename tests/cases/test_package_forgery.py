"""What a forger adds to a package without touching what is signed is not taken for a part of it."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alliance_client.cli import app
from cases.queries.packages import signing_fingerprint
from privacy.verify_package import check, dumps, exit_code
from tests.cases import joint_case
from tests.cases.packages import Made, made_package
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: Cast) -> Made:
    return made_package(actor(cast.police_officer), joint_case(cast).case.ref, {})


def _sealed(made: Made, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The seal with a change and a right checksum: its signature still holds."""
    seal = json.loads(made.files["seal.json"][:-10])
    change(seal)
    body = dumps(seal)
    return body + b"\n%08x\n" % zlib.crc32(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal.update(note="本案已撤销"),
        lambda seal: seal["manifest"].update(note="本案已撤销"),
        lambda seal: seal["manifest"].update(pieces="本案已撤销"),
        lambda seal: seal.update(timestamp={"crc32": "00", "sha256": "00", "size": 1}),
        lambda seal: seal.update(timestamp="2020-01-01"),
        lambda seal: seal.update(format="alliance-seal/0"),
        lambda seal: seal.update(key=seal["key"].upper()),
    ],
)
def test_words_beside_the_signature_are_not_taken_for_signed(
    made: Made, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    found = check(made.zip(tmp_path, **{"seal.json": _sealed(made, change)}), signing_fingerprint())
    assert [(one["file"], one["code"]) for one in found.problems] == [("seal.json", "form")]


def test_a_record_of_a_value_says_nothing_but_the_value(made: Made, tmp_path: Path) -> None:
    record = {"disclosure": "x", "kind": "phone/1", "salt": "A" * 43, "value": "+8613800138000", "note": "已核实"}
    found = check(made.zip(tmp_path, **{"values.json": b"[\n" + dumps(record) + b"\n]\n"}))
    assert ("values.json", "form") in [(one["file"], one["code"]) for one in found.problems]
    assert exit_code(found) == 1


def test_an_empty_key_is_refused_and_not_taken_for_none(made: Made, tmp_path: Path) -> None:
    script, package = tmp_path / "verify.py", str(made.zip(tmp_path))
    script.write_bytes(made.files["verify.py"])
    done = subprocess.run(
        [sys.executable, "-I", str(script), package, "--key", ""], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--key" in done.stderr
    assert CliRunner().invoke(app, ["verify", package, "--key", ""]).exit_code == 2
    assert CliRunner().invoke(app, ["verify", package, "--key", signing_fingerprint()]).exit_code == 0
