"""`scripts/env`: one environment, made from the locks, with a clear word where it cannot be made."""

import subprocess
import sys

import pytest

from alliance.embedded.__main__ import main
from alliance.embedded.state import ROOT

SCRIPT = ROOT / "scripts" / "env"


def _run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_it_prints_the_python_of_the_environment():
    done = _run("--dev")
    assert done.stdout.strip() == str(ROOT / "var" / "env" / "bin" / "python")


def test_it_becomes_that_python():
    done = _run("-c", "import sys, os; print(sys.prefix, os.getcwd())")
    assert done.stdout.split() == [str(ROOT / "var" / "env"), str(ROOT)]


def test_an_old_python_is_told_which_it_needs(tmp_path):
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = [{str(SCRIPT)!r}]; "
    program = pretend + f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Python 3.11 or later is needed; python3 here is 3.9" in done.stderr


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_file_of_the_locks_has_its_hash(lock):
    text = (ROOT / lock).read_text()
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if "==" in entry]
    assert len(entries) > 80
    assert all("--hash=sha256:" in entry for entry in entries)


def test_uv_stands_in_the_lock_for_the_first_start():
    assert "\nuv==" in (ROOT / "requirements-dev.txt").read_text()


def test_a_state_directory_of_another_user_is_a_sentence(monkeypatch, capsys, tmp_path):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("alliance.embedded.up.take_lock", refuse)
    assert main(["--state", str(tmp_path), "up"]) == 1
    assert f"{tmp_path} belongs to another user" in capsys.readouterr().err
