"""The child process that parses a workbook: `python -m alliance_client.workbook_child PATH SHEET`.

It limits itself before it opens the file, writes one line {"rows": n}, then one JSON line [number, cells] for each row
that is not empty, and ends. A number that a spreadsheet rounded (more than 15 digits) is written as null.
"""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import orjson
import python_calamine

NOT_READABLE = 3
MEMORY = 1536 * 2**20
PROCESSOR_SECONDS = 90
MOST_OUTPUT = 1024 * 2**20
EXACT_BELOW = 10**15
"""A spreadsheet keeps 15 significant digits."""


def limit_self() -> None:
    """Memory, processor time and output of this process, where the system has such limits."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT, MOST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text_of(cell: object) -> str | None:
    """A cell as text; None for a number of which digits are lost."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT_BELOW:
            return None
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0).isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if not isinstance(cell, timedelta) else str(cell.total_seconds())


def write_rows(path: Path, sheet: str) -> None:
    """Parse the sheet and write its rows to standard output."""
    workbook = python_calamine.load_workbook(path)
    visible = [
        meta.name for meta in workbook.sheets_metadata if meta.visible == python_calamine.SheetVisibleEnum.Visible
    ]
    name = sheet or (visible or workbook.sheet_names)[0]
    if name not in workbook.sheet_names:
        raise python_calamine.WorksheetNotFound(f"no sheet {name}")
    rows = workbook.get_sheet_by_name(name)
    first = rows.start[0] if rows.start is not None else 0
    out = sys.stdout.buffer
    out.write(orjson.dumps({"rows": rows.height}) + b"\n")
    for number, cells in enumerate(rows.iter_rows(), first + 1):
        texts = [text_of(cell) for cell in cells]
        if any(text != "" for text in texts):
            out.write(orjson.dumps([number, texts]) + b"\n")
    out.flush()


def main() -> int:
    """Exit 0 with all rows written, or NOT_READABLE with one line of reason on standard error."""
    limit_self()
    try:
        write_rows(Path(sys.argv[1]), sys.argv[2])
    except (python_calamine.CalamineError, IndexError, ValueError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 (the parent reads it)
        return NOT_READABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
