"""Reading a workbook without trusting it: its zip directory first, then a child process under hard limits.

The child may use so much memory, processor and output; the parent watches the clock. Whatever the file does, it ends
as a FileRefused, with nothing left behind: the rows come through an unnamed temporary file.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson

from alliance_client import workbook_child
from alliance_client.columns import Cell
from alliance_client.errors import FileRefused

MOST_UNPACKED = 256 * 2**20
MOST_ENTRIES = 2000
WALL_SECONDS = 120.0


def check_directory(path: Path) -> None:
    """Look at the zip directory only. Raises FileRefused for no zip, no workbook, or too much when unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError) as error:
        raise FileRefused("workbook", path=path, reason="no zip archive, or cut off") from error
    if len(entries) > MOST_ENTRIES:
        raise FileRefused("workbook", path=path, reason=f"{len(entries)} parts")
    size = sum(entry.file_size for entry in entries)
    if size > MOST_UNPACKED:
        raise FileRefused("workbook_size", path=path, size=size // 2**20, limit=MOST_UNPACKED // 2**20)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("workbook", path=path, reason="encrypted")
    if not any(entry.filename.lower() == "xl/workbook.xml" for entry in entries):
        raise FileRefused("workbook", path=path, reason="no xlsx workbook")


def read_rows(path: Path, *, sheet: str | None = None, seconds: float = WALL_SECONDS) -> "WorkbookRows":
    """The rows of one sheet, the first visible one by default. Raises FileRefused."""
    check_directory(path)
    output = tempfile.TemporaryFile()  # noqa: SIM115 (WorkbookRows closes it)
    command = [sys.executable, "-m", workbook_child.__name__, str(path.resolve()), sheet or ""]
    try:
        ran = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        output.close()
        raise FileRefused("workbook_limits", path=path, reason=f"{seconds:.0f} s") from error
    if ran.returncode:
        output.close()
        reason = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        if ran.returncode == workbook_child.NOT_READABLE:
            raise FileRefused("workbook", path=path, reason=reason)
        raise FileRefused("workbook_limits", path=path, reason=f"ended with {ran.returncode}")
    return WorkbookRows(output)


class WorkbookRows:
    """(row number, cells) of a sheet, as often as it is iterated. `total` counts the rows."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        spool.seek(0)
        self.total = int(orjson.loads(spool.readline())["rows"])
        self._first = spool.tell()

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        self._spool.seek(self._first)
        while line := self._spool.readline():
            number, cells = orjson.loads(line)
            yield number, cells

    def close(self) -> None:
        """Give the temporary file back."""
        self._spool.close()
