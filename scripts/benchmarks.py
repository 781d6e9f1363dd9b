"""Runs `python -m tests.bench` beside the database of the tests; `scripts/bench` calls it."""

import subprocess
import sys

from scripts.checks import services

if __name__ == "__main__":
    with services() as environment:
        sys.exit(
            subprocess.run(
                [sys.executable, "-m", "tests.bench", *sys.argv[1:]], env=environment, check=False
            ).returncode
        )
