"""The client's evidence against the platform itself: put, broken off, taken up again, fetched, tampered with."""

import json
import secrets
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from alliance_client.errors import ConfigError, FileRefused, RequestRefused, TrustError, Unreachable
from alliance_client.joint import evidence, keys
from alliance_client.joint.evidence import About
from cases.models import Case, CustodyEntry, Evidence, EvidencePart, EvidenceVersion
from tests.cases import joint_case
from tests.cases.lockers import check_at_once
from tests.cases.machines import Machine
from tests.cast import Cast
from tests.client.console import run

pytestmark = pytest.mark.django_db(transaction=True)
ABOUT = About("recording", "通话录音", "客服系统导出", "2026-05-01")
BIG = 20 * 2**20 + 7
"""Three parts."""


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast, police=False).case


@pytest.fixture(name="machines")
def _machines(case: Case, machines: dict[str, Machine], monkeypatch: pytest.MonkeyPatch) -> dict[str, Machine]:
    """Those in the case have a key; the worker's part is done at once."""
    check_at_once(monkeypatch)
    for name in ("north", "south"):
        machines[name].make()
    return machines


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    path.write_bytes(secrets.token_bytes(BIG))
    return path


class _BrokenOff(Exception):
    """The network went away."""


def _breaks_at(number: int) -> evidence.Step:
    def step(name: str, done: int, _total: int) -> None:
        if name in {"send", "read"} and done == number:
            raise _BrokenOff

    return step


def test_one_member_puts_and_another_gets_it(
    case: Case, machines: dict[str, Machine], file: Path, tmp_path: Path
) -> None:
    north, south = machines["north"].alliance, machines["south"].alliance
    told = evidence.put(north, str(case.ref), file, about=ABOUT)
    assert told["state"] == "kept"
    (row,) = evidence.listed(south, str(case.ref))
    assert (row["title"], row["versions"][0]["name"]) == ("通话录音", "call.wav")
    got = tmp_path / "got.wav"
    evidence.get(south, str(case.ref), told["upload"], got, reason="复核")
    assert got.read_bytes() == file.read_bytes()
    with pytest.raises(ConfigError):
        evidence.get(south, str(case.ref), told["upload"], got, reason="复核")
    custody = evidence.history(north, str(case.ref), told["evidence"])["custody"]
    assert [one["act"] for one in custody["entries"]] == ["received", "copied"]
    assert custody["wrong"] is None


def test_it_goes_on_where_it_was_broken_off(
    case: Case, machines: dict[str, Machine], file: Path, tmp_path: Path
) -> None:
    north, south = machines["north"].alliance, machines["south"].alliance
    for number in (1, 2):
        with pytest.raises(_BrokenOff):
            evidence.put(north, str(case.ref), file, about=ABOUT, step=_breaks_at(number))
        assert EvidencePart.objects.count() == number
    told = evidence.put(north, str(case.ref), file, about=ABOUT)
    assert told["state"] == "kept"
    assert Evidence.objects.count() == EvidenceVersion.objects.count() == 1

    got = tmp_path / "got.wav"
    with pytest.raises(_BrokenOff):
        evidence.get(south, str(case.ref), told["upload"], got, reason="复核", step=_breaks_at(2))
    assert not got.exists()
    partial = tmp_path / "got.wav.part"
    assert partial.stat().st_mode & 0o777 == 0o600
    fetched: list[int] = []
    evidence.get(
        south, str(case.ref), told["upload"], got, reason="复核", step=lambda _name, done, _total: fetched.append(done)
    )
    assert got.read_bytes() == file.read_bytes()
    assert min(fetched) > 0, "whole parts that were there are not fetched again"
    assert not partial.exists()


def test_another_version_is_asked_for_by_name(case: Case, machines: dict[str, Machine], file: Path) -> None:
    north = machines["north"].alliance
    first = evidence.put(north, str(case.ref), file, about=ABOUT)
    file.write_bytes(b"the second")
    second = evidence.put(north, str(case.ref), file, evidence=first["evidence"])
    assert (second["evidence"], second["version"]) == (first["evidence"], 2)


def test_a_file_that_changes_meanwhile_is_not_sent_as_if_it_had_not(
    case: Case, machines: dict[str, Machine], file: Path
) -> None:
    north = machines["north"].alliance

    def step(name: str, done: int, _total: int) -> None:
        if name == "send" and done == 0:
            file.write_bytes(bytes(BIG))

    with pytest.raises(FileRefused):
        evidence.put(north, str(case.ref), file, about=ABOUT, step=step)
    assert EvidenceVersion.objects.get().state == "uploading"


def test_what_was_exchanged_on_the_disk_does_not_come(
    case: Case, machines: dict[str, Machine], file: Path, tmp_path: Path
) -> None:
    north = machines["north"].alliance
    told = evidence.put(north, str(case.ref), file, about=ABOUT)
    ref = EvidenceVersion.objects.get().ref.hex
    place = Path(settings.EVIDENCE_DIR) / ref[:2] / ref / "000001"
    place.write_bytes(place.read_bytes()[::-1])
    with pytest.raises((RequestRefused, Unreachable)) as refused:
        evidence.get(north, str(case.ref), told["upload"], tmp_path / "got.wav", reason="复核")
    assert refused.value.code == "not_what_was_kept"
    assert CustodyEntry.objects.filter(act="refused").count() == 1


def test_what_a_platform_that_lies_hands_out_does_not_open(
    case: Case, machines: dict[str, Machine], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = machines["north"].alliance
    told = evidence.put(north, str(case.ref), file, about=ABOUT)
    monkeypatch.setattr("cases.services.evidence.locker.open_part", lambda *_where, size, **_how: BytesIO(bytes(size)))
    with pytest.raises(TrustError):
        evidence.get(north, str(case.ref), told["upload"], tmp_path / "got.wav", reason="复核")
    assert not list(tmp_path.glob("got*"))


def test_the_command_says_what_it_did(
    case: Case, machines: dict[str, Machine], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLIANCE_HOME", str(machines["north"].home))
    put = run("evidence", "put", str(case.ref), str(file), "--kind", "recording", "--title", "通话录音", "--json")
    assert put.code == 0, put.err
    told = json.loads(put.out)
    listed = run("evidence", "list", str(case.ref))
    assert told["upload"] in listed.out
    got = tmp_path / "got.wav"
    get = run("evidence", "get", str(case.ref), told["upload"], "-o", str(got), "--reason", "复核", "--json")
    assert get.code == 0, get.err
    assert got.read_bytes() == file.read_bytes()
    history = run("evidence", "history", str(case.ref), told["evidence"])
    assert "复核" in history.out
    assert "The record holds" in history.out
    assert run("evidence", "put", str(case.ref), str(file)).code == 2


def test_a_key_of_a_later_generation_is_used_for_new_evidence(
    case: Case, machines: dict[str, Machine], file: Path
) -> None:
    north = machines["north"].alliance
    evidence.put(north, str(case.ref), file, about=ABOUT)
    Case.objects.update(key_generation=2)
    file.write_bytes(b"later")
    told = evidence.put(north, str(case.ref), file, about=ABOUT)
    assert told["generation"] == 2
    assert keys.case_key(north, str(case.ref), 1).bytes != keys.case_key(north, str(case.ref), 2).bytes


def test_a_file_that_does_not_fit_is_refused_before_a_part_is_sent(
    case: Case, machines: dict[str, Machine], file: Path, settings: Any
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = BIG
    with pytest.raises(RequestRefused) as refused:
        evidence.put(machines["north"].alliance, str(case.ref), file, about=ABOUT)
    assert refused.value.code == "evidence_quota"
    assert "room for evidence" in str(refused.value)
    assert not EvidencePart.objects.exists()
