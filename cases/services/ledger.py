"""The ledger as a file, and a record that it was taken out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO

from audit import services as audit
from cases.documents import today
from cases.queries.ledger import MOST, LedgerRow, ledger_for
from kit import sheets
from kit.actor import Actor

FORMATS = {"xlsx": sheets.XLSX_TYPE, "csv": sheets.CSV_TYPE}
IN_MEMORY = 1024 * 1024
"""Bytes; a longer file is written to disk."""


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """An open file at its beginning, closed by whoever sends it."""

    file: IO[bytes]
    name: str
    content_type: str


def export_ledger(
    actor: Actor,
    *,
    format: str,
    head: Sequence[str],
    cells: Callable[[LedgerRow], Sequence[object]],
    since: date | None = None,
    until: date | None = None,
) -> LedgerFile:
    """The institution's ledger of these days, newest first and at most MOST rows, as xlsx or csv under `head`.

    `cells` words a row. Raises Forbidden, KeyError for another format.
    """
    content_type = FORMATS[format]
    found = ledger_for(actor, since=since, until=until, most=MOST)
    rows: list[Sequence[object]] = [head, *map(cells, found)]
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    if format == "csv":
        sheets.write_csv(rows, file)
    else:
        sheets.write_xlsx(rows, file, sheet="disclosures")
    file.seek(0)
    audit.record(actor, "disclosure.exported", actor.institution_ref, rows=len(found), format=format)
    return LedgerFile(file, f"disclosures-{today():%Y-%m-%d}.{format}", content_type)
