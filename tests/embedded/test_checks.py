"""`scripts/test` itself: a failure is never lost, and the closing line counts it."""

import os
import sys

import pytest

from scripts import checks, chromium
from scripts.checks import Outcome, Runner


@pytest.fixture
def runner():
    return Runner({"PATH": "/usr/bin:/bin"})


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _closing_line(capsys) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_all_passed_is_exit_code_0(runner, capsys):
    runner.step("one", _python("print('fine')"))
    assert checks.report(runner.outcomes, 1.0) == 0
    assert _closing_line(capsys).startswith("1 passed, 0 failed in ")


def test_a_failed_step_is_counted_and_the_next_still_runs(runner, capsys):
    runner.step("one", _python("print('FAILED tests/x.py::test_y'); raise SystemExit(1)"))
    runner.step("two", _python("print('fine')"))
    assert checks.report(runner.outcomes, 1.0) == 1
    out = capsys.readouterr().out
    assert "one failed: FAILED tests/x.py::test_y" in out
    assert out.splitlines()[-1].startswith("1 passed, 1 failed in ")


def test_pytest_is_counted_by_its_tests(capsys):
    counts = checks._counts("tests .. 4 passed\n===\n2 failed, 31 passed, 1 skipped, 1 error in 4.20s\n")
    assert counts == {"failed": 3, "passed": 31, "skipped": 1}
    assert checks.report([Outcome("tests", False, 1.0, counts, "reason")], 1.0) == 1
    assert _closing_line(capsys).startswith("31 passed, 3 failed, 1 skipped in ")


def test_a_pytest_that_dies_without_a_count_is_a_failure(capsys):
    assert checks.report([Outcome("tests", False, 1.0, {}, "reason")], 1.0) == 1
    assert _closing_line(capsys).startswith("0 passed, 1 failed in ")


def test_a_step_that_hangs_is_ended_with_its_children(runner):
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    runner.step("slow", _python(child), minutes=0.01)
    (outcome,) = runner.outcomes
    assert not outcome.ok
    assert outcome.reason == "not finished after 0.01 minutes"
    assert outcome.seconds < 300


def test_a_missing_program_is_a_failure(runner):
    runner.step("none", ["/nowhere/to/be/found"])
    assert not runner.outcomes[0].ok


def test_no_browser_is_a_failure_and_not_a_skip(runner, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    runner.guard("a browser", lambda: runner.environment.update(chromium.find()))
    (outcome,) = runner.outcomes
    assert not outcome.ok
    assert "set CHROMIUM_PATH" in outcome.reason


def test_a_browser_that_does_not_start_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CHROMIUM_PATH", str(broken))
    with pytest.raises(chromium.NoBrowser, match="does not start"):
        chromium.find()


def test_a_run_beside_others_counts_as_a_step_of_its_own(tmp_path):
    (tmp_path / "test_one.py").write_text("def test_passes():\n    pass\n\n\ndef test_fails():\n    raise ValueError\n")
    runner = Runner(dict(os.environ))
    with runner.beside("beside", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path), minutes=2):
        runner.step("another", [sys.executable, "-c", "pass"])
    assert [(one.name, one.ok) for one in runner.outcomes] == [("another", True), ("beside", False)]
    assert runner.outcomes[1].counts == {"failed": 1, "passed": 1}
