"""A bank's system uploads 100,000 clues with the real client under a declared budget, on the live demo alliance.

Everything is real and on one machine: client, web, custodians, PostgreSQL, broker, worker. Rows a second, peak memory
of every process, and the time from the end of the client until the last collision is visible.
"""

import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx2
import psutil

from alliance.embedded.live import Live, alliance
from alliance.embedded.state import ROOT
from demo import roster
from demo.places import Places
from demo.plan import make_plan
from tests.bench.measure import Row

UPLOADER = "jianglan-bank"
CIRCLE = roster.CREDIT
CLUES = 100_000
_BUDGET = """
from demo import keys, roster
from demo.places import Places
asked = keys.declare_budgets(roster.DEMO, Places.here(), lambda code: {CLUES} if code == "{UPLOADER}" else 1)
print(asked["{UPLOADER}"])
"""
_MEGABYTE = 1024 * 1024


def rows(scale: float) -> Iterator[Row]:
    """`scale` shrinks the file: 1 is 100,000 clues."""
    clues = max(1000, round(CLUES * scale))
    directory = tempfile.TemporaryDirectory(prefix="alliance-", ignore_cleanup_errors=True)
    with directory as path, alliance(Path(path), demo=True) as live:
        places = Places(live.state)
        budget = live.manage("shell", "-v", "0", "-c", _BUDGET.format(CLUES=CLUES, UPLOADER=UPLOADER)).split()[-1]
        file = places.machine(UPLOADER) / "bulk.csv"
        shared = _write(file, clues, places)
        with Peaks(live) as peaks:
            began = time.perf_counter()
            client = _submit(file, budget, places)
            peaks.watch("client", client.pid)
            if client.wait():
                raise RuntimeError("the client refused the file")
            uploaded = time.perf_counter()
            _await_matched(live, places)
            visible = time.perf_counter()
    yield Row.plain("clues uploaded", clues, "")
    yield Row.plain("of them with a phone that another bank holds", shared, "")
    yield Row.plain("clues a second, from a plain file to filed", clues / (uploaded - began), "/s")
    yield Row.plain("from the client's end to the last collision", visible - uploaded, "s")
    for name, most in sorted(peaks.most.items()):
        yield Row.plain(f"peak memory, {name}", most / _MEGABYTE, "MB")


def _write(path: Path, clues: int, places: Places) -> int:
    """A file with one phone a clue; every fiftieth is one of another bank's. Returns how many are."""
    theirs = _phones_of("shuochuan-bank", places)
    shared = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["phone", "typology", "proof", "role", "observed_at", "circle"])
        for number in range(clues):
            is_shared = number % 50 == 0
            shared += is_shared
            phone = theirs[number // 50 % len(theirs)] if is_shared else f"199{number:08d}"
            table.writerow([phone, "anti_collection", "suspicion", "agent", "2026-05-01T09:00:00+08:00", CIRCLE])
    return shared


def _phones_of(code: str, places: Places) -> list[str]:
    """Phones that a demo institution reported to the circle, from the plan made again."""
    facts = places.facts("demo", {})
    plan = make_plan(seed=facts["seed"], clues=facts["clues"], until=datetime.fromisoformat(facts["until"]))
    mine = (row for row in plan.rows_of(code) if row.circle == CIRCLE)
    return sorted({one.canonical for row in mine for one in row.indicators if one.kind == "phone/1"})


def _submit(file: Path, budget: str, places: Places) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ALLIANCE_HOME": str(places.home(UPLOADER)), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "alliance_client", "submit", str(file), "--budget", budget, "--json"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _await_matched(live: Live, places: Places) -> None:
    token = places.credential(UPLOADER).read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=f"{live.base_url}/api/v1/", headers=headers, trust_env=False, timeout=30) as client:
        while any(one["status"] == "matching" for one in client.get("submissions").json()["results"]):
            time.sleep(0.05)


class Peaks:
    """The most memory each process of the alliance held, with its children, seen ten times a second."""

    def __init__(self, live: Live) -> None:
        names = ("postgres", "broker", "custodian-1", "custodian-2", "custodian-3", "web", "worker", "beat")
        self._watched = {name: live.pid(name) for name in names}
        self.most: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def watch(self, name: str, pid: int) -> None:
        """Watch one more process."""
        self._watched[name] = pid

    def __enter__(self) -> "Peaks":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for name, pid in list(self._watched.items()):
                self.most[name] = max(self.most.get(name, 0), _memory(pid))


def _memory(pid: int) -> int:
    """Bytes of the process and its children that are theirs alone, shared pages divided among those who share them."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            total += process.memory_full_info().pss
    except psutil.NoSuchProcess:
        pass
    return total
