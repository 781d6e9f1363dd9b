"""`scripts/env -m tests.leaks_of_demo [--state var]`: no plain value of the loaded demo stands on the platform.

Scans pg_dump, the database's own files (rows that are gone, the write-ahead log), the broker's data, the custodians'
books and every log. What plays the members' own machines (`demo/members`) holds the values by its nature.
"""

import argparse
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from alliance.embedded import keys, postgres
from alliance.embedded.state import ROOT, State
from demo.places import Places
from demo.plan import Plan, make_plan
from demo.plan.listed import VALUES
from tests.leaks import Leak, Scanner


def loaded_plan(places: Places) -> Plan:
    """The plan that the demo was loaded from, made again."""
    facts = places.facts("demo", {})
    return make_plan(seed=facts["seed"], clues=facts["clues"], until=datetime.fromisoformat(facts["until"]))


def secret_values(plan: Plan) -> set[tuple[str, str]]:
    """Every (kind, canonical) of a plan but the hotlines: its warning list publishes those."""
    return {(kind, value) for kind, value in plan.values() if value not in VALUES}


def scanner_of(plan: Plan) -> Scanner:
    """Looks for every value, note and own reference of a plan, but for the public values of its warning list."""
    texts = {row.note for row in plan.rows} | {row.own_reference for row in plan.rows}
    return Scanner(secret_values(plan), texts)


def dump(state: State) -> bytes:
    """Everything in the database, as text."""
    cluster = postgres.cluster(state.postgres, state.run / "postgres")
    url = cluster.url("postgres", keys.passwords(state).postgres, "alliance")
    return subprocess.run([cluster.binaries / "pg_dump", url], check=True, capture_output=True).stdout


def scan(scanner: Scanner, state: State) -> list[Leak]:
    """All leaks in a running alliance's state."""
    places = (state.postgres, state.broker, state.root / "custodians", state.log)
    files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    whole = dump(state)
    return scanner.scan_all({"pg_dump": lambda: whole, **{str(path): path.read_bytes for path in files}})


def main() -> int:
    """Scan and say what was found; 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=ROOT / "var")
    state = State(parser.parse_args().state.resolve())
    plan = loaded_plan(Places(state))
    scanner = scanner_of(plan)
    found = scan(scanner, state)
    values = len(secret_values(plan))
    print(f"{scanner.scanned / 1e6:.0f} MB scanned for {values:,} values in every encoding: {len(found)} leaks")
    for leak in found[:50]:
        print(f"  {leak.kind} {leak.value} as {leak.form} in {leak.where}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
