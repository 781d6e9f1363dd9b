"""An upload of many rows takes no more memory than one of few."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import hashlib, resource, sys
from pathlib import Path
from types import SimpleNamespace
from alliance_client.files import open_source
from alliance_client.journal import Journal
from alliance_client.sdk import Reading
from alliance_client.submission import Upload

class Evaluator:
    def finish(self, batch):
        blob = batch.blinded.elements
        return b"".join(hashlib.sha256(blob[at : at + 32]).digest() for at in range(0, len(blob), 32))

class Platform:
    def submit_body(self, body, *, idempotency_key, filename):
        return {"reference": "r", "accepted": 1, "rejected": 0}

rows, path = int(sys.argv[1]), Path(sys.argv[2])
with path.open("w") as file:
    file.write("电话号码,微信号,手法,发现时间,共享组\\n")
    for row in range(rows):
        file.write(f"139{row % 3000:08d},wx_{row:08d},反催收,2026-05-01,credit\\n")
journal = Journal(path.with_suffix(".state"), secret=bytes(32))
journal.begin({"file": "f", "ceremony": "c"}, again=False)
with open_source(path) as source:
    checker = Reading().checker({"credit": []})
    parts = Upload(
        source, checker, journal, platform=Platform(), evaluator=Evaluator(), threads=2, most_clues=5000
    ).run()
journal.close()
print(sum(part.clues for part in parts), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(rows: int, path: Path) -> int:
    """Peak memory of a process that uploads so many rows, in MB."""
    command = [sys.executable, "-c", PROGRAM, str(rows), str(path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    sent, megabytes = map(int, ran.stdout.split())
    assert sent == rows
    return megabytes


@pytest.mark.slow
def test_memory_is_flat(tmp_path: Path) -> None:
    few, many = peak(6_000, tmp_path / "few.csv"), peak(36_000, tmp_path / "many.csv")
    # SQLite's page cache fills up to its bound of 16 MB; nothing else may grow with the rows.
    assert many - few < 24
