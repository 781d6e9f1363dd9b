"""Files of clues as streams of rows: csv, jsonl and xlsx, told apart by name, each with caps."""

import csv
import hashlib
from abc import abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Any

import orjson

from alliance_client import words, workbook
from alliance_client.columns import Cell, Column, columns
from alliance_client.errors import FileRefused
from alliance_client.rows import SourceRow

LONGEST_LINE = 2**20
SNIFFED = 2**16
GBK = "gb18030"


class Source(AbstractContextManager["Source"]):
    """A file of clues. `rows()` may be run again; `position` of `size` tells how far it is."""

    heads: tuple[str, ...] = ()
    """The header row as written; empty where the form has none."""
    notice: str = ""
    """A key of NOTICES, if the reader had to decide something."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.position = 0

    @abstractmethod
    def rows(self) -> Iterator[SourceRow]:
        """Every row that is not empty. Raises FileRefused for what no single row can answer for."""

    def __exit__(self, *_: object) -> None:
        """Give back what was opened."""


def open_source(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, ignored: Collection[str] = ()
) -> Source:
    """The source of a file by its suffix. Raises FileRefused if the file as a whole cannot be read."""
    if not path.is_file():
        raise FileRefused("file_missing", path=path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return CsvSource(path, encoding=encoding, ignored=ignored)
    if suffix in {".jsonl", ".ndjson"}:
        return JsonSource(path)
    if suffix == ".xlsx":
        return WorkbookSource(path, sheet=sheet, ignored=ignored)
    raise FileRefused("file_kind", path=path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """Lines of at most LONGEST_LINE bytes, so that a file without any cannot fill the memory."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise FileRefused("long_line", path=path, row=number, limit=LONGEST_LINE)
        yield line


def _decoded(lines: Iterator[bytes], path: Path, encoding: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode(encoding if number == 1 else encoding.removesuffix("-sig"))
        except UnicodeDecodeError as error:
            raise FileRefused("not_utf8", path=path, row=number, encoding=encoding.removesuffix("-sig")) from error


class CsvSource(Source):
    """Comma, semicolon or tab separated values with a header row; UTF-8, or GBK where the header proves it."""

    def __init__(self, path: Path, *, encoding: str | None, ignored: Collection[str]) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            start = file.read(SNIFFED)
        if b"\0" in start:
            raise FileRefused("not_text", path=path)
        header = start.split(b"\n", 1)[0]
        self._encoding = encoding or self._sniffed(header)
        self._delimiter = max(",;\t", key=lambda sign: header.count(sign.encode()))
        with path.open("rb") as file:
            first = next(self._records(file), None)
        if first is None:
            raise FileRefused("no_rows", path=path)
        self.heads = tuple(first[1])
        self._columns = columns(self.heads, path, ignored=ignored)

    def _sniffed(self, header: bytes) -> str:
        with suppress(UnicodeDecodeError):
            header.decode("utf-8-sig")
            return "utf-8-sig"
        with suppress(UnicodeDecodeError):
            heads = next(csv.reader([header.decode(GBK)]), [])
            # Only a header that makes sense in GBK proves it: any bytes decode as something.
            if sum(words.folded(head) in words.FIELD_OF or words.folded(head) in words.KIND_OF for head in heads) >= 2:
                self.notice = "read_as_gbk"
                return GBK
        raise FileRefused("not_utf8", path=self.path, row=1, encoding="utf-8")

    def _records(self, file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(_decoded(_lines(file, self.path), self.path, self._encoding), delimiter=self._delimiter)
        row = 0
        while True:
            row += 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileRefused("csv", path=self.path, row=row, reason=error) from error
            self.position = file.tell()
            yield row, record

    def rows(self) -> Iterator[SourceRow]:
        """Rows are counted as a spreadsheet does: the header is row 1."""
        with self.path.open("rb") as file:
            for number, record in self._records(file):
                if number > 1 and any(record):
                    yield SourceRow(number, self._columns, record)


class JsonSource(Source):
    """One JSON object a line: {"phone": ..., "circle": ...}, or with "indicators": [{"kind", "value"}]."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            if b"\0" in file.read(SNIFFED):
                raise FileRefused("not_text", path=path)

    def rows(self) -> Iterator[SourceRow]:
        """Rows are counted as lines, from 1."""
        with self.path.open("rb") as file:
            for number, line in enumerate(_lines(file, self.path), 1):
                self.position = file.tell()
                if line.strip():
                    yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> SourceRow:
    try:
        found = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return SourceRow(number, (), (), "not_an_object")
    if not isinstance(found, dict):
        return SourceRow(number, (), (), "not_an_object")
    pairs: list[tuple[Column, Cell]] = []
    indicators = found.pop("indicators", [])
    for name, value in found.items():
        pairs.extend(_json_field(name, value))
    for place, item in enumerate(indicators if isinstance(indicators, list) else [indicators], 1):
        if not isinstance(item, dict) or set(item) != {"kind", "value"}:
            return SourceRow(number, (), (), "unknown_field")
        head = f"indicators[{place - 1}]"
        pairs.append((Column("kind", head, pair=place), _text(item["kind"])))
        pairs.append((Column("value", head, pair=place), _text(item["value"])))
    if any(column.field == "" for column, _ in pairs):
        return SourceRow(number, (), (), "unknown_field")
    return SourceRow(number, tuple(column for column, _ in pairs), tuple(cell for _, cell in pairs))


def _json_field(name: str, value: Any) -> Iterator[tuple[Column, Cell]]:
    """A member of the object: a field of the clue, or a kind with one value or a list of them."""
    if name in words.SINGLE_FIELDS:
        yield Column(name, name), _text(value)
    elif label := words.KIND_OF.get(words.folded(name)):
        for one in value if isinstance(value, list) else [value]:
            yield Column("indicator", name, label), _text(one)
    elif words.folded(name) not in words.IGNORED:
        yield Column("", name), ""


def _text(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) >= 2**53:
        return None
    return str(value) if not isinstance(value, float) or value != int(value) else str(int(value))


class WorkbookSource(Source):
    """One sheet of an xlsx workbook; the first row that is not empty is the header."""

    def __init__(self, path: Path, *, sheet: str | None, ignored: Collection[str]) -> None:
        super().__init__(path)
        self._rows = workbook.read_rows(path, sheet=sheet)
        self.size = self._rows.total
        first = next(iter(self._rows), None)
        if first is None:
            raise FileRefused("no_rows", path=path)
        self._header = first[0]
        self.heads = tuple(cell or "" for cell in first[1])
        self._columns = columns(first[1], path, ignored=ignored)

    def rows(self) -> Iterator[SourceRow]:
        """Rows have the numbers that the spreadsheet shows."""
        for number, cells in self._rows:
            self.position = number
            if number > self._header:
                yield SourceRow(number, self._columns, cells)

    def __exit__(self, *_: object) -> None:
        self._rows.close()
