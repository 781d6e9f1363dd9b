"""The client's packages against the platform itself: assembled with evidence and values, and checked."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alliance_client.joint import keys
from cases.models import CustodyEntry, Disclosure, Unmasking
from cases.queries.packages import signing_fingerprint
from members.models import User
from members.roles import Role
from tests.cases import Story, joint_case, lockers
from tests.cases.disclosing import given
from tests.cases.lockers import upload
from tests.cases.machines import Machine
from tests.cast import Cast, actor, token_of
from tests.client.console import run

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = random.Random(3).randbytes((1 << 20) + 12_345)
PATH = "evidence/001-v1.png"


@pytest.fixture(name="story")
def _story(cast: Cast) -> Story:
    return joint_case(cast)


@pytest.fixture(name="disclosure")
def _disclosure(cast: Cast, story: Story, monkeypatch: pytest.MonkeyPatch) -> tuple[Disclosure, bytes]:
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    one, pair = given(cast, story)
    return one, pair.private


@pytest.fixture(name="south")
def _south(
    story: Story,
    disclosure: tuple[Disclosure, bytes],
    live_server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Machine]:
    """South's machine with its key, in a case whose evidence is encrypted under a key that South made."""
    south = disclosure[0].asker
    made = Machine(tmp_path / "south", live_server.url, token_of(south), monkeypatch)
    monkeypatch.setenv("ALLIANCE_HOME", str(made.home))
    keys.keep(made.home, disclosure[1])
    monkeypatch.setattr(lockers, "CASE_KEY", keys.case_key(made.alliance, str(story.case.ref)).bytes)
    upload(actor(User.objects.get(institution=disclosure[0].holder, roles=[Role.ANALYST])), story.case.ref, CONTENT)
    yield made
    made.alliance.transport.close()


def assembled(story: Story, target: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = run("package", str(story.case.ref), "-o", str(target), "--reason", "移送公安机关", *more, "--json")
    return done.code, json.loads(done.out)


def test_it_is_assembled_with_the_evidence_and_is_whole(story: Story, south: Machine, tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    code, found = assembled(story, target)
    assert (code, found["whole"], found["left_out"]) == (0, True, [])
    done = run("verify", str(target), "--key", signing_fingerprint())
    assert (done.code, "Whole" in done.out) == (0, True)
    assert CustodyEntry.objects.filter(act="copied").count() == 1
    assert CONTENT[:100] in target.read_bytes()


def test_a_flipped_bit_of_the_evidence_is_named_with_its_byte(story: Story, south: Machine, tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    assembled(story, target)
    raw = bytearray(target.read_bytes())
    raw[bytes(raw).index(CONTENT[:64]) + 1_000_001] ^= 0x10
    target.write_bytes(raw)
    done = run("verify", str(target), "--json")
    assert done.code == 6
    (problem,) = json.loads(done.out)["problems"]
    assert (problem["file"], problem["offset"]) == (PATH, 1_000_001)


def test_disclosed_values_are_added_and_held_against_their_commitments(
    story: Story, south: Machine, disclosure: tuple[Disclosure, bytes], tmp_path: Path
) -> None:
    target, folder = tmp_path / "case.zip", tmp_path / "folder"
    code, found = assembled(story, target, "--values")
    assert (code, found["problems"]) == (0, [])
    assert Unmasking.objects.count() == 1
    shutil.unpack_archive(target, folder)
    (value,) = json.loads((folder / "values.json").read_text())
    assert (value["disclosure"], value["value"]) == (str(disclosure[0].ref), "shared")
    for changed in (b"shared!", b"Shared"):
        (folder / "values.json").write_bytes(
            (folder / "values.json").read_bytes().replace(b'"value":"shared"', b'"value":"' + changed + b'"')
        )
        done = run("verify", str(folder), "--json")
        problem = json.loads(done.out)["problems"][0]
        assert (done.code, problem["file"], problem["code"], problem["record"]) == (6, "values.json", "value", 1)


def test_evidence_whose_key_is_not_here_is_left_out_and_said_so(story: Story, south: Machine, tmp_path: Path) -> None:
    shutil.rmtree(keys.folder(south.home))
    code, found = assembled(story, tmp_path / "case.zip")
    assert (code, found["left_out"], found["absent"]) == (12, [PATH], [PATH])


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK" + bytes(100))
    missing = run("verify", str(tmp_path / "nowhere.zip"))
    assert (missing.code, "no such file" in missing.out) == (11, True)
    for name in ("no.zip", "absent.zip"):
        assert run("verify", str(tmp_path / name)).code == 11
