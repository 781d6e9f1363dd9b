"""From the heads of a table to what its columns mean."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from alliance_client import words
from alliance_client.errors import FileRefused

MOST_COLUMNS = 200
Cell = str | None
"""The text of a cell; None is a number of which the spreadsheet no longer had all digits."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a `field` of words.HEADS, "indicator" of a fixed `kind`, or "ignored".

    `pair` numbers the columns kind and value where a table has several of them.
    """

    field: str
    head: str
    kind: str = ""
    pair: int = 1


def column(head: str) -> Column | None:
    """The meaning of one head, which may end in a number (电话号码2, kind 2); None if it has none."""
    name = words.folded(head)
    number = re.fullmatch(r"(.*?) ?([0-9]{1,2})", name)
    stem, place = (number[1], int(number[2])) if number else (name, 1)
    for candidate, pair in ((name, 1), (stem, place)):
        if candidate in words.IGNORED:
            return Column("ignored", head)
        if field := words.FIELD_OF.get(candidate):
            single = field not in {"kind", "value"} and pair != 1
            return None if single else Column(field, head, pair=pair)
        if kind := words.KIND_OF.get(candidate):
            return Column("indicator", head, kind, pair)
    return None


def columns(heads: Sequence[Cell], path: Path, *, ignored: Collection[str] = ()) -> tuple[Column, ...]:
    """The columns of a table. Raises FileRefused for an unknown, a doubled or no indicator column."""
    if len(heads) > MOST_COLUMNS:
        raise FileRefused("many_columns", path=path, limit=MOST_COLUMNS)
    found = []
    skip = {words.folded(head) for head in ignored}
    for head in heads:
        if not head or not head.strip() or words.folded(head) in skip:
            found.append(Column("ignored", head or ""))
        elif (meant := column(head)) is None:
            raise FileRefused("unknown_column", path=path, head=head[:60])
        else:
            found.append(meant)
    _refuse_doubles(found, path)
    pairs = {one.pair for one in found if one.field == "kind"} & {one.pair for one in found if one.field == "value"}
    if not pairs and not any(one.field == "indicator" for one in found):
        raise FileRefused("columns", path=path, known="、".join(names[0] for names in words.INDICATOR_HEADS.values()))
    return tuple(found)


def _refuse_doubles(found: Sequence[Column], path: Path) -> None:
    seen = set()
    for one in found:
        mark = (one.field, one.kind, one.pair)
        if one.field != "ignored" and mark in seen:
            raise FileRefused("double_column", path=path, head=one.head)
        seen.add(mark)
