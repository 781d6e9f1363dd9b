"""`python -m tests.bench [NAME ...] [--scale 0.1]`: one table, ours beside the floor."""

import argparse
import importlib
import logging
import platform
import sys

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Row

MODULES = (
    "crypto",
    "ingest",
    "stored",
    "delay",
    "upload",
    "scoring",
    "precision",
    "hidden",
    "refusals",
    "webhooks",
    "quality",
    "queue",
    "locker",
)


def main() -> int:
    """Run the named benchmarks, all of them without a name, and print their rows as they come."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MODULES, []], help="which to run; all without a name")
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the stored rows: 1 is 10 million")
    chosen = parser.parse_args()
    logging.disable(logging.INFO)  # or a line for each task stands between those of the table
    console = Console(width=max(110, Console().width))
    console.print(f"Python {platform.python_version()} on {platform.machine()}; ratios are ours over the floor.")
    for name in chosen.names or MODULES:
        module = importlib.import_module(f"tests.bench.{name}")
        table = Table("what", "ours", "floor", "unit", "ratio", "target", "", title=name, title_justify="left")
        for row in module.rows(chosen.scale):
            table.add_row(*_cells(row))
        console.print(table)
    return 0


def _cells(row: Row) -> list[str]:
    floor = "" if row.floor is None else f"{row.floor:,.4g}" if row.floor < 100 else f"{row.floor:,.0f}"
    ours = f"{row.ours:,.4g}" if row.ours < 100 else f"{row.ours:,.0f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    mark = "" if row.reached is None else "reached" if row.reached else "missed"
    return [row.what, ours, floor, row.unit, ratio, row.target, mark]


if __name__ == "__main__":
    sys.exit(main())
