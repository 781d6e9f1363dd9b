"""Every check of the project, in order, each timed; all run even if one fails. `scripts/test` calls it.

scripts/test                    everything
scripts/test fast [ARGUMENT]    the inner loop: style and the quick tests
scripts/test ARGUMENT ...       pytest with these arguments, with its database
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from alliance.embedded import keys
from alliance.embedded.process import send_group
from alliance.embedded.state import ROOT, State
from alliance.embedded.testing import run_directory, test_database
from alliance.embedded.up import inherited_environment
from scripts import chromium

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
PACKAGES = (
    "alliance",
    "alliance_client",
    "audit",
    "cases",
    "custody",
    "demo",
    "intel",
    "kit",
    "members",
    "notices",
    "privacy",
    "reports",
    "scripts",
)
QUICK = "not live and not browser"
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
_NO_TESTS = 5  # pytest's exit code


@dataclass(slots=True)
class Outcome:
    """What became of one step."""

    name: str
    ok: bool
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    reason: str = ""


@dataclass(slots=True)
class Runner:
    """Runs steps and remembers what became of them."""

    environment: dict[str, str]
    outcomes: list[Outcome] = field(default_factory=list)

    def step(self, name: str, command: Sequence[str], minutes: float = 5) -> None:
        """Run one command as a step; it fails after `minutes`."""
        title(name)
        begun = time.monotonic()
        code, text = _run(command, self.environment, minutes * 60)
        counts = _counts(text) if "pytest" in command else {}
        ok = code == 0
        reason = "" if ok else _first_failure(text, code)
        if not ok and code is None:
            reason = f"not finished after {minutes:g} minutes"
        self.outcomes.append(Outcome(name, ok, time.monotonic() - begun, counts, reason))

    def pytest(self, name: str, *arguments: str, minutes: float) -> None:
        """One pytest run as a step. A hanging test shows its stack after four minutes."""
        self.step(name, _pytest(arguments), minutes)

    @contextmanager
    def beside(self, name: str, *arguments: str, minutes: float) -> Iterator[None]:
        """One pytest run while other steps run: for tests that mostly wait. Its output is shown at its end."""
        begun, until = time.monotonic(), time.monotonic() + minutes * 60
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(
                _pytest(arguments), env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            code: int | None = None
            try:
                yield
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(max(1.0, until - time.monotonic()))
            finally:
                send_group(process.pid, signal.SIGTERM)  # nothing that it started outlives it
                process.wait()
            out.seek(0)
            text = out.read()
        title(name)
        print(text, end="", flush=True)
        reason = "" if code == 0 else _first_failure(text, code)
        self.outcomes.append(Outcome(name, code == 0, time.monotonic() - begun, _counts(text), reason))

    def guard(self, name: str, work: Callable[[], None]) -> None:
        """Run preparations that count as a step only if they fail."""
        begun = time.monotonic()
        try:
            work()
        except chromium.NoBrowser as error:
            self.outcomes.append(Outcome(name, False, time.monotonic() - begun, {}, str(error)))


def main(arguments: Sequence[str]) -> int:
    """0 if every step passed."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    begun = time.monotonic()
    with services() as environment:
        runner = Runner(environment)
        if not arguments:
            everything(runner)
        elif arguments[0] == "fast":
            style(runner)
            runner.pytest("quick tests", "-n", "2", "-m", f"{QUICK} and not slow", *arguments[1:], minutes=10)
        else:
            if "browser" in " ".join(arguments):
                runner.guard("a browser", lambda: environment.update(chromium.find()))
            runner.pytest("tests", *arguments, minutes=60)
    return report(runner.outcomes, time.monotonic() - begun)


def everything(runner: Runner) -> None:
    """All steps, the quick ones first."""
    style(runner)
    python = sys.executable
    runner.step("mypy", [python, "-m", "mypy", *PACKAGES])
    runner.step("imports", [str(Path(python).with_name("lint-imports")), "--no-cache"])
    runner.step("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"])
    runner.step("translations", ["scripts/messages", "--check"])
    runner.step("frontend manifest", ["scripts/frontend", "--check"])
    with runner.beside("live tests", "-m", "live and not browser", minutes=20):
        runner.pytest("tests", "-n", "2", "-m", QUICK, minutes=30)
    runner.guard("a browser", lambda: runner.environment.update(chromium.find()))
    together = ("-n", "2", "--dist", "loadfile")
    runner.pytest("browser tests", *together, "-m", "browser", "--ignore", "tests/e2e", minutes=20)
    # In a process of its own: it opens its own browser, and a process can drive one at a time.
    runner.pytest("one datum's whole way", "-m", "browser", "tests/e2e", minutes=10)


def style(runner: Runner) -> None:
    """Format and lint; no cache, since it does not know that a package has become ours."""
    runner.step("format", [sys.executable, "-m", "ruff", "format", "--check", "."])
    runner.step("lint", [sys.executable, "-m", "ruff", "check", "--no-cache", "."])


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """The test cluster and the settings that static checks need to import Django's settings; yields an environment."""
    state = State(run_directory("settings"))
    state.keys.mkdir(parents=True, mode=0o700)
    with test_database() as url:
        keys.create_key_file(state.key_file, embedded=True)
        yield inherited_environment() | {
            "TEST_DATABASE_URL": url,
            "ALLIANCE_MODE": "embedded",
            "ALLIANCE_KEYS_FILE": str(state.key_file),
            "ALLIANCE_BASE_URL": "http://localhost:8000",
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": url,
            "BROKER_URL": "memory://",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }
    shutil.rmtree(state.root, ignore_errors=True)


def report(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print the summary; the last line counts every test, and every other step as one."""
    title("Summary")
    total: dict[str, int] = {}
    for outcome in outcomes:
        counts = outcome.counts or {"passed" if outcome.ok else "failed": 1}
        if not outcome.ok and not counts.get("failed"):
            counts["failed"] = 1
        for word, number in counts.items():
            total[word] = total.get(word, 0) + number
        print(f"  {'ok  ' if outcome.ok else 'FAIL'} {outcome.seconds:7.1f} s  {outcome.name}")
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in failed:
        print(f"\n{outcome.name} failed: {outcome.reason}")
    others = "".join(f", {total[word]} {word}" for word in ("skipped", "xfailed", "xpassed") if total.get(word))
    print(f"\n{total.get('passed', 0)} passed, {total.get('failed', 0)} failed{others} in {seconds:.1f} s", flush=True)
    return 1 if failed else 0


def title(text: str) -> None:
    """A heading between the steps' own output."""
    print(f"\n=== {text} " + "=" * max(3, 76 - len(text)), flush=True)


def _run(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> tuple[int | None, str]:
    """Run and show a command; its exit code (None: it took too long and was ended with all its children) and output."""
    try:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}")
        return 127, f"{command[0]}: {error.strerror}"
    lines: list[str] = []
    late = False
    signals = iter((signal.SIGINT, signal.SIGTERM))

    def too_late(_number: int, _frame: FrameType | None) -> None:
        nonlocal late
        late = True
        # pytest answers the first with where it was and what it had done, and ends what it started.
        send_group(process.pid, next(signals, signal.SIGKILL))

    signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 45)
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
        code = process.wait()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_group(process.pid, signal.SIGTERM)  # nothing that a step started outlives it
        process.wait()
    return (None if late else code), "".join(lines)


def _pytest(arguments: Sequence[str]) -> list[str]:
    common = ["-rfEs", "-o", "faulthandler_timeout=240", "--durations", "15" if CI else "5"]
    return [sys.executable, "-m", "pytest", *common, *arguments]


def _counts(text: str) -> dict[str, int]:
    """The numbers of pytest's last line."""
    lines = [line for line in text.splitlines() if _COUNT.search(line) and " in " in line]
    found = _COUNT.findall(lines[-1]) if lines else []
    counts: dict[str, int] = {}
    for number, word in found:
        key = "failed" if word.startswith("error") else word
        counts[key] = counts.get(key, 0) + int(number)
    return counts


def _first_failure(text: str, code: int | None) -> str:
    """The first line that names a failure, else the last line."""
    if code == _NO_TESTS:
        return "no test was found"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in (r"(FAILED|ERROR) ", r".*(: error:|Error: )"):
        for line in lines:
            if re.match(pattern, line):
                return line
    return lines[-1] if lines else "no output"


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
