"""The files that members' systems write: csv, workbook or jsonl, with the heads and words of the client's template."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlsxwriter

from alliance_client import words
from alliance_client.rows import CHINA
from demo.plan import Row

_FIXED = tuple(
    words.HEADS[name][0] for name in ("typology", "proof", "observed_at", "role", "circle", "note", "own_reference")
)


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write clues into a file of the kind its suffix names; the directory exists."""
    match path.suffix:
        case ".csv":
            # Spreadsheets take a csv for the local code page unless it begins with the mark of UTF-8.
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(_table(rows))
        case ".xlsx":
            _write_workbook(rows, path)
        case _:
            path.write_text("".join(_line(row) for row in rows), encoding="utf-8")


def _write_workbook(rows: Sequence[Row], path: Path) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("线索")
        for number, cells in enumerate(_table(rows)):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, column, cell)


def _table(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Heads, then a line a clue; a kind has as many columns as the fullest clue needs (电话号码, 电话号码2)."""
    most: Counter[str] = Counter()
    for row in rows:
        most |= Counter(one.kind for one in row.indicators)
    heads = [(kind, place) for kind in words.INDICATOR_HEADS for place in range(1, most[kind] + 1)]
    yield [*_FIXED, *(words.INDICATOR_HEADS[kind][0] + ("" if place == 1 else str(place)) for kind, place in heads)]
    for row in rows:
        seen: Counter[str] = Counter()
        cells = {}
        for one in row.indicators:
            seen[one.kind] += 1
            cells[one.kind, seen[one.kind]] = one.written
        yield [*_fixed(row), *(cells.get(head, "") for head in heads)]


def _fixed(row: Row) -> list[str]:
    return [
        words.TYPOLOGIES[row.typology][0],
        words.PROOFS[row.proof][0],
        f"{row.observed_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        words.ROLES[row.role][0],
        row.circle,
        row.note,
        row.own_reference,
    ]


def _line(row: Row) -> str:
    clue = {
        "circle": row.circle,
        "typology": row.typology,
        "proof": row.proof,
        "observed_at": row.observed_at.isoformat(),
        "role": row.role,
        "indicators": [{"kind": one.kind, "value": one.written} for one in row.indicators],
        "note": row.note,
        "own_reference": row.own_reference,
    }
    return json.dumps({name: value for name, value in clue.items() if value}, ensure_ascii=False) + "\n"
