"""The command as people and scripts use it: exit codes, JSON, the error file."""

import csv
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from python_calamine import load_workbook

from alliance_client.words import HEADS, INDICATOR_HEADS
from privacy.kinds import KINDS
from tests.client.conftest import Member
from tests.client.console import run
from tests.client.test_files import write_workbook

TABLE = ("电话号码", "银行卡号", "手法", "发现时间", "共享组", "备注")
GOOD = ("13800000001", "", "反催收", "2026-05-01 09:30", "credit", "")
BAD = ("1381234567a", "", "反催收", "2026-05-01 09:30", "other", "=cmd|' /C calc'!A0")
DOUBTFUL = ("", "6222021234567890129", "反催收", "2026-05-01 09:30", "credit", "")


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    if path.suffix == ".xlsx":
        return write_workbook(path, [tuple(row) for row in rows], TABLE)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TABLE, *rows])
    return path


def test_submit_tells_what_became_of_every_row(member: Member, tmp_path: Path) -> None:
    done = run("submit", str(table(tmp_path / "a.csv", GOOD, BAD, DOUBTFUL)))
    assert done.code == 12
    assert "Row 3  电话号码: A letter stands among the digits." in done.out
    assert "Row 3  共享组: Your institution is in no circle of this code." in done.out
    assert "Row 4  银行卡号: warning: The card number fails the Luhn check" in done.out
    assert "2 clues, 1 rows refused, 1 with a warning." in done.out
    assert len(member.platform.rows()) == 2


def test_submit_as_json_is_one_object(member: Member, tmp_path: Path) -> None:
    done = run("submit", str(table(tmp_path / "a.csv", GOOD, BAD)), "--json")
    found = json.loads(done.out)
    assert (done.code, found["clues"], found["refused"], found["values"]) == (12, 1, 1, 1)
    assert found["submissions"][0]["accepted"] == 1
    assert [(one["row"], one["code"]) for one in found["first_refused"]] == [(3, "letter"), (3, "unknown_circle")]
    assert found["error_file"] == str(tmp_path / "a.errors.csv")
    assert done.err == ""


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_the_error_file_can_be_corrected_and_sent(member: Member, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".jsonl":
        names = ("phone", "card", "typology", "observed_at", "circle", "note")
        lines = [dict(zip(names, row, strict=True)) for row in (GOOD, BAD)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    else:
        table(path, GOOD, BAD)
    assert run("submit", str(path)).code == 12
    errors = tmp_path / f"a.errors{suffix}"
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600
    if suffix == ".xlsx":
        heads, row = load_workbook(errors).get_sheet_by_index(0).to_python()
        assert heads[-2:] == ["原始行号", "错误原因"]
        assert row[0] == "1381234567a"
        assert row[5] == "=cmd|' /C calc'!A0"  # a text cell, see test_no_cell_is_a_formula
    elif suffix == ".csv":
        heads, row = list(csv.reader(errors.read_text(encoding="utf-8-sig").splitlines()))
        assert row[5] == "'=cmd|' /C calc'!A0"
        assert row[6] == "3"
        assert "数字中混有字母" in row[7]
        assert "A letter stands" in row[7]
    else:
        found = json.loads(errors.read_text())
        assert (found["phone"], found["原始行号"]) == (["1381234567a"], 2)
    if suffix == ".csv":
        text = (
            errors.read_text(encoding="utf-8-sig").replace("1381234567a", "13800000009").replace(",other,", ",credit,")
        )
        errors.write_text(text, encoding="utf-8-sig")
        assert run("submit", str(errors)).code == 0
        assert len(member.platform.rows()) == 2


def test_no_cell_is_a_formula(member: Member, tmp_path: Path) -> None:
    run("submit", str(table(tmp_path / "a.xlsx", *[(lead + "1+1", "", "", "", "", "") for lead in "=+-@"])))
    with zipfile.ZipFile(tmp_path / "a.errors.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"=1+1" in sheet


def test_a_dry_run_evaluates_and_sends_nothing(member: Member, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", GOOD, GOOD, BAD)
    done = run("submit", str(path), "--dry-run", "--json")
    found = json.loads(done.out)
    assert (done.code, found["dry_run"], found["clues"], found["refused"], found["values"]) == (12, True, 2, 1, 1)
    assert set(member.platform.paths) == {"/api/v1/circles", "/api/v1/warning-lists"}
    assert not (tmp_path / "a.csv.alliance").exists()


def test_a_dry_run_offline_needs_neither_network_nor_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLIANCE_HOME", str(tmp_path / "nothing"))
    monkeypatch.setenv("ALLIANCE_LANG", "zh")
    done = run("submit", str(table(tmp_path / "a.csv", GOOD, BAD)), "--dry-run", "--offline")
    assert done.code == 12
    assert "共享组和声纹库未检查" in done.err
    assert "第 3 行  电话号码：数字中混有字母。" in done.out


def test_errors_are_json_too(member: Member, tmp_path: Path) -> None:
    member.platform.standing = 0
    done = run("submit", str(table(tmp_path / "a.csv", GOOD)), "--json")
    error = json.loads(done.out)["error"]
    assert (done.code, error["exit_code"], error["code"]) == (7, 7, "quota")
    assert done.err == ""


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda platform: setattr(platform, "token", "x"), 4),
        (lambda platform: setattr(platform, "lying", {1, 2, 3}), 6),
        (lambda platform: setattr(platform, "standing", 0), 7),
        (lambda platform: setattr(platform, "hiccups", [502] * 60), 9),
    ],
)
def test_every_kind_of_failure_has_its_exit_code(
    member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: object, code: int
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    prepare(member.platform)  # type: ignore[operator]
    done = run("submit", str(table(tmp_path / "a.csv", GOOD)))
    assert done.code == code
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_a_wrong_option_is_a_usage_error(member: Member, tmp_path: Path) -> None:
    assert run("submit", str(table(tmp_path / "a.csv", GOOD)), "--nonsense").code == 2
    assert run("submit", str(tmp_path / "none.csv")).code == 11


def test_voices_that_cannot_be_compared_are_said(member: Member, tmp_path: Path) -> None:
    member.platform.voices = [
        {
            "circle": "credit",
            "libraries": ["yuwen:shared:4.1"],
            "not_comparable": [{"library": "huiyin:shared:2.7", "members": "<3"}],
        }
    ]
    done = run("submit", str(table(tmp_path / "a.csv", GOOD)))
    assert "huiyin:shared:2.7; it cannot be compared with yours" in done.err


def test_a_value_is_found_in_its_rows_again(member: Member, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", GOOD, DOUBTFUL, GOOD)
    assert run("submit", str(path)).code == 0
    before = len(member.platform.paths)
    done = run("find", str(path), "phone", "+86 138 0000 0001", "--json")
    assert json.loads(done.out)["rows"] == [2, 4]
    assert run("find", str(path), "phone", "13800000002", "--json").code == 0
    assert len(member.platform.paths) == before
    assert run("find", str(tmp_path / "b.csv"), "phone", "13800000001").code == 3


def test_digest_shows_what_would_be_hashed_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLIANCE_HOME", str(tmp_path / "nothing"))
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    done = run("digest", "电话", "138 1234 5678", "010-62345678转801")
    assert (done.code, done.out.split()) == (0, ["+8613812345678", "+861062345678"])
    assert json.loads(run("digest", "card", "6222021234567890129", "--json").out)[0]["message"].startswith("The card")
    assert run("digest", "phone", "138****5678").code == 12
    assert run("digest", "nonsense", "1").code == 2


def test_kinds_are_listed_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, word in (("en", "Phone number"), ("zh", "电话号码")):
        monkeypatch.setenv("ALLIANCE_LANG", language)
        assert word in run("kinds").out
    assert [kind["label"] for kind in json.loads(run("kinds", "--json").out)] == list(KINDS)


def test_the_template_is_read_back_and_never_overwritten(member: Member, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert run("template", str(path)).code == 0
    heads = load_workbook(path).get_sheet_by_index(0).to_python()[0]
    assert {names[0] for names in HEADS.values()} <= set(heads)
    assert INDICATOR_HEADS["phone/1"][0] in heads
    assert run("submit", str(path), "--dry-run").code == 0
    assert run("template", str(path)).code == 3


def test_whoami_and_status_and_withdraw(member: Member, tmp_path: Path) -> None:
    assert "Test Bank" in run("whoami").out
    run("submit", str(table(tmp_path / "a.csv", GOOD)))
    listed = json.loads(run("status", "--json").out)
    assert listed[0]["filename"] == "a.csv"
    reference = "3d1b8f0e-5f1f-4f0e-9b62-1a2b3c4d5e6f"
    assert run("withdraw", reference, given="n\n").code == 1
    assert run("withdraw", reference, "--yes").code == 0
    assert member.platform.withdrawn == [reference]


# A run of the tests in the background inherits an ignored SIGINT; a person at a terminal does not.
AT_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("alliance_client", run_name="__main__")
"""


@pytest.mark.slow
def test_an_interrupted_upload_says_how_to_go_on(member: Member, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table(path, *[(f"138{number:08d}", *GOOD[1:]) for number in range(7_000)])
    environment = {**os.environ, "ALLIANCE_HOME": str(member.home), "ALLIANCE_LANG": "en"}
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, "submit", str(path)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while member.platform.charges < 1900:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again" in said
    done = json.loads(run("submit", str(path), "--json").out)
    assert member.platform.charges == 7_000
    assert done["clues"] == 7_000
    assert len({row["own_reference"] for row in member.platform.rows()}) == 7_000
